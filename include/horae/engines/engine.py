"""What an engine is: find a job, say what can be done to it, and do it one step at a time.

The order of the steps, what is recorded before and after each, and what is done when one fails
belong to `rescaling.py`, not to an engine.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, JobDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """State that a job can be started from.

    Attributes:
        location: Where it lies, as the engine names it; None for a checkpoint of a job that goes
            on running and needs no restore.
        completed_at: By the engine's clock.
        stopped: Whether the job was stopped with it.
    """

    location: str | None
    completed_at: datetime
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What tells whether a job works again.

    Attributes:
        lag_records: Records between the end of the input and the job's position; None: unknown.
        last_checkpoint_at: Completion of the newest checkpoint of this incarnation; None: none.
        failed_checkpoints: Failed ones of this incarnation.
        interrupted_at: When the tasks of this incarnation last stopped for a rescale or failure,
            or the incarnation before it ended; None: unknown.
    """

    lag_records: float | None
    last_checkpoint_at: datetime | None
    failed_checkpoints: int
    interrupted_at: datetime | None


class Engine(Protocol):
    """Drives the jobs of one cluster.

    All methods raise `Unavailable` when the cluster does not answer, `Refused` when it says no,
    `UnexpectedReply` when it says something else, and `JobNotRunning` when a running job was
    needed and there is not exactly one. Waiting is done by the engine, with a deadline.
    """

    def describe(self, job: str) -> JobDescription:
        """Find the job by name. Absent, finished and doubled jobs are answers, not errors."""
        ...

    def capabilities(self, job: str) -> Capabilities:
        """What can be done to the job here; asked again before every action."""
        ...

    def progress(self, job: str) -> Progress:
        """Signs of life of the running job."""
        ...

    def snapshot(self, job: str, *, trigger_id: str, stop: bool) -> Snapshot:
        """Take a checkpoint (`stop` false) or stop with a savepoint, and wait until it is done.

        Repeating it with the same `trigger_id` joins the first call. When stopping fails the job
        goes on running.
        """
        ...

    def abandon(self, job: str, *, job_id: str) -> Snapshot | None:
        """End one incarnation of the job without a new snapshot, as one does with a broken one.

        Returns:
            The newest state it has completed, which others may already have seen the results of;
            None when it completed none or never existed. Repeating it is safe.

        Raises:
            Refused: Ending it would lose its newest checkpoint, so it was left alone.
        """
        ...

    def resize(self, job: str, configuration: Configuration) -> None:
        """Ask for the configuration's parallelism in place; verify by `describe`.

        Repeating it is safe. The slots must be there before.
        """
        ...

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """Start the job from `snapshot`; returns when the engine accepted it.

        Repeating it with the same `job_id` starts nothing twice.
        """
        ...

    def provide(self, configuration: Configuration, *, keep: bool) -> None:
        """Have the TaskManagers of `configuration`, and wait for their slots.

        Args:
            configuration: Whose TaskManagers shall be there.
            keep: Leave the ones in use that are not part of it (before the move); False: remove
                every one that is proven empty and not needed (after it).

        Repeating it is safe. Without a provisioner it only checks that the slots are there.
        """
        ...
