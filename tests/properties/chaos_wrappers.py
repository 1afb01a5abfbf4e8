"""Engine, ledger and lease keeper of a process in a timeline: each call may be its last."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chaos_timeline import Killed, Process, Timeline

from horae.control.holding import LeaseKeeper
from horae.domain.clock import Clock
from horae.domain.job import JobDescription
from horae.engines.fake import FakeEngine, Fault
from horae.errors import Unavailable
from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryDraft, EntryKind

_GUARDED = {EntryKind.INTENTION, EntryKind.STEP, EntryKind.OUTCOME}


class PointedEngine:
    """A fake engine with a point before and after every call."""

    def __init__(
        self,
        inner: FakeEngine,
        timeline: Timeline,
        arm: Callable[[], Fault | None],
        seen: Counter[str],
    ) -> None:
        self.inner = inner
        self._timeline = timeline
        self._arm = arm
        self._seen = seen

    def describe(self, job: str) -> JobDescription:
        """See Engine; what it shows has been seen."""
        shown: JobDescription = self.__getattr__("describe")(job)
        self._seen[shown.job_id or ""] += 1
        return shown

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The method of an engine, with points around it."""

        def call(*given: Any, **named: Any) -> Any:
            label = f"{name} stop" if named.get("stop") else name
            self._timeline.point(f"before {label}")
            fault = self._arm()
            if fault is not None:
                called = {"snapshot": "stop" if named.get("stop") else "checkpoint"}
                self.inner.fail(called.get(name, name), fault)
            try:
                return getattr(self.inner, name)(*given, **named)
            finally:
                self._timeline.point(f"after {label}")

        return call


class PointedLedger:
    """A ledger that can be away, with a point before and after each change of it."""

    def __init__(self, inner: Ledger, timeline: Timeline) -> None:
        self.inner = inner
        self.away_until: datetime | None = None
        self.loses_next_reply = False
        self.unguarded: list[str] = []
        self._timeline = timeline

    def require(self) -> None:
        """Raise while it is away."""
        process = self._timeline.current()
        if process is not None and process.killed:
            raise Killed
        if self.away_until is not None and self._timeline.clock.now() < self.away_until:
            raise Unavailable("the ledger does not answer")

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Any:
        """See Ledger."""
        if lease is None and draft.kind in _GUARDED:
            self.unguarded.append(draft.identity)
        return self._changed("append", draft, lease)

    def take_lease(self, job: str, **named: Any) -> Lease:
        """See Leases."""
        taken: Lease = self._changed("take_lease", job, **named)
        return taken

    def release_lease(self, lease: Lease) -> None:
        """See Leases."""
        self._changed("release_lease", lease)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """What only reads, and renewing."""

        def call(*given: Any, **named: Any) -> Any:
            self.require()
            return getattr(self.inner, name)(*given, **named)

        return call

    def _changed(self, name: str, *given: Any, **named: Any) -> Any:
        self.require()
        self._timeline.point(f"before {name}")
        self.require()
        value = getattr(self.inner, name)(*given, **named)
        if self.loses_next_reply:
            self.loses_next_reply = False
            raise Unavailable(f"the reply of the ledger to {name} is lost")
        self._timeline.point(f"after {name}")
        return value


class Keeper(LeaseKeeper):
    """The keeper of a lease in simulated time, as long as its process neither stands nor is dead.

    Args:
        timeline: Where the process is.
        given: As of the keeper in real time.
    """

    def __init__(
        self,
        timeline: Timeline,
        ledger: Ledger,
        lease: Lease,
        seconds: float,
        clock: Clock,
        silence_seconds: float,
    ) -> None:
        super().__init__(ledger, lease, seconds, clock, silence_seconds)
        self._timeline = timeline
        self._ended = False
        self._owner: Process | None = timeline.current()

    def start(self) -> None:
        """Begin, in the timeline instead of a thread."""
        if self._owner is not None:
            self._timeline.spawn("keeper", self.run, is_keeper=True)

    def stop(self) -> None:
        """End."""
        self._ended = True

    def run(self) -> None:
        """Renew, a third of its life apart."""
        while self._is_wanted():
            self._timeline.sleep(self._seconds / 3)
            if self._is_wanted() and self._clock.now() >= self._paused_until():
                self.renew_if_heard_of()

    def _is_wanted(self) -> bool:
        owner = self._owner
        return (
            not self._ended
            and owner is not None
            and owner in self._timeline.processes
            and not owner.killed
        )

    def _paused_until(self) -> datetime:
        assert self._owner is not None
        return self._owner.paused_until
