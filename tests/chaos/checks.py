"""Whether a case ended as it must: one job, in the right configuration, and a ledger that is true.

Everything here is a pure function of what was read back, so that each check is shown to fail.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chaos.faults import EVERY, TOUCHING, Does, Fault
from horae.control.entries import from_body
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.ledger.records import Entry, EntryKind

_LEFT = (OutcomeResult.OVERTAKEN, OutcomeResult.ABANDONED)
_RUNS_AS_SAID = (OutcomeResult.DONE, OutcomeResult.ROLLED_BACK)


class What(StrEnum):
    """What is wrong."""

    JOB = "job"
    RECORDS = "records"
    LEDGER = "ledger"
    FAULT = "fault"  # it did not happen, so that the case says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that must not be.

    Attributes:
        what: What is wrong.
        sentence: How.
    """

    what: What
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the cluster shows, by plain REST but for the configuration.

    Attributes:
        alive: Id and state of each live job of the name; None: it does not answer.
        configuration: What the job runs in; None: it does not run.
        restored: Id of the checkpoint that the live incarnation was last restored from; None: of
            none, or it does not tell.
    """

    alive: Sequence[tuple[str, str]] | None
    configuration: Configuration | None
    restored: int | None = None


def fault_problems(
    faults: Iterable[Fault], told: Sequence[str], *, outside: str | None, harmed: Sequence[str]
) -> Iterator[Problem]:
    """Whether everything that was to go wrong did; a case that was spared holds for nothing.

    Args:
        faults: What was to go wrong in the process that acts first.
        told: What its processes say did, `WHAT@WHERE`.
        outside: What was to come from outside meanwhile; None: nothing.
        harmed: What did.
    """
    due = [fault for fault in faults if fault.does is not Does.PAUSE]
    missing = [str(fault) for fault in due if not _happened(fault, told)]
    if outside is not None and outside not in harmed:
        missing.append(outside)
    for fault in missing:
        yield Problem(what=What.FAULT, sentence=f"not injected: {fault} did not happen")


def job_problems(
    seen: Seen, *, wanted: Configuration | None, newest_before: tuple[str, int] | None
) -> Iterator[Problem]:
    """Whether exactly one job runs, as it must, from its newest state.

    Args:
        seen: What the cluster shows.
        wanted: What it must run in; None: no job may be alive.
        newest_before: The incarnation before the case and the newest checkpoint that it had
            completed; None: not known.
    """
    alive = seen.alive
    if alive is None:
        yield Problem(what=What.JOB, sentence="Flink does not answer")
    elif wanted is None:
        if alive:
            yield Problem(what=What.JOB, sentence=f"{_told(alive)}, though a person ended it")
    elif len(alive) != 1 or alive[0][1] != "RUNNING":
        yield Problem(what=What.JOB, sentence=f"expected one running job, got {_told(alive)}")
    elif seen.configuration != wanted:
        sentence = f"expected {wanted}, it runs in {seen.configuration}"
        yield Problem(what=What.JOB, sentence=sentence)
    elif newest_before is not None and alive[0][0] != newest_before[0]:
        before = newest_before[1]
        if seen.restored is None or seen.restored < before:
            sentence = f"checkpoint {before} was completed, it was started from {seen.restored}"
            yield Problem(what=What.JOB, sentence=sentence)


def ledger_problems(
    entries: Sequence[Entry], *, shown: Configuration | None, deaths: int, other_hand: bool
) -> Iterator[Problem]:
    """Whether the entries of a case tell completely, and truly, what was done.

    Args:
        entries: Of the case, by number.
        shown: What the job really runs in; None: it does not run.
        deaths: Processes that ended in the middle, each of which may leave one step open.
        other_hand: Whether a person changed the job meanwhile: then it must be left to them.
    """
    sentences = [
        *_each_once(entries),
        *_in_order(entries),
        *_paired(entries, deaths),
        *_true(entries, shown),
    ]
    results = [outcome.result for outcome in outcomes(entries)]
    if other_hand and not any(result in _LEFT for result in results):
        sentences.append(f"a person changed the job, and the outcomes say {results}")
    yield from (Problem(what=What.LEDGER, sentence=sentence) for sentence in sentences)


def outcomes(entries: Iterable[Entry]) -> list[Outcome]:
    """The outcomes, oldest first."""
    return [from_body(Outcome, one.body) for one in entries if one.kind is EntryKind.OUTCOME]


def expected_configuration(entries: Sequence[Entry]) -> Configuration | None:
    """What the job must run in by the ledger's word; None: it does not say.

    An action that was given up untouched left the job where it came from.
    """
    told = outcomes(entries)
    if not told:
        return None
    return told[-1].reached or told[-1].origin


def _happened(fault: Fault, told: Iterable[str]) -> bool:
    if fault.at == EVERY:
        return any(one.startswith(f"{fault.does}@") for one in told)
    return str(fault) in told


def _each_once(entries: Sequence[Entry]) -> Iterator[str]:
    begun = _actions(entries, EntryKind.INTENTION)
    ended = _actions(entries, EntryKind.OUTCOME)
    for action in dict.fromkeys((*begun, *ended, *_actions(entries, EntryKind.STEP))):
        if begun.count(action) != 1 or ended.count(action) != 1:
            yield (
                f"action {action} has {begun.count(action)} intentions and "
                f"{ended.count(action)} outcomes, expected one each"
            )
    ordered = [from_body(Decision, one.body) for one in entries if one.kind is EntryKind.DECISION]
    told = {*begun, *_actions(entries, EntryKind.REFUSAL)}
    for decision in ordered:
        if decision.execute and decision.id not in told:
            yield f"nothing is told of decision {decision.id}"


def _in_order(entries: Sequence[Entry]) -> Iterator[str]:
    for action in dict.fromkeys(_actions(entries, EntryKind.STEP)):
        ours = [one for one in entries if one.body.get("action_id") == action]
        kinds = [one.kind for one in ours if one.kind is not EntryKind.REFUSAL]
        steps = len(kinds) - 2
        told = [EntryKind.INTENTION, *[EntryKind.STEP] * steps, EntryKind.OUTCOME]
        if kinds != told:
            yield f"action {action} is told in the order {', '.join(kinds)}"


def _paired(entries: Sequence[Entry], deaths: int) -> Iterator[str]:
    steps = [one for one in entries if one.kind is EntryKind.STEP]
    for action in dict.fromkeys(_actions(entries, EntryKind.STEP)):
        ours = [one.body for one in steps if one.body["action_id"] == action]
        begun = [body["number"] for body in ours if body["phase"] == "intended"]
        ended = [body["number"] for body in ours if body["phase"] == "result"]
        if begun != list(range(1, len(begun) + 1)):
            yield f"the steps of action {action} are numbered {begun}"
        if not set(ended) <= set(begun):
            yield f"action {action} has results {ended} of the steps {begun}"
        lost = len(set(begun) - set(ended))
        if lost > deaths:
            yield f"action {action} leaves {lost} steps open, and {deaths} processes died"


def _true(entries: Sequence[Entry], shown: Configuration | None) -> Iterator[str]:
    told = outcomes(entries)
    for outcome in told:
        wanted = outcome.target if outcome.result is OutcomeResult.DONE else outcome.origin
        # Lost between its verification and its outcome, it was not there: the next one tells.
        gone = outcome.reached is None and outcome is not told[-1]
        if outcome.result in _RUNS_AS_SAID and outcome.reached != wanted and not gone:
            yield f"{outcome.action_id} is {outcome.result} and says it reached {outcome.reached}"
        if outcome.result is OutcomeResult.ABANDONED and _has_touched(entries, outcome.action_id):
            yield f"{outcome.action_id} is abandoned, and its steps say that it touched the job"
    if told and told[-1].result in _RUNS_AS_SAID and told[-1].reached != shown:
        yield f"{told[-1].action_id} says that {told[-1].reached} was reached, not {shown}"


def _has_touched(entries: Sequence[Entry], action: str) -> bool:
    return any(
        one.kind is EntryKind.STEP
        and one.body["action_id"] == action
        and one.body["step"] in TOUCHING
        and one.body["phase"] == "result"
        and not one.body["failed"]
        for one in entries
    )


def _actions(entries: Iterable[Entry], kind: EntryKind) -> list[str]:
    return [str(one.body["action_id"]) for one in entries if one.kind is kind]


def _told(alive: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"job {job_id} {state}" for job_id, state in alive) or "no live job"
