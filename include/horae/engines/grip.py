"""An action's hold on its job: ids of its own, patience, its lease, and where the state lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from horae.domain.action import Rescale
from horae.domain.clock import Clock
from horae.domain.job import Fate
from horae.engines.action_ids import derived_id
from horae.engines.deadlines import Deadlines
from horae.engines.engine import Engine, Snapshot
from horae.engines.journal import Journal, Taken
from horae.engines.persistence import persistently
from horae.engines.record import Record
from horae.engines.transitions import ROUNDS_BACK
from horae.errors import LeaseLost, Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """What each step of an action holds on to.

    Attributes:
        engine: Where the job runs.
        order: What is wanted.
        clock: For waiting.
        deadlines: How long a step may take.
        journal: Tells whether the job is still ours to act on, and how it was seen.
    """

    engine: Engine
    order: Rescale
    clock: Clock
    deadlines: Deadlines
    journal: Journal

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids that this action starts the job with, a round each, whether it did or not."""
        return tuple(self.id_of(round_, "job") for round_ in range(ROUNDS_BACK + 1))

    def trigger(self, begun: Taken, purpose: str) -> str:
        """A trigger id for one try of a step: tried again, it is to be done anew."""
        return derived_id(self.order.action_id, f"{purpose} {begun.number}")

    def id_of(self, round_: int, purpose: str) -> str:
        """A trigger or job id for one round: tried again, it joins the first try."""
        name = purpose if round_ == 0 else f"back {round_} {purpose}"
        return derived_id(self.order.action_id, name)

    def while_ours(self, do: Callable[[], T]) -> Callable[[], T]:
        """What may end or change a living incarnation, tried only under a lease that holds.

        A process that stood still for long must not do to the job what its successor decided
        against; a job that is down is helped in any case.
        """

        def tried() -> T:
            if not self.journal.is_ours(self.clock.now()):
                raise LeaseLost(
                    f"the lease of job {self.order.job!r} was not renewed in time, and another "
                    "process may act on the job; nothing more is done here. The action can be "
                    "gone on with"
                )
            return do()

        return tried

    def persistently(self, do: Callable[[], T], seconds: float | None = None) -> T:
        """See `persistently`; for as long as a step may take, unless told otherwise."""
        patience = self.deadlines.step if seconds is None else seconds
        return persistently(do, self.clock, patience)

    def that_may_have_been(self, record: Record) -> list[str]:
        """Incarnations that may hold state: not those whose start was refused.

        Those that were never recorded are among them, for the ledger may have been away; and those
        that looks have found, for somebody may have started the job anew and lost it again.
        """
        return [
            one
            for one in dict.fromkeys([*record.incarnations, *self.journal.seen(), *self.job_ids])
            if not record.was_refused(one) or self.fate(one) is not Fate.UNKNOWN
        ]

    def newest(self, ids: Sequence[str], record: Record) -> Snapshot | None:
        """The newest of what the engine finds and of what was recorded."""
        try:
            found = self._found(ids)
        except Refused:
            # Its storage cannot be looked into: what was never recorded cannot be asked for.
            recorded = (*record.incarnations, *self.journal.seen())
            found = self._found([one for one in ids if one in recorded])
        kept = record.newest_snapshot
        if found is None or kept is None:
            return found or kept
        return kept if (kept.checkpoint_id or 0) > (found.checkpoint_id or 0) > 0 else found

    def _found(self, ids: Sequence[str]) -> Snapshot | None:
        return self.persistently(lambda: self.engine.newest_state(self.order.job, job_ids=ids))

    def fate(self, job_id: str) -> Fate:
        """What became of an incarnation."""
        return self.persistently(lambda: self.engine.fate(self.order.job, job_id=job_id))
