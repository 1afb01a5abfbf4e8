"""The storage of a fake cluster: the states in it, and what was committed with them."""

from dataclasses import dataclass, field
from datetime import datetime

from horae.engines.engine import Snapshot
from horae.engines.fake_incarnation import Incarnation
from horae.engines.fake_output import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A state in storage.

    Attributes:
        job_id: Who wrote it.
        snapshot: As an engine names it.
        position: Records up to this one are in it.
        savepoint: It stays until it is disposed of; a checkpoint only until the next one.
    """

    job_id: str
    snapshot: Snapshot
    position: int
    savepoint: bool


@dataclass(slots=True)
class Operation:
    """A triggered checkpoint or savepoint.

    Attributes:
        trigger_id: Its id.
        incarnation: Whose.
        stop: The job ends with it.
        began_at: When it was triggered.
        snapshot: What it gave; None: not yet.
        failure: Why it failed; None: it did not, or not yet.
    """

    trigger_id: str
    incarnation: Incarnation
    stop: bool
    began_at: datetime
    snapshot: Snapshot | None = None
    failure: str | None = None


@dataclass(slots=True)
class Storage:
    """States by location.

    Attributes:
        states: What lies there.
        output: What was committed with what was ever there.
        broken: Nothing can be written, read or deleted.
    """

    states: dict[str | None, Stored] = field(default_factory=dict)
    output: Output = field(default_factory=Output)
    broken: bool = False

    def complete(
        self, one: Incarnation, location: str, *, position: int, now: datetime, stopped: bool
    ) -> Snapshot:
        """Store a state, commit what it holds, and drop the checkpoint before it."""
        position = max(one.position, position)
        self.output.commit(one.position, position)
        self.drop_checkpoint_of(one)
        one.position, one.checkpoint_id = position, one.checkpoint_id + 1
        snapshot = Snapshot(
            location=location,
            completed_at=now,
            stopped=stopped,
            checkpoint_id=one.checkpoint_id,
        )
        one.completed.append(snapshot)
        self.states[location] = Stored(
            job_id=one.job_id, snapshot=snapshot, position=position, savepoint=stopped
        )
        return snapshot

    def drop_checkpoint_of(self, one: Incarnation) -> None:
        """Delete the newest checkpoint of an incarnation; a savepoint stays."""
        last = self.states.get(one.completed[-1].location) if one.completed else None
        if last is not None and not last.savepoint:
            del self.states[last.snapshot.location]

    def newest(self) -> Stored | None:
        """The state that was completed last; None: there is none."""
        return next(reversed(self.states.values()), None)

    def newest_of(self, job_id: str) -> Stored | None:
        """The last state of one incarnation; None: it has none."""
        ours = (one for one in reversed(self.states.values()) if one.job_id == job_id)
        return next(ours, None)
