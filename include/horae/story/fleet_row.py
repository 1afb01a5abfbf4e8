"""A job in one row: how it stands, what it costs, what was decided last."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from horae.domain.configuration import Configuration
from horae.domain.decision import Mode


class JobState(StrEnum):
    """What the newest look says of a job."""

    RUNNING = "running"
    NOT_RUNNING = "not running"
    NO_ANSWER = "no answer"  # the engine did not say
    NEVER_SEEN = "never seen"  # there is a spec, and no look yet


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDecision:
    """The newest decision about a job.

    Attributes:
        id: The decision's id.
        entry: Id of its entry, such as `ysb:12`.
        at: When it was decided.
        actor: `horae`, or who asked.
        verb: `hold` or `rescale`.
        reason: Code of the reason.
        sentence: For people.
        execute: Whether it was to be carried out.
        target: What was proposed; None where nothing was.
    """

    id: str
    entry: str
    at: datetime
    actor: str
    verb: str
    reason: str
    sentence: str
    execute: bool
    target: Configuration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A question to a person that was not answered yet.

    Attributes:
        decision: Id of the decision that waits.
        entry: Id of the entry that says it was asked.
        since: When it was asked.
        until: When the default is taken.
        default: What is done then, `refuse` or `approve`.
        sentence: For people.
    """

    decision: str
    entry: str
    since: datetime
    until: datetime | None
    default: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """A kill switch, as it was last recorded for a job; Airflow's variable has the last word.

    Attributes:
        on: Whether it is thrown.
        at: Since when.
        actor: Who threw or released it.
        sentence: For people.
    """

    on: bool
    at: datetime
    actor: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLeft:
    """How much of its error budget a job has left.

    Attributes:
        share: Of the budget, 1 where nothing of it is used; negative where it is overdrawn.
        allowed_seconds: Seconds of the span in which the limit may be broken.
        broken_seconds: Seconds of the span in which it was, time without output included.
        observed_seconds: Seconds of the span of which that is known.
        days: Length of the span, up to now.
    """

    share: float
    allowed_seconds: float
    broken_seconds: float
    observed_seconds: float
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What a job has cost since it was first seen, as far as it was watched.

    Attributes:
        spent: Price of the configurations that it was seen in.
        saved: What the configuration that it was first seen in would have cost more; negative
            where it would have cost less.
        hours: Time that both are of; where no look followed for long, nothing is counted.
    """

    spent: float
    saved: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """One job. None: not known, or there is none.

    Attributes:
        job: The job's name.
        state: What the newest look says.
        detail: A sentence on it, as the engine said it; empty where it was never seen.
        mode: How far Horae may go.
        configuration: What it was last known to run in.
        start_configuration: What it was first seen in.
        version: Id of the job version.
        load_records_per_second: Of the newest look, mean since the look before.
        capacity_records_per_second: Median, by the newest decision that estimated it for the
            present configuration.
        capacity_low_records_per_second: Its 5 % quantile.
        lag_records: Of the newest look.
        latency_seconds: Processing latency of the newest look.
        latency_limit_seconds: Its limit.
        budget: What is left of the error budget; None also where nothing of its span was seen.
        money_per_hour: Price of the present configuration; None also where it does not run.
        money: Spent and saved so far.
        decision: The newest decision.
        pending: The question to a person that waits.
        action: Id of the action under way.
        action_since: When it began.
        switch: The kill switch that stops it as last recorded, its own or the fleet's; else the
            one that was released last. None: none ever was.
        blind_since: Since when no cycle came to a conclusion about it; None: the newest did, and
            that is neither half an hour nor three cycles ago.
        seen_at: End of the newest look.
        next_cycle_at: When the next look is due; in the past where it is overdue.
        fresh: Whether the newest look is no older than three cycles.
        first_seen_at: End of the first look.
        champion: Name of the forecaster in charge.
        unreadable: Entries that were passed over, for they are not as Horae writes them.
        up_to: Number of the last entry that this row knows.
    """

    job: str
    state: JobState
    detail: str
    mode: Mode | None
    configuration: Configuration | None
    start_configuration: Configuration | None
    version: str | None
    load_records_per_second: float | None
    capacity_records_per_second: float | None
    capacity_low_records_per_second: float | None
    lag_records: float | None
    latency_seconds: float | None
    latency_limit_seconds: float | None
    budget: BudgetLeft | None
    money_per_hour: float | None
    money: Money | None
    decision: LastDecision | None
    pending: Pending | None
    action: str | None
    action_since: datetime | None
    switch: Switched | None
    blind_since: datetime | None
    seen_at: datetime | None
    next_cycle_at: datetime | None
    fresh: bool
    first_seen_at: datetime | None
    champion: str | None
    unreadable: int
    up_to: int


class SortKey(StrEnum):
    """What a fleet can be sorted by; jobs of which it is not known come last either way."""

    JOB = "job"
    STATE = "state"
    MODE = "mode"
    LOAD = "load"
    UTILISATION = "utilisation"  # load over capacity
    LATENCY = "latency"  # over its limit
    LAG = "lag"
    BUDGET = "budget"
    MONEY_PER_HOUR = "money_per_hour"
    SPENT = "spent"
    SAVED = "saved"
    DECIDED = "decided"
    SEEN = "seen"
    NEXT_CYCLE = "next_cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetQuery:
    """Which rows, in which order.

    Attributes:
        text: Only jobs whose name, configuration or last decision's sentence or reason has it,
            whatever the case; empty: all.
        states: Only these; empty: all.
        modes: Only these; empty: all.
        reasons: Only those whose last decision has one of these reasons; empty: all.
        only_pending: Only jobs that wait for a person.
        only_blind: Only jobs about which nothing is concluded.
        sort: What they are sorted by; the name decides between equals.
        descending: Largest first.
        offset: So many of them are left out.
        limit: At most so many.
    """

    text: str = ""
    states: tuple[JobState, ...] = ()
    modes: tuple[Mode, ...] = ()
    reasons: tuple[str, ...] = ()
    only_pending: bool = False
    only_blind: bool = False
    sort: SortKey = SortKey.JOB
    descending: bool = False
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The rows that were asked for, and sums over all jobs.

    Attributes:
        rows: Those of this page.
        asked: What was asked for.
        matching: Jobs that match, on all pages.
        jobs: All jobs.
        by_state: Number of jobs in each state; over all jobs.
        pending: Jobs that wait for a person; over all jobs.
        money_per_hour: Sum over all jobs of which it is known; None where it is of none.
        spent: The same.
        saved: The same.
        behind: Entries of the ledger that the rows do not know yet.
    """

    rows: tuple[FleetRow, ...]
    asked: FleetQuery
    matching: int
    jobs: int
    by_state: dict[JobState, int]
    pending: int
    money_per_hour: float | None
    spent: float | None
    saved: float | None
    behind: int
