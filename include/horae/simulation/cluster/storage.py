"""Where the states of a simulated job lie, and how they get there."""

from collections.abc import Callable
from dataclasses import dataclass

from horae.domain.job import Fate
from horae.simulation.cluster.checkpoints import ROW, Checkpoints
from horae.simulation.cluster.clock import SimulatedClock
from horae.simulation.cluster.incarnation import Incarnation, Stored
from horae.simulation.world.flow import Flow


@dataclass(slots=True, kw_only=True)
class Operation:
    """A checkpoint or savepoint that was triggered.

    Attributes:
        trigger_id: By whom.
        one: Whose.
        stop: The job ends with it.
        begun: Second at which it was triggered.
        due: Second at which it is complete.
        stored: What it gave; None: not yet, or it failed.
        failure: Why it failed; None: it did not, or not yet.
    """

    trigger_id: str
    one: Incarnation
    stop: bool
    begun: int
    due: int
    stored: Stored | None = None
    failure: str | None = None


class Storage:
    """States by location.

    Args:
        flow: Where the job runs.
        clock: Of the flow.
        end: Ends an incarnation.

    Attributes:
        states: Location to what lies there.
        checkpoints: Those of the job.
        failed: Second of each triggered checkpoint that failed.
    """

    def __init__(
        self, flow: Flow, clock: SimulatedClock, end: Callable[[Incarnation, Fate], None]
    ) -> None:
        self._flow, self._clock, self._end = flow, clock, end
        self._operations: dict[tuple[str, str], Operation] = {}
        self.states: dict[str, Stored] = {}
        self.checkpoints = Checkpoints(flow)
        self.failed: list[int] = []

    def operation(self, one: Incarnation, trigger_id: str) -> Operation | None:
        """What was triggered of an incarnation under an id; None: nothing."""
        return self._operations.get((one.job_id, trigger_id))

    def newest(self, one: Incarnation) -> Stored | None:
        """The newest state that an incarnation has completed; None: none."""
        if not one.alive or len(self._flow.replications[ROW].started) <= one.starts_before:
            return one.newest
        found = self.checkpoints.newest()
        if found is None or (one.newest is not None and found[0] <= one.newest.begun):
            return one.newest
        begun, completed = found
        one.newest = Stored(
            location=f"modelled:{one.job_id}/chk-{begun + 1}",
            position=self._flow.position(ROW, begun),
            begun=begun,
            completed=completed,
            savepoint=False,
        )
        self.states[one.newest.location] = one.newest
        return one.newest

    def trigger(self, one: Incarnation, trigger_id: str, *, stop: bool, seconds: int) -> Operation:
        """Begin what completes after some seconds; the same id again joins the first."""
        known = self.operation(one, trigger_id)
        if known is not None:
            return known
        now = self._clock.second
        begun = Operation(trigger_id=trigger_id, one=one, stop=stop, begun=now, due=now + seconds)
        self._operations[one.job_id, trigger_id] = begun
        if self._flow.completes_checkpoints(ROW):
            self._clock.later(seconds, lambda: self._complete(begun))
        else:
            self._fail(begun, "not all tasks run")
        return begun

    def _complete(self, operation: Operation) -> None:
        one = operation.one
        lost = self._flow.started_at(ROW) > operation.begun
        if not one.alive or lost or not self._flow.completes_checkpoints(ROW):
            self._fail(operation, "a task stopped before it was complete")
        elif operation.stop:
            self._end(one, Fate.FINISHED)
            self._keep_savepoint(operation)
        else:
            self.checkpoints.note(begun=operation.begun)
            operation.stored = self.newest(one)

    def _keep_savepoint(self, operation: Operation) -> None:
        stored = Stored(
            location=f"modelled:savepoint-{operation.trigger_id}",
            position=self._flow.position(ROW),
            begun=operation.begun,
            completed=self._clock.second,
            savepoint=True,
        )
        operation.stored = operation.one.newest = self.states[stored.location] = stored

    def _fail(self, operation: Operation, why: str) -> None:
        operation.failure = why
        operation.one.failed_checkpoints += 1
        self.failed.append(self._clock.second)
