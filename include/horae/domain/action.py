"""What a rescale is, how it goes, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from horae.domain.configuration import Configuration


class RescalePath(StrEnum):
    """A way from one configuration to another."""

    IN_PLACE = "in place"
    SAVEPOINT = "savepoint"
    CHECKPOINT = "checkpoint"  # ended without a savepoint, started from its newest checkpoint
    RESTART = "restart"  # of a job that the engine has lost, from its newest state


class OutcomeResult(StrEnum):
    """How an action ended."""

    DONE = "done"
    ROLLED_BACK = "rolled back"  # runs again in the configuration it came from
    FAILED = "failed"  # neither: a person is needed
    ABANDONED = "abandoned"  # stopped before anything was changed
    OVERTAKEN = "overtaken"  # somebody else changed or ended the job meanwhile: left to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescale:
    """An order to an engine.

    Attributes:
        job: The job's name.
        action_id: Ours; makes every trigger id and job id of the action reproducible.
        origin: What the job runs in now.
        target: What it shall run in.
        path: Which way.
        lag_limit_records: Lag at which the job counts as recovered even where it does not fall.
        may_use_checkpoint: Where a savepoint fails or takes too long, the job may be ended and
            started from its newest checkpoint.
        outage_seconds: Predicted 5 % and 95 % quantile of the outage; None: not predicted.
        lost: Ids of the incarnations whose state a restart may go on from; empty for other paths.
    """

    job: str
    action_id: str
    origin: Configuration
    target: Configuration
    path: RescalePath
    lag_limit_records: float
    may_use_checkpoint: bool = False
    outage_seconds: tuple[float, float] | None = None
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What really happened.

    Attributes:
        job: The job's name.
        action_id: The action's id.
        result: How it ended.
        path: The way that was taken in the end: a savepoint's may have become a checkpoint's.
        origin: Before.
        target: What was wanted.
        reached: What the engine shows afterwards; of a job that was verified and whose tasks
            restart just then, what it was verified in; None when no job runs.
        outage_seconds: From the last task stopping to all tasks RUNNING, by the engine's own
            timestamps; None when nothing was interrupted or it could not be read.
        started_at: Begin of the first step.
        ended_at: End of the last step.
        sentence: For people.
        overtaken_by: Somebody else's incarnation of the job that was seen at the end; None: none.
    """

    job: str
    action_id: str
    result: OutcomeResult
    path: RescalePath
    origin: Configuration
    target: Configuration
    reached: Configuration | None
    outage_seconds: float | None
    started_at: datetime
    ended_at: datetime
    sentence: str
    overtaken_by: str | None = None
