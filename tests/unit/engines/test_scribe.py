from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from horae.domain.clock import ManualClock
from horae.engines.journal import Step, StepState, Taken
from horae.engines.scribe import Scribe
from horae.errors import HoraeError, LeaseLost, LedgerError, Unavailable
from journals import LonelyJournal


@dataclass
class Notes(LonelyJournal):
    """A journal whose next writes fail."""

    failures: list[HoraeError] = field(default_factory=list)
    written: list[int] = field(default_factory=list)

    def write(self, taken: Taken) -> None:
        """Fail as was told, or note the number."""
        if self.failures:
            raise self.failures.pop(0)
        self.written.append(taken.number)


def step(number: int) -> Taken:
    """A step that was begun."""
    return Taken(
        number=number, step=Step.STOP, round=0, state=StepState.OPEN,
        at=datetime(2026, 3, 2, tzinfo=UTC), detail="with a savepoint",
    )  # fmt: skip


def away(times: int) -> list[HoraeError]:
    """So many failed writes."""
    return [Unavailable("the database is away") for _ in range(times)]


def test_before_the_job_is_touched_a_ledger_is_waited_for() -> None:
    """A restart of the database holds the action up, and nothing is lost: 5 tries, 2 s apart."""
    notes, clock = Notes(away(5)), ManualClock()
    began = clock.now()
    Scribe(notes, clock).write(step(1), must_go_on=False)
    assert notes.written == [1]
    assert (clock.now() - began).total_seconds() == 10


def test_before_the_job_is_touched_a_ledger_that_stays_away_ends_it() -> None:
    """After half a minute."""
    with pytest.raises(Unavailable):
        Scribe(Notes(away(99)), ManualClock()).write(step(1), must_go_on=False)


def test_afterwards_a_ledger_that_is_away_stops_nothing_and_gets_all_in_order() -> None:
    """What was kept is written before anything newer, and no time is lost on it."""
    notes, clock = Notes(away(2)), ManualClock()
    scribe, began = Scribe(notes, clock), clock.now()
    scribe.write(step(1), must_go_on=True)
    scribe.write(step(2), must_go_on=True)
    assert (notes.written, scribe.unwritten) == ([], 2)
    scribe.write(step(3), must_go_on=True)
    assert (notes.written, scribe.unwritten) == ([1, 2, 3], 0)
    assert clock.now() == began


def test_at_the_end_a_ledger_is_given_two_minutes() -> None:
    """What it did not take by then is counted."""
    notes, clock = Notes(away(99)), ManualClock()
    scribe, began = Scribe(notes, clock), clock.now()
    scribe.write(step(1), must_go_on=True)
    scribe.finish()
    assert scribe.unwritten == 1
    assert (clock.now() - began).total_seconds() == 120


@pytest.mark.parametrize("must_go_on", [False, True])
def test_who_lost_the_lease_stops_at_once(must_go_on: bool) -> None:
    """Another process acts on the job."""
    with pytest.raises(LeaseLost):
        Scribe(Notes([LeaseLost("theirs")]), ManualClock()).write(step(1), must_go_on=must_go_on)


def test_a_ledger_that_says_no_holds_back_only_what_is_untouched() -> None:
    """A broken chain must not leave a job stopped."""
    with pytest.raises(LedgerError):
        Scribe(Notes([LedgerError("broken")]), ManualClock()).write(step(1), must_go_on=False)
    Scribe(Notes([LedgerError("broken")]), ManualClock()).write(step(1), must_go_on=True)
