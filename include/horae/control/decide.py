"""Decide about a job, once a cycle or when a person wishes: every decision ends in the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from horae.control.conclude import Question, conclude, hold
from horae.control.entries import HORAE, Observation, draft, to_body
from horae.control.guarding import guard_situation
from horae.control.history import History
from horae.control.understand import Deciding, Understanding, understand
from horae.control.wish import Wish
from horae.domain.decision import Decision, Mode
from horae.domain.job import JobPresence
from horae.domain.proposal import Evidence, Proposal, Reason, Stay
from horae.domain.verdict import Verdict
from horae.errors import ExternalError, NotReady
from horae.ledger.records import EntryKind
from horae.policy.guards import ask_guards


def decide(parts: Deciding, seen: Observation) -> Decision:
    """Decide about the job as it was seen. Repeating it gives the same decision.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
    """
    history = History(parts.ledger, parts.spec.name)
    question = _question(parts, seen)
    past = history.decision(question.id)
    if past is not None:
        return past
    verdict = history.verdict_on(seen.window) if seen.window else None
    obstacle = why_not_ask(parts, seen, verdict)
    if obstacle is not None or verdict is None:
        stay = obstacle or _not_judged()
        return _record(parts, hold(question, stay), {}, None)
    return _ask_policy(parts, history, question, seen, verdict)
