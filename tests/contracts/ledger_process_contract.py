"""What every ledger that processes share must hold, whichever of them dies."""

from datetime import datetime

import pytest
from lease_scene import MINUTE, NOON, a_step, after, take
from ledger_processes import LedgerProcess, append_for_ever, ledger_processes
from sqlalchemy import text

from horae.errors import LeaseLost, LeaseTaken, LedgerError
from horae.ledger.audit import audit, require_whole
from horae.ledger.database import Database
from horae.ledger.leases import Lease
from horae.ledger.opening import open_ledger
from horae.ledger.sql import SqlLedger


def taken(process: LedgerProcess, holder: str, now: datetime = NOON) -> Lease:
    """The lease of `ysb`, taken by a process."""
    lease = process.does(
        "take_lease", "ysb", action_id=f"of {holder}", holder=holder, now=now, seconds=MINUTE
    )
    assert isinstance(lease, Lease)
    return lease


class LedgerProcessContract:
    """A subclass gives the fixtures `url` and `ledger`: an empty database, and its ledger."""

    def test_of_racing_processes_one_wins(self, url: str, ledger: SqlLedger) -> None:
        """Four processes want the lease of ten jobs at once: one has each, the others are told."""
        with ledger_processes(4, url) as racers:
            for job in (f"job-{number}" for number in range(10)):
                # The second race begins in the instant in which the first winner's lease ends.
                for token, now in enumerate((NOON, after(60)), start=1):
                    lease, losers = race(racers, job, now)
                    assert lease.token == token
                    assert ledger.lease_of(job, now=now) == lease
                    assert len(losers) == 3
                    assert all(f"by {lease.holder} for action" in str(told) for told in losers)

    def test_killed_holder_loses_it_in_time(self, url: str, ledger: SqlLedger) -> None:
        """The lease of a dead process is kept until its end; then another has it."""
        with ledger_processes(1, url) as (holder,):
            lease = taken(holder, "holder")
            holder.kill()
        with pytest.raises(LeaseTaken, match="by holder"):
            take(ledger, "heir", now=after(59))
        heirs = take(ledger, "heir", now=after(60))
        assert heirs.token == lease.token + 1
        assert ledger.append(a_step(), heirs).number == 1

    def test_holder_that_wakes_up_late_records_nothing(self, url: str, ledger: SqlLedger) -> None:
        """A process that was stopped over the end of its lease finds another in its place."""
        with ledger_processes(2, url) as (slept, awake):
            lost = taken(slept, "slept")
            first = slept.does("append", a_step("slept-1"), lost)
            slept.pause()
            # It has the order already when it wakes up, and knows nothing of the time that went.
            slept.begin("append", a_step("slept-2"), lost)
            theirs = taken(awake, "awake", now=after(60))
            second = awake.does("append", a_step("awake-1"), theirs)
            slept.go_on()
            with pytest.raises(LeaseLost, match="awake has it"):
                raise slept.heard()
            with pytest.raises(LeaseLost, match="awake has it"):
                slept.does("renew_lease", lost, now=after(60), seconds=MINUTE)
            slept.does("release_lease", lost)
            third = awake.does("append", a_step("awake-2"), theirs)
        assert list(ledger.read("ysb")) == [first, second, third]
        require_whole(audit(ledger))

    @pytest.mark.parametrize("heard_before", [1, 7, 40])
    def test_process_killed_while_it_appends_leaves_a_whole_chain(
        self, url: str, ledger: SqlLedger, heard_before: int
    ) -> None:
        """What it was told is in, is in; at most one more is; and its successor goes on."""
        with ledger_processes(2, url, append_for_ever) as (killed, heir):
            killed.begin("at", NOON)
            lease = killed.heard()
            kept = [killed.heard() for _ in range(heard_before)]
            killed.kill()
            kept += rest_of(killed)
            assert kept == list(range(1, len(kept) + 1))
            count = ledger.heads()["ysb"].count
            assert count - len(kept) in {0, 1}
            require_whole(audit(ledger))
            heir.begin("at", after(60))
            assert heir.heard().token == lease.token + 1
            assert heir.heard() == count + 1

    def test_ledger_without_leases_is_upgraded_once(self, url: str, ledger: SqlLedger) -> None:
        """Processes that open a ledger of the first schema at once find its entries and leases."""
        before = ledger.append(a_step())
        database = Database(url)
        with database.writing() as connection:
            for table in (
                "lease",
                *(f"index_{of}" for of in ("job", "look", "decision", "event")),
            ):
                connection.execute(text(f"DROP TABLE ledger_{table}"))
            connection.execute(text("UPDATE ledger_schema_version SET version_num = '0001'"))
        database.close()
        with ledger_processes(3, url) as (one, *_):
            assert taken(one, "one").token == 1
        assert list(ledger.read("ysb")) == [before]
        require_whole(audit(ledger))

    def test_lease_outlives_its_ledger_object(self, url: str, ledger: SqlLedger) -> None:
        """A lease read back is the one that was taken, also by who opens the ledger anew."""
        lease = take(ledger)
        again = open_ledger(url)
        assert again.lease_of("ysb", now=NOON) == lease
        assert again.append(a_step(), lease).number == 1
        again.close()

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("DELETE FROM ledger_lease", "given back, never removed"),
            ("UPDATE ledger_lease SET token = token - 1", "never goes back"),
        ],
    )
    def test_database_keeps_the_last_token(
        self, url: str, ledger: SqlLedger, statement: str, said: str
    ) -> None:
        """Triggers refuse what would give a token out twice."""
        take(ledger)
        database = Database(url)
        with pytest.raises(LedgerError, match=said), database.writing() as connection:
            connection.execute(text(statement))
        database.close()
        assert take(ledger, "bob", now=after(60)).token == 2


def race(racers: list[LedgerProcess], job: str, now: datetime) -> tuple[Lease, list[LeaseTaken]]:
    """The lease of who had it, and what the others were told."""
    for number, racer in enumerate(racers):
        holder = f"racer-{number}"
        action_id = f"at-{now:%H%M}"
        racer.begin("take_lease", job, action_id=action_id, holder=holder, now=now, seconds=MINUTE)
    answers = [racer.heard() for racer in racers]
    (lease,) = [answer for answer in answers if isinstance(answer, Lease)]
    return lease, [answer for answer in answers if isinstance(answer, LeaseTaken)]


def rest_of(process: LedgerProcess) -> list[int]:
    """What a dead process said before it died."""
    heard: list[int] = []
    while True:
        try:
            heard.append(process.heard())
        except EOFError:
            return heard
