"""Writes the steps of an action down, also when the ledger is away for a while."""

from datetime import timedelta

from horae.domain.clock import Clock
from horae.engines.journal import Journal, Taken
from horae.errors import HoraeError, LeaseLost, Unavailable

PATIENCE_SECONDS = 30.0
LAST_PATIENCE_SECONDS = 120.0
"""A database that is restarted or fails over is back by then."""
_PAUSE_SECONDS = 2.0


class Scribe:
    """Writes to a journal, in order.

    Nothing is done that was not recorded before, with one exception: while the job may be down a
    ledger that is away does not stop the action, for a job left down is worse. What it did not
    take is kept then, and written as soon as it is back.

    Args:
        journal: Where to.
        clock: For waiting.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._kept: list[Taken] = []

    @property
    def unwritten(self) -> int:
        """Entries that the ledger did not take yet."""
        return len(self._kept)

    def write(self, taken: Taken, *, must_go_on: bool) -> None:
        """Write one down.

        Args:
            taken: What was begun, or how it ended.
            must_go_on: A ledger that is away holds nothing up.

        Raises:
            Unavailable: The ledger is away, and the job was not must_go_on.
            LeaseLost: Another process acts on the job; nothing more may be done.
            LedgerError: It could not be recorded, and the job was not must_go_on.
        """
        self._kept.append(taken)
        try:
            self._patiently(0.0 if must_go_on else PATIENCE_SECONDS)
        except LeaseLost:
            raise
        except HoraeError:
            if not must_go_on:
                raise

    def finish(self) -> None:
        """Write what is kept, as far as the ledger comes back in time.

        Raises:
            LeaseLost: Another process acts on the job.
        """
        try:
            self._patiently(LAST_PATIENCE_SECONDS)
        except LeaseLost:
            raise
        except HoraeError:
            return

    def _patiently(self, seconds: float) -> None:
        deadline = self._clock.now() + timedelta(seconds=seconds)
        while self._kept:
            try:
                self._journal.write(self._kept[0])
                del self._kept[0]
            except Unavailable:
                if self._clock.now() >= deadline:
                    raise
                self._clock.wait(_PAUSE_SECONDS)
