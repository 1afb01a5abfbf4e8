"""What the pages are made from: the ledger, the specs, the switches, the clock."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from horae.domain.clock import Clock
from horae.ledger.ledger import Ledger
from horae.settings.job_spec import JobSpec
from horae.settings.spec_folder import named_job_spec
from horae.webview.access import Access


class Switches(Protocol):
    """The kill switches: one for the fleet, one a job. Repeating an order is safe."""

    def thrown(self, job: str) -> Mapping[str, str]:
        """Switches that stop this job, by name, each with the reason that was given.

        Raises:
            Unavailable: It cannot be known now.
        """
        ...

    def fleet(self) -> str | None:
        """Why the whole fleet is stopped; None: it is not.

        Raises:
            Unavailable: It cannot be known now.
        """
        ...

    def throw(self, job: str | None, *, reason: str, person: str) -> None:
        """Stop one job, or with None the fleet, and record who did and why.

        Raises:
            Unavailable: It could not be done, or not be recorded; the message says which.
        """
        ...

    def release(self, job: str | None, *, reason: str, person: str) -> None:
        """Let go what `throw` stopped, and record who did and why. Raises as `throw` does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Horae:
    """What the application hands to its routes.

    Attributes:
        access: Tells who asks.
        opened: The ledger, opened when first asked for.
        jobs_folder: Where the specs are.
        switches: The kill switches.
        clock: The time.
    """

    access: Access
    opened: "OpenedOnce"
    jobs_folder: Path
    switches: Switches
    clock: Clock

    @property
    def ledger(self) -> Ledger:
        """The ledger.

        Raises:
            Unavailable: It cannot be reached, or there is none yet.
        """
        return self.opened.ledger()

    def spec(self, job: str) -> JobSpec:
        """The job's spec as it is now.

        Raises:
            SettingsError: There is none, or it has faults.
        """
        return named_job_spec(self.jobs_folder, job)


@dataclass(slots=True)
class OpenedOnce:
    """A ledger that is opened at the first question and kept; one that failed is tried again.

    Args:
        open: Opens it.
    """

    open: Callable[[], Ledger]
    _ledger: Ledger | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ledger(self) -> Ledger:
        """The ledger. Raises as `open` does."""
        with self._lock:
            if self._ledger is None:
                self._ledger = self.open()
            return self._ledger
