from datetime import UTC, datetime, timedelta, timezone

import pytest
from ledger_drafts import NOON

from horae.errors import LedgerError
from horae.ledger.leases import Lease, lease_end

GOOD: dict[str, object] = {
    "job": "ysb",
    "action_id": "ysb:5",
    "holder": "host-1/4711/a3f",
    "token": 1,
    "expires_at": NOON,
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"job": "No Job"}, "job: got 'No Job'; expected a job name"),
        ({"action_id": ""}, "action_id: got ''.* expected one line"),
        ({"holder": "a\tb"}, "holder: got .* expected one line"),
        ({"token": 0}, "token: got 0; expected 1 or more"),
        ({"expires_at": NOON.replace(tzinfo=None)}, "expires_at: got 2026-.* without a zone"),
    ],
)
def test_faulty_field_is_named(changed: dict[str, object], said: str) -> None:
    """What could not be kept or found again is refused, with what was expected."""
    with pytest.raises(LedgerError, match=said):
        Lease(**(GOOD | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"expires_at": NOON + timedelta(hours=1)}, True),
        ({"token": 2}, False),
        ({"holder": "host-2"}, False),
        ({"action_id": "ysb:6"}, False),
        ({"job": "tsw"}, False),
    ],
)
def test_renewed_lease_is_the_same(changed: dict[str, object], is_same: bool) -> None:
    """Only its end may differ."""
    lease, other = Lease(**GOOD), Lease(**(GOOD | changed))  # type: ignore[arg-type]
    assert lease.same(other) is is_same
    assert other.same(lease) is is_same


def test_end_is_counted_from_now() -> None:
    """It is in UTC and exact to the microsecond, whatever the zone of the present."""
    east = timezone(timedelta(hours=2))
    end = lease_end(datetime(2026, 1, 31, 14, tzinfo=east), 0.25)
    assert end == datetime(2026, 1, 31, 12, 0, 0, 250000, tzinfo=UTC)
    assert end.tzinfo is UTC


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e-9, float("nan"), float("inf"), 1e300, 1e12])
def test_end_must_come_after_now(seconds: float) -> None:
    """No time, less than none, and more than the calendar has are each refused."""
    with pytest.raises(LedgerError, match="seconds: got"):
        lease_end(NOON, seconds)
