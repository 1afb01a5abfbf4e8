"""What an engine is: find a job, say what can be done to it, and do it one step at a time.

The order of the steps, what is recorded before and after each, and what is done when one fails
belong to `rescaling.py`, not to an engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, Fate, JobDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """State that a job can be started from.

    Attributes:
        location: Where it lies, as the engine names it; None for a checkpoint of a job that goes
            on running and needs no restore.
        completed_at: By the engine's clock.
        stopped: Whether the job was stopped with it.
        checkpoint_id: The engine's number for it, which grows along the life of a job, also over
            restarts from a snapshot; None: not known.
    """

    location: str | None
    completed_at: datetime
    stopped: bool
    checkpoint_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What tells whether a job works again.

    Attributes:
        lag_records: Records between the end of the input and the job's position; None: unknown.
        last_checkpoint_at: Completion of the newest checkpoint of this incarnation; None: none.
        failed_checkpoints: Failed ones of this incarnation; None: unknown.
        interrupted_at: When the tasks of this incarnation last stopped for a rescale or failure,
            or the incarnation before it ended; None: unknown.
    """

    lag_records: float | None
    last_checkpoint_at: datetime | None
    failed_checkpoints: int | None
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

    def snapshot(
        self,
        job: str,
        *,
        trigger_id: str,
        stop: bool,
        job_id: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Snapshot:
        """Take a checkpoint (`stop` false) or stop with a savepoint, and wait until it is done.

        Repeating it with the same `trigger_id` joins the first call. When stopping fails the job
        goes on running.

        Args:
            job: Its name.
            trigger_id: Ours.
            stop: Stop it.
            job_id: This incarnation alone; None: whichever lives.
            timeout_seconds: How long to wait; None: as long as the engine is set to.

        Raises:
            JobNotRunning: Not that incarnation, or not exactly one, lives.
        """
        ...

    def fate(self, job: str, *, job_id: str) -> Fate:
        """What became of one incarnation of the job."""
        ...

    def end(self, job: str, *, job_id: str, timeout_seconds: float | None = None) -> None:
        """End one incarnation without a new snapshot, and wait until it has ended.

        One that has ended or is unknown needs nothing: repeating it is safe.

        Args:
            job: Its name.
            job_id: Which.
            timeout_seconds: How long to wait; None: as long as the engine is set to.

        Raises:
            Refused: Ending it would lose its newest checkpoint, so it was left alone.
        """
        ...

    def newest_state(self, job: str, *, job_ids: Sequence[str]) -> Snapshot | None:
        """The state that the job may be started from; None: none of these completed any.

        Others may have seen the results up to it, so that starting from an older one doubles them.
        What the engine has forgotten is looked for in its storage.

        Args:
            job: Its name.
            job_ids: Incarnations, the newest first: the newest that has completed a state counts,
                and the last one that it completed. What was before it does not, whatever the
                engine calls it: whoever starts a job afresh begins to count anew.

        Raises:
            Refused: The engine has forgotten one of them that may be the one that counts, and its
                storage cannot be looked into; or the state is gone, or may be another job's.
        """
        ...

    def dispose(self, location: str) -> None:
        """Delete a savepoint; one that is gone already needs nothing."""
        ...

    def resize(self, job: str, configuration: Configuration, *, job_id: str | None = None) -> None:
        """Ask for the configuration's parallelism in place; verify by `describe`.

        Repeating it is safe. The slots must be there before.

        Args:
            job: Its name.
            configuration: What is asked for.
            job_id: This incarnation alone; None: whichever lives.

        Raises:
            JobNotRunning: Not that incarnation, or not exactly one, lives.
        """
        ...

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """Start the job from `snapshot`; returns when the engine accepted it.

        Repeating it with the same `job_id` starts nothing twice.
        """
        ...

    def provide(
        self, configuration: Configuration, *, keep: bool, timeout_seconds: float | None = None
    ) -> None:
        """Have the TaskManagers of `configuration`, and wait for their slots.

        Args:
            configuration: Whose TaskManagers shall be there.
            keep: Leave the ones in use that are not part of it (before the move); False: remove
                every one that is proven empty and not needed (after it).
            timeout_seconds: How long to wait; None: as long as the engine is set to.

        Repeating it is safe. Without a provisioner it only checks that the slots are there.
        """
        ...
