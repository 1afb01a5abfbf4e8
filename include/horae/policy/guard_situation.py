"""What guards are asked about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from horae.domain.action import OutcomeResult
from horae.domain.configuration import Configuration
from horae.domain.decision import Mode
from horae.domain.job import Capabilities, JobPresence, Vertex
from horae.domain.limits import Prices
from horae.domain.proposal import Proposal
from horae.domain.verdict import Verdict
from horae.optimisation.failures import Failure
from horae.settings.job_spec import GuardSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMove:
    """An action of the past.

    Attributes:
        ended_at: When it ended.
        origin: What it left.
        target: Where it went.
        urgent: Whether waiting was predicted to break a limit.
        result: How it ended; abandoned ones changed nothing and do not count.
    """

    ended_at: datetime
    origin: Configuration
    target: Configuration
    urgent: bool
    result: OutcomeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRefusal:
    """What a person has refused, and is not asked for again yet.

    Attributes:
        target: Where it was to go.
        urgent: Whether waiting was predicted to break a limit.
        until: When it may be asked for again.
        sentence: Who refused it, when and why; for people, without a full stop.
    """

    target: Configuration
    urgent: bool
    until: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What people were asked about a job.

    Attributes:
        waiting: The decision that waits for an answer, since when and until when, for people,
            without a full stop; empty: none does.
        refused: What was refused and is not asked for again yet.
    """

    waiting: str = ""
    refused: tuple[PastRefusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSituation:
    """All that guards may know. None always means: it could not be found out.

    Attributes:
        now: Time of the decision.
        proposal: What is asked about.
        manual: A person asked for it.
        mode: How far Horae may go with the job.
        settings: What may hold an action back.
        current: What the job runs in.
        presence: Whether there is exactly one running job.
        verdict: Whether the newest window may be trusted.
        window_age_seconds: Age of its newest row.
        stale_seconds: Age beyond which it is stale.
        kill_switch: Why nothing may be done now; empty when the switch is not thrown.
        approvals: What people were asked; empty but in mode `approve`.
        in_flight: Ids of actions that have not ended.
        history: Actions that ended, in any order, at least those of one season.
        season_seconds: The job's day.
        legal: Every configuration that may be chosen, but for failures; the same parallelism for
            all vertices but in the present one.
        capabilities: What the engine can do to the job.
        prices: What resources cost.
        checkpoints_failing: The newest checkpoint failed.
        failures: What must not be tried again now.
        outage_p99_seconds: 99 % quantile of the outage of the proposal's path, or of the one that
            it may fall back to where that takes longer.
        sink_transactional: Whether the sink has transactions.
        transaction_timeout_seconds: Their time-out; None also where there are none.
        vertices: The job's; only looked at where the target tells them apart.
    """

    now: datetime
    proposal: Proposal
    manual: bool
    mode: Mode | None
    settings: GuardSettings
    current: Configuration | None
    presence: JobPresence | None
    verdict: Verdict | None
    window_age_seconds: float | None
    stale_seconds: float
    kill_switch: str | None
    approvals: Approvals | None
    in_flight: tuple[str, ...] | None
    history: tuple[PastMove, ...] | None
    season_seconds: float
    legal: tuple[Configuration, ...] | None
    capabilities: Capabilities | None
    prices: Prices | None
    checkpoints_failing: bool | None
    failures: tuple[Failure, ...] | None
    outage_p99_seconds: float | None
    sink_transactional: bool | None
    transaction_timeout_seconds: float | None
    vertices: tuple[Vertex, ...] | None = None

    @property
    def target(self) -> Configuration:
        """Where the proposal goes."""
        return self.proposal.target

    @property
    def urgent(self) -> bool:
        """Whether waiting is predicted to break a limit."""
        return self.proposal.urgent

    @property
    def shrinks(self) -> bool | None:
        """Whether any resource becomes less; None where the present ones are not known."""
        if self.current is None:
            return None
        return (
            self.target.parallelism < self.current.parallelism
            or self.target.total_cores < self.current.total_cores
            or self.target.total_memory_gb < self.current.total_memory_gb
        )

    def moves_within(self, seconds: float) -> tuple[PastMove, ...] | None:
        """Actions that ended less than `seconds` ago and changed something, newest first."""
        if self.history is None:
            return None
        since = self.now - timedelta(seconds=seconds)
        recent = (
            move
            for move in self.history
            if move.ended_at > since and move.result is not OutcomeResult.ABANDONED
        )
        return tuple(sorted(recent, key=lambda move: move.ended_at, reverse=True))
