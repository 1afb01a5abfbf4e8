"""An action's hold on its job: ids of its own, patience, its lease, and where the state lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
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
from horae.errors import LeaseLost, Refused, Unavailable

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
        until: When no further call of the present step is tried; None: outside of any step.
    """

    engine: Engine
    order: Rescale
    clock: Clock
    deadlines: Deadlines
    journal: Journal
    until: datetime | None = None

    def for_a_step(self) -> "Grip":
        """The same for a step that begins now, all of whose calls share its time."""
        return replace(self, until=self.clock.now() + timedelta(seconds=self.deadlines.step))

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids that this action starts the job with, a round each, whether it did or not."""
        return own_job_ids(self.order)

    def trigger(self, begun: Taken, purpose: str) -> str:
        """A trigger id for one try of a step: tried again, it is to be done anew."""
        return derived_id(self.order.action_id, f"{purpose} {begun.number}")

    def id_of(self, round_: int, purpose: str) -> str:
        """A trigger or job id for one round: tried again, it joins the first try."""
        return _id_of(self.order, round_, purpose)

    def while_ours(self, do: Callable[[], T]) -> Callable[[], T]:
        """What may end or change a living incarnation, tried only under a lease that holds.

        A process that stood still for long must not do to the job what its successor decided
        against; a job that is down is helped in any case. A ledger that is away is waited for.
        """

        def tried() -> T:
            try:
                self.persistently(self.journal.require_lease)
            except Unavailable as away:
                raise LeaseLost(
                    f"the lease of job {self.order.job!r} is over and cannot be renewed, so that "
                    "another process may act on the job; nothing more is done here, and the "
                    f"action can be gone on with: {away}"
                ) from away
            return do()

        return tried

    def persistently(self, do: Callable[[], T], seconds: float | None = None) -> T:
        """See `persistently`; for what is left of the step, or less where that is told."""
        left = self.deadlines.step
        if self.until is not None:
            left = (self.until - self.clock.now()).total_seconds()
        return persistently(do, self.clock, left if seconds is None else min(left, seconds))

    def newest(self, record: Record) -> Snapshot | None:
        """The newest state of the job, over everything that it may have run as; None: none.

        Raises:
            Refused: It cannot be known.
            Unavailable: The engine did not answer for longer than a step may take.
        """
        chain = self._chain(record)
        unrecorded = [one for one in reversed(self.job_ids) if one not in record.incarnations]
        were = self._that_were([*unrecorded, *chain])
        kept, ended = record.newest_snapshot, record.ended_with_it
        newer = chain[: chain.index(ended)] if kept and ended in chain else chain
        found = self._found([one for one in newer if one in were]) or kept
        try:
            stray = self._found([one for one in unrecorded if one in were])
        except Refused:
            # Its storage cannot be looked into: what was never recorded cannot be asked for.
            return found
        # When it ran, nobody wrote down: of two of ours, the engine's own count tells.
        by_count = [one for one in (found, stray) if one is not None]
        return max(by_count, key=lambda one: one.checkpoint_id or 0, default=None)

    def _chain(self, record: Record) -> list[str]:
        """What the job is known to have run as since the action began, the newest first.

        Looks may have found what somebody else has started meanwhile, and lost again. Starts that
        the ledger has not taken yet are the newest.
        """
        recorded = [
            one
            for one in reversed(record.incarnations)
            if not record.was_refused(one) or self.fate(one) is not Fate.UNKNOWN
        ]
        seen = self.journal.seen()
        places = [seen.index(one) for one in recorded if one in seen]
        if not places:  # so much was seen since that what was there before is no more told of
            return [*seen, *recorded]
        unwritten = takewhile(lambda one: one not in seen, recorded)
        return list(dict.fromkeys([*unwritten, *seen[: max(places) + 1], *recorded]))

    def _that_were(self, order: Sequence[str]) -> set[str]:
        """Of incarnations, the newest first, those that may have been.

        An engine that remembers one would remember those that came after it: others never were.
        """
        unknown = [self.fate(one) is Fate.UNKNOWN for one in order]
        return {one for n, one in enumerate(order) if not unknown[n] or all(unknown[n:])}

    def _found(self, ids: Sequence[str]) -> Snapshot | None:
        return self.persistently(lambda: self.engine.newest_state(self.order.job, job_ids=ids))

    def fate(self, job_id: str) -> Fate:
        """What became of an incarnation."""
        return self.persistently(lambda: self.engine.fate(self.order.job, job_id=job_id))


def own_job_ids(order: Rescale) -> tuple[str, ...]:
    """The ids that an action starts its job with, a round each, whether it did or not."""
    return tuple(_id_of(order, round_, "job") for round_ in range(ROUNDS_BACK + 1))


def _id_of(order: Rescale, round_: int, purpose: str) -> str:
    name = purpose if round_ == 0 else f"back {round_} {purpose}"
    return derived_id(order.action_id, name)
