"""What goes into the ledger comes out of it as it was."""

import math
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from control_builders import NOON, a_decision, an_outcome
from horae.control.entries import (
    HORAE,
    ExternalChange,
    Observation,
    draft,
    from_body,
    to_body,
)
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.candidate import Candidate
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, GuardAnswer, Verb
from horae.domain.job import JobPresence
from horae.domain.proposal import Proposal, Reason
from horae.domain.verdict import BrokenRule, Severity, Verdict
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind

text = st.text(max_size=20).filter(lambda said: said.isprintable())
numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=0.001, max_value=1e6)
times = st.datetimes(timezones=st.just(UTC))
maybe_number = st.none() | numbers
maybe_text = st.none() | text
configurations = st.builds(
    Configuration,
    parallelism=st.integers(1, 32_768),
    slots=st.integers(1, 64),
    cpu_cores=positive,
    memory_mb=st.integers(512, 65_536),
    checkpoint_interval_seconds=positive,
)
evidence = st.dictionaries(text, maybe_text | numbers | st.integers() | st.booleans(), max_size=4)
proposals = st.builds(
    Proposal,
    target=configurations,
    path=st.sampled_from(RescalePath),
    reason=st.sampled_from(Reason),
    sentence=text,
    urgent=st.booleans(),
    predicted_outage_seconds=maybe_number,
    predicted_catch_up_seconds=maybe_number,
    benefit_money=maybe_number,
    evidence=evidence,
)
answers = st.builds(GuardAnswer, guard=text, allowed=st.booleans(), sentence=text)
rules = st.builds(
    BrokenRule,
    rule=text,
    metric=text,
    severity=st.sampled_from(Severity),
    sentence=text,
    rows=st.none() | st.integers(0, 10_000),
)
values = st.one_of(
    configurations,
    st.builds(
        Observation,
        job=text,
        cycle=text,
        presence=st.none() | st.sampled_from(JobPresence),
        detail=text,
        window=maybe_text,
        job_id=maybe_text,
        version=maybe_text,
        configuration=st.none() | configurations,
        collected_at=times,
        unavailable=st.dictionaries(text, text, max_size=3),
    ),
    st.builds(
        ExternalChange,
        job=text,
        before=st.none() | configurations,
        after=st.none() | configurations,
        job_id_before=maybe_text,
        job_id_after=maybe_text,
        version_before=maybe_text,
        version_after=maybe_text,
        sentence=text,
    ),
    st.builds(
        Verdict,
        job=text,
        window=text,
        usable=st.booleans(),
        broken=st.lists(rules, max_size=3).map(tuple),
        rules=st.integers(0, 200),
        report=maybe_text,
    ),
    st.builds(
        Decision,
        id=text,
        job=text,
        decided_at=times,
        actor=text,
        verb=st.sampled_from(Verb),
        execute=st.booleans(),
        reason=st.sampled_from(Reason),
        sentence=text,
        origin=st.none() | configurations,
        proposal=st.none() | proposals,
        guards=st.lists(answers, max_size=3).map(tuple),
        evidence=evidence,
    ),
    st.builds(
        Outcome,
        job=text,
        action_id=text,
        result=st.sampled_from(OutcomeResult),
        path=st.sampled_from(RescalePath),
        origin=configurations,
        target=configurations,
        reached=st.none() | configurations,
        outage_seconds=maybe_number,
        started_at=times,
        ended_at=times,
        sentence=text,
    ),
)


@settings(max_examples=150)
@given(values)
def test_every_value_reads_back_as_it_was(value: object) -> None:
    """Through canonical JSON and back: equal, of the same type."""
    ledger = MemoryLedger()
    ledger.append(draft(EntryKind.CONTROL, job="ysb", key="k", at=NOON, body=to_body(value)))
    (entry,) = ledger.read("ysb")
    assert from_body(type(value), entry.body) == value


def test_what_is_not_a_number_becomes_null() -> None:
    """JSON has neither infinity nor NaN, and a hash needs one text for one value."""
    candidate = Candidate(
        configuration=an_outcome().target,
        money_per_hour=0.1,
        latency_risk=math.nan,
        recovery_seconds=math.inf,
        capacity=500.0,
    )
    body = to_body(candidate)
    assert (body["latency_risk"], body["recovery_seconds"]) == (None, None)


def test_missing_evidence_reads_back_as_missing() -> None:
    """NaN among the figures of a decision is null in the ledger and None again."""
    decision = a_decision(evidence={"lag_limit_records": math.nan})
    back = from_body(Decision, to_body(decision))
    assert back == replace(decision, evidence={"lag_limit_records": None})


def test_a_body_of_another_kind_is_refused() -> None:
    """An outcome is no decision."""
    with pytest.raises(ValidationError):
        from_body(Decision, to_body(an_outcome()))


def test_an_identity_follows_from_kind_and_key() -> None:
    """The same cycle gives the same identity, another kind another one."""
    one = draft(EntryKind.WINDOW, job="ysb", key="c1", at=NOON, body={})
    assert (one.chain, one.identity, one.actor) == ("ysb", "window:c1", HORAE)
    other = draft(EntryKind.VERDICT, job="ysb", key="c1", at=NOON, body={}, actor="ada")
    assert (other.identity, other.actor) == ("verdict:c1", "ada")
