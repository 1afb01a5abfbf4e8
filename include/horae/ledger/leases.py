"""Leases: who may act on a job, for how long, and the token that shuts everybody else out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from horae.errors import LedgerError
from horae.ledger.records import require_job_name, require_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to act on a job, until it ends or somebody else has it.

    Attributes:
        job: Name of the job.
        action_id: The action it was taken for. One line of text.
        holder: Who has it: one try of one process. Two that give the same name are taken for one.
            One line of text.
        token: Number of the lease; every later lease of the job has a higher one.
        expires_at: When it ends unless it is renewed, in UTC to the microsecond; at this very
            instant others may take it.

    Raises:
        LedgerError: A field is not as described.
    """

    job: str
    action_id: str
    holder: str
    token: int
    expires_at: datetime

    def __post_init__(self) -> None:
        """Refuse what could not be kept or found again."""
        require_job_name("job", self.job)
        require_line("action_id", self.action_id)
        require_line("holder", self.holder)
        require_zone("expires_at", self.expires_at)
        if self.token < 1:
            raise LedgerError(f"token: got {self.token}; expected 1 or more, as take_lease gives")

    def same(self, other: "Lease") -> bool:
        """Whether the other is this lease, renewed or not.

        A ledger restored from a backup counts tokens from an earlier number on, so that a token
        may come twice; the names tell the two leases apart.
        """
        mine = (self.job, self.token, self.holder, self.action_id)
        return mine == (other.job, other.token, other.holder, other.action_id)


class Leases(Protocol):
    """Gives at most one live lease a job at any time.

    A lease keeps two actions off one job only as far as its holder minds it: renew it well before
    it ends (after a third of its time, say), and stop acting when the renewal does not come
    through. `now` is the caller's clock, so the clocks of all hosts must agree (NTP) to within
    what a holder leaves between its last act and the end of its lease. The record needs no clock:
    there the token decides, so a holder that slept through its lease can append nothing once
    another took it.

    Any method may raise Unavailable when the store cannot be reached, which is worth trying
    again, and LedgerError where an argument is not as described.
    """

    def take_lease(
        self, job: str, *, action_id: str, holder: str, now: datetime, seconds: float
    ) -> Lease:
        """The lease of a job that is free, or whose lease has ended, with a new token.

        Repeating is safe: who has the lease already, for the same action, has it renewed.

        Args:
            job: Name of the job.
            action_id: The action to take it for.
            holder: Who takes it; a name that no other process or try bears.
            now: The present, aware of its zone.
            seconds: How long it lasts from `now`; above 0.

        Raises:
            LeaseTaken: Another has it, or the same holder for another action.
        """
        ...

    def renew_lease(self, lease: Lease, *, now: datetime, seconds: float) -> Lease:
        """The same lease, token and all, lasting `seconds` from `now`.

        Repeating is safe. A lease that has ended may be renewed as long as nobody took it.

        Raises:
            LeaseLost: Another took it, or it was given back.
        """
        ...

    def release_lease(self, lease: Lease) -> None:
        """Give it back; one that is lost already is left to whoever has it. Repeating is safe."""
        ...

    def lease_of(self, job: str, *, now: datetime) -> Lease | None:
        """The live lease of a job; None: it is free, or its lease has ended."""
        ...


def lease_end(now: datetime, seconds: float) -> datetime:
    """When a lease of `seconds` from `now` ends, in UTC.

    Raises:
        LedgerError: The time does not know its zone, or the end does not come after it.
    """
    require_zone("now", now)
    try:
        end = now.astimezone(UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError) as error:
        raise LedgerError(f"seconds: got {seconds}; expected seconds, not ages") from error
    if end <= now:
        raise LedgerError(f"seconds: got {seconds}; expected a microsecond at least")
    return end


def require_zone(name: str, time: datetime) -> None:
    """Return if the time knows its zone.

    Raises:
        LedgerError: It does not; the message begins with `name`.
    """
    if time.utcoffset() is None:
        raise LedgerError(
            f"{name}: got {time.isoformat()} without a zone; expected a time in UTC, as a Clock "
            "tells it"
        )
