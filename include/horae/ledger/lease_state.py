"""What a ledger remembers of one job's leases, and what follows from it; pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from horae.errors import LeaseLost, LeaseTaken, LedgerError
from horae.ledger.canonical import time_text
from horae.ledger.leases import Lease, lease_end, require_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseState:
    """The leases of one job so far.

    Attributes:
        job: Name of the job.
        token: The last token given out, which no later lease may have; 0: none was.
        lease: The last lease, live or ended; None: it was given back, or there was none.
    """

    job: str
    token: int = 0
    lease: Lease | None = None

    def live(self, now: datetime) -> Lease | None:
        """The lease, if it has not ended."""
        require_zone("now", now)
        return self.lease if self.lease and self.lease.expires_at > now else None

    def taken(self, *, action_id: str, holder: str, now: datetime, seconds: float) -> Lease:
        """The lease that the holder gets now; see Leases.take_lease."""
        expires_at = lease_end(now, seconds)
        present = self.live(now)
        if present is None:
            return Lease(
                job=self.job,
                action_id=action_id,
                holder=holder,
                token=self.token + 1,
                expires_at=expires_at,
            )
        if (present.holder, present.action_id) != (holder, action_id):
            raise LeaseTaken(
                f"job {self.job} is being acted on by {present.holder} for action "
                f"{present.action_id} until {time_text(present.expires_at)}; wait for the end of "
                "that action, or for that time"
            )
        return replace(present, expires_at=expires_at)

    def renewed(self, lease: Lease, *, now: datetime, seconds: float) -> Lease:
        """The lease with a later end; see Leases.renew_lease."""
        self.require(lease)
        return replace(lease, expires_at=lease_end(now, seconds))

    def require(self, lease: Lease) -> None:
        """Return if the lease is the job's, live or ended.

        Raises:
            LeaseLost: Another took it, or it was given back.
            LedgerError: It is a lease of another job.
        """
        if lease.job != self.job:
            raise LedgerError(
                f"got a lease of job {lease.job} for an entry of {self.job}; expected a lease of "
                f"{self.job}, as take_lease gives"
            )
        if self.lease is None or not self.lease.same(lease):
            raise LeaseLost(
                f"job {self.job}: the lease of {lease.holder} for action {lease.action_id} (token "
                f"{lease.token}) is lost: {self._whose()}; record and do nothing more for it"
            )

    def after(self, lease: Lease) -> "LeaseState":
        """The state once this lease is the job's."""
        return LeaseState(job=self.job, token=lease.token, lease=lease)

    def after_release(self, lease: Lease) -> "LeaseState":
        """The state once this lease is given back; unchanged if it is not the job's."""
        is_held = self.lease is not None and self.lease.same(lease)
        return LeaseState(job=self.job, token=self.token) if is_held else self

    def _whose(self) -> str:
        if self.lease is None:
            return f"it was given back, and the last token was {self.token}"
        held = self.lease
        return f"{held.holder} has it for action {held.action_id} (token {held.token})"
