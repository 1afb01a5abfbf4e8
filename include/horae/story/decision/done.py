"""What came of a decision: approval, action, figures that were predicted, and what happened since.

As in `known`: None says that the ledger does not tell it. Times are in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from horae.domain.configuration import Configuration


class Answer(StrEnum):
    """What came of asking people about a decision."""

    WAITING = "waiting"  # no answer is recorded
    APPROVED = "approved"
    EDITED = "edited"  # approved with other values
    REFUSED = "refused"
    UNANSWERED = "unanswered"  # the time was over, and what was stated for that case was done


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Another thing that happened to the job, in a line.

    Attributes:
        entry: Id of its entry.
        kind: Kind of the entry, as `decision` or `external_change`.
        at: When.
        decision: Id of the decision that it is, or that it carries out; None: neither.
        verb: `hold` or `rescale` where it is a decision.
        reason: Its reason code; None: it has none.
        sentence: For people.
    """

    entry: str
    kind: str
    at: datetime
    decision: str | None
    verb: str | None
    reason: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What people were asked and what they said.

    Attributes:
        asked_entry: Id of the entry that tells of the question; None: only the answer is there.
        asked_at: When it was asked.
        until: When the time is over; None: not told.
        on_timeout: What is done then: `refuse` or `approve`; None: not told.
        dag_run: Airflow's run that asks; None: not told.
        task: Its task.
        map_index: Which of the task's instances; -1: it is not mapped.
        answer: What came of it.
        answered_entry: Id of the entry that tells of the answer; None: there is none yet.
        answered_at: When it was answered.
        by: Who answered; None: nobody.
        reason: Why, in that person's words; empty: none was given.
        fault: Why the answer could not be understood, so that it counts as a refusal; None: it
            could.
        edited: Axis to wanted value where the person changed the proposal; empty: it was not.
        followed_by: The decision that the answer led to, for an approval is a wish and decided
            about anew; None: none, or none yet.
        result: How that decision's action ended; None: it did not act, or not yet.
    """

    asked_entry: str | None
    asked_at: datetime | None
    until: datetime | None
    on_timeout: str | None
    dag_run: str | None
    task: str | None
    map_index: int | None
    answer: Answer
    answered_entry: str | None
    answered_at: datetime | None
    by: str | None
    reason: str
    fault: str | None
    edited: Mapping[str, float]
    followed_by: Told | None
    result: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTold:
    """One step of the action.

    Attributes:
        number: Its place in the action, from 1.
        step: Its name, as `stop`.
        round: 0 on the way to the target, n on the n-th try to go back.
        state: `open` (begun, and nobody knows whether it took effect), `done` or `failed`.
        began_at: When its intention was recorded; None: only its result is there.
        ended_at: When its result was recorded; None: it is open.
        intention: What was intended, for people.
        result: What came of it; empty while it is open.
        entries: Ids of its entries, intention first.
    """

    number: int
    step: str
    round: int
    state: str
    began_at: datetime | None
    ended_at: datetime | None
    intention: str
    result: str
    entries: tuple[str, ...]

    @property
    def seconds(self) -> float | None:
        """How long it took; None: not known."""
        if self.began_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.began_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the action ended.

    Attributes:
        entry: Id of the entry.
        result: `done`, `rolled back`, `failed`, `abandoned` or `overtaken`.
        sentence: For people.
        path: The way that was taken in the end.
        origin: Before.
        target: What was wanted.
        reached: What the job ran in afterwards; None: it does not run, or it was never touched.
        outage_seconds: Measured by the engine; None: nothing was interrupted, or not readable.
        started_at: Begin of the first step.
        ended_at: End of the last step.
        overtaken_by: Somebody else's incarnation of the job.
        actor: Who recorded it: `horae`, or a person who took it over.
    """

    entry: str
    result: str
    sentence: str
    path: str | None
    origin: Configuration | None
    target: Configuration | None
    reached: Configuration | None
    outage_seconds: float | None
    started_at: datetime | None
    ended_at: datetime
    overtaken_by: str | None
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """That another action stood in the way of this one.

    Attributes:
        entry: Id of the entry.
        at: When.
        rival: Id of the decision whose action it was.
        sentence: For people.
    """

    entry: str
    at: datetime
    rival: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """The action step by step.

    Attributes:
        intention: Id of the entry that tells of its begin; None: it has not begun.
        began_at: When it began.
        actor: Who carried it out.
        worst_case_seconds: The longest that it may take.
        steps: In order.
        ended: How it ended; None: it has not.
        rivals: Actions that stood in its way.
    """

    intention: str | None
    began_at: datetime | None
    actor: str | None
    worst_case_seconds: float | None
    steps: tuple[StepTold, ...]
    ended: Ended | None
    rivals: tuple[Rival, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure as it was predicted, and as it was.

    Attributes:
        what: Short name, as `outage`.
        unit: `s`, `records/s` or `share`.
        predicted: Median or best guess; None: not predicted.
        low: Lower end of the predicted interval; None: none was given.
        high: Its upper end.
        real: What it was; None: not known, or not yet.
        held: Whether it was as predicted; None: cannot be said.
        sentence: The same in words; says also why something is not known.
        entries: Ids of the entries that tell what it really was.
    """

    what: str
    unit: str
    predicted: float | None
    low: float | None
    high: float | None
    real: float | None
    held: bool | None
    sentence: str
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAfter:
    """The job at a look after the decision, or after its action where there was one.

    Attributes:
        entry: Id of the entry.
        at: When.
        configuration: What it ran in.
        presence: What the engine said; None: it did not answer.
        load: Records/s; None: not known.
        latency_seconds: Age of the oldest record; None: not known.
        lag_records: Records that waited; None: not known.
        broken_seconds: Seconds since the look before in which the latency limit was broken; None:
            not recorded.
        observed_seconds: Of the time since the look before, that of which it is known whether the
            limit held; None: not recorded.
        limit_seconds: The latency limit; None: not recorded.
    """

    entry: str
    at: datetime
    configuration: Configuration | None
    presence: str | None
    load: float | None
    latency_seconds: float | None
    lag_records: float | None
    broken_seconds: float | None
    observed_seconds: float | None
    limit_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What came after.

    Attributes:
        looks: The looks that followed, oldest first, at most some.
        next_decision: The decision that followed; None: none yet.
        next_action: The decision that was carried out next; None: none yet, or none among the
            entries looked at.
        undone: What took the job back to where the action had found it: another action, or
            somebody else; None: nothing did, as far as the ledger tells.
        moved_on: What took it from the action's target to something else; None: nothing did.
        newest: The newest look at the job; None: there was none.
        there: The last look, of some dozens after the action, that tells of the latency and before
            which the job was in nothing but what the action led to; None: none did.
    """

    looks: tuple[LookAfter, ...]
    next_decision: Told | None
    next_action: Told | None
    undone: Told | None
    moved_on: Told | None
    newest: LookAfter | None
    there: LookAfter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The entry before or after in the chain.

    Attributes:
        entry: Its id.
        kind: What it tells of.
        hash: Its hash.
    """

    entry: str
    kind: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the decision's entry stands in the job's hash chain.

    Attributes:
        entry: Its id.
        number: Its place, from 1.
        hash: Its hash.
        previous_hash: The hash that it was appended after.
        bears_hash: Whether the hash belongs to what the entry tells.
        previous: The entry before; None: it is the first, or the one before is missing.
        following: The entry after; None: it is the last.
        count: Entries of the chain; None: the chain has no head row.
    """

    entry: str
    number: int
    hash: str
    previous_hash: str
    bears_hash: bool
    previous: Neighbour | None
    following: Neighbour | None
    count: int | None
