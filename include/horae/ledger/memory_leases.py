"""Leases in memory, for tests and dry runs."""

from datetime import datetime
from threading import Lock

from horae.ledger.lease_state import LeaseState
from horae.ledger.leases import Lease


class MemoryLeases:
    """Leases in a dictionary; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._states: dict[str, LeaseState] = {}

    def take_lease(
        self, job: str, *, action_id: str, holder: str, now: datetime, seconds: float
    ) -> Lease:
        """The lease of a job that is free; see Leases."""
        with self._lock:
            state = self._state(job)
            lease = state.taken(action_id=action_id, holder=holder, now=now, seconds=seconds)
            self._states[job] = state.after(lease)
            return lease

    def renew_lease(self, lease: Lease, *, now: datetime, seconds: float) -> Lease:
        """The same lease with a later end; see Leases."""
        with self._lock:
            state = self._state(lease.job)
            renewed = state.renewed(lease, now=now, seconds=seconds)
            self._states[lease.job] = state.after(renewed)
            return renewed

    def release_lease(self, lease: Lease) -> None:
        """Give it back; see Leases."""
        with self._lock:
            self._states[lease.job] = self._state(lease.job).after_release(lease)

    def lease_of(self, job: str, *, now: datetime) -> Lease | None:
        """The live lease of a job; see Leases."""
        return self._state(job).live(now)

    def _state(self, job: str) -> LeaseState:
        return self._states.get(job) or LeaseState(job=job)
