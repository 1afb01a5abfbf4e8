import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from lease_scene import MINUTE, NOON, a_step, after, take
from ledger_contract import LedgerContract, a_draft
from ledger_process_contract import LedgerProcessContract
from ledger_processes import ledger_processes
from postgresql_cluster import Cluster, temporary_cluster
from sqlalchemy import text

from deadlines import wait_for
from horae.errors import Unavailable
from horae.ledger.audit import audit, require_whole
from horae.ledger.database import Database
from horae.ledger.ledger import Ledger
from horae.ledger.memory import MemoryLedger
from horae.ledger.opening import open_ledger
from horae.ledger.sql import SqlLedger
from horae.ledger.sql_leases import locked_state


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A temporary PostgreSQL server."""
    with temporary_cluster() as cluster:
        yield cluster


class TestMemoryLedger(LedgerContract):
    """The ledger in memory."""

    @pytest.fixture
    def ledger(self) -> Ledger:
        """An empty one."""
        return MemoryLedger()


class TestSqliteLedger(LedgerContract, LedgerProcessContract):
    """The ledger in a SQLite file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """URL of a file that is not there yet."""
        return f"sqlite:///{tmp_path / 'ledger.db'}"

    @pytest.fixture
    def ledger(self, url: str) -> SqlLedger:
        """An empty one."""
        return open_ledger(url)

    def test_processes_append_without_loss(self, url: str) -> None:
        """Processes that open a new ledger and append to one chain at once leave it whole."""
        appended_by_processes(url)


class TestPostgresqlLedger(LedgerContract, LedgerProcessContract):
    """The ledger on a PostgreSQL server."""

    @pytest.fixture
    def database(self, cluster: Cluster, request: pytest.FixtureRequest) -> str:
        """Name of a fresh database."""
        import psycopg

        name = f"ledger_{abs(hash(request.node.nodeid))}"
        with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    @pytest.fixture
    def url(self, cluster: Cluster, database: str) -> str:
        """URL of that database."""
        return cluster.url(database)

    @pytest.fixture
    def ledger(self, url: str) -> Iterator[SqlLedger]:
        """An empty one."""
        ledger = open_ledger(url)
        yield ledger
        ledger.close()

    def test_processes_append_without_loss(self, url: str) -> None:
        """Processes that open a new ledger and append to one chain at once leave it whole."""
        appended_by_processes(url)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_entry SET body = '{}'",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry",
            "DELETE FROM ledger_head",
            "TRUNCATE ledger_lease",
        ],
    )
    def test_database_refuses_to_change_an_entry(
        self, ledger: SqlLedger, cluster: Cluster, database: str, statement: str
    ) -> None:
        """Triggers refuse every statement that would change or remove what was recorded."""
        import psycopg

        ledger.append(a_draft())
        with (
            psycopg.connect(cluster.address(database)) as connection,
            pytest.raises(psycopg.errors.RaiseException, match="never"),
        ):
            connection.execute(statement.encode())

    def test_every_method_minds_a_server_that_is_down(
        self, ledger: SqlLedger, cluster: Cluster
    ) -> None:
        """Each says Unavailable while it is down, and works again afterwards; nothing is lost."""
        lease = take(ledger)
        entry = ledger.append(a_step(), lease)
        calls: list[Callable[[], object]] = [
            lambda: ledger.append(a_step(), lease),
            lambda: list(ledger.read("ysb")),
            lambda: ledger.get("ysb:1"),
            lambda: ledger.find("ysb", "step-1"),
            ledger.heads,
            lambda: ledger.snapshot().__enter__(),
            lambda: take(ledger, "bob"),
            lambda: ledger.renew_lease(lease, now=NOON, seconds=MINUTE),
            lambda: ledger.release_lease(lease),
            lambda: ledger.lease_of("ysb", now=NOON),
        ]
        with cluster.stopped():
            for call in calls:
                with pytest.raises(Unavailable, match="check that the database runs"):
                    call()
        assert ledger.lease_of("ysb", now=NOON) == lease
        assert list(ledger.read("ysb")) == [entry]
        with cluster.stopped():
            pass
        assert ledger.append(a_step("step-2"), lease).number == 2

    def test_server_that_crashes_within_a_transaction_is_unavailable(
        self, ledger: SqlLedger, cluster: Cluster
    ) -> None:
        """A connection that breaks half way is told like one that cannot be had."""
        ledger.append(a_step())
        with (
            pytest.raises(Unavailable, match="check that the database runs"),
            ledger.snapshot() as snapshot,
            cluster.stopped(),
        ):
            snapshot.chains()
        assert ledger.heads()["ysb"].count == 1

    def test_appends_tried_again_over_a_crash_are_in_once(
        self, ledger: SqlLedger, cluster: Cluster
    ) -> None:
        """A server that crashes and comes back while a holder records costs no entry."""
        lease = take(ledger)
        outages = []

        def persistently(identity: str) -> int:
            while True:
                try:
                    return ledger.append(a_step(identity), lease).number
                except Unavailable as outage:
                    outages.append(outage)

        with ThreadPoolExecutor(1) as holder:
            going = holder.submit(lambda: persistently("before"))
            going.result()
            several = [holder.submit(persistently, f"step-{number}") for number in range(500)]
            several[5].result()
            with cluster.stopped():
                wait_for(lambda: bool(outages), "an outage", seconds=60)
            numbers = [one.result() for one in several]
        assert numbers == list(range(2, 502))
        require_whole(audit(ledger))

    def test_lease_does_not_change_hands_within_an_append(
        self, ledger: SqlLedger, url: str, cluster: Cluster
    ) -> None:
        """Who takes the lease while its old holder appends, has it once that entry is in."""
        lease = take(ledger)
        ledger.append(a_step(), lease)
        database = Database(url)
        with ledger_processes(2, url) as (old, new):
            with database.writing() as connection:
                connection.execute(text("SELECT FROM ledger_head FOR UPDATE"))
                old.begin("append", a_step("step-2"), lease)
                wait_for(lambda: waiting(cluster) == 1, "the append at the head", seconds=20)
                later = {"now": after(60), "seconds": MINUTE}
                new.begin("take_lease", "ysb", action_id="b", holder="bob", **later)
                wait_for(lambda: waiting(cluster) == 2, "the taker at the lease", seconds=20)
            assert old.heard().number == 2
            assert new.heard().token == 2
        database.close()

    def test_transaction_of_a_vanished_host_is_ended(self, ledger: SqlLedger, url: str) -> None:
        """Who waits for the lock of a host that fell silent gets it, and the host is too late."""
        take(ledger)
        # Locks are waited for 4 s, and a silent transaction is ended after half of that.
        silent, patient = (Database(url, wait_seconds=4) for _ in range(2))

        def falls_silent() -> None:
            with silent.writing() as connection:
                assert locked_state(connection, "ysb").token == 1
                assert take(SqlLedger(patient), "bob", now=after(60)).token == 2
                locked_state(connection, "ysb")

        with pytest.raises(Unavailable, match="idle-in-transaction timeout"):
            falls_silent()
        silent.close()
        patient.close()


def waiting(cluster: Cluster) -> int:
    """How many connections wait for a lock."""
    import psycopg

    with psycopg.connect(cluster.address("postgres")) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        ).fetchone()
    assert found is not None
    return int(found[0])


def appended_by_processes(url: str) -> None:
    """Three processes append 20 entries of their own and 20 shared ones each."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as pool:
        list(pool.map(append_some, [url] * 3, "abc"))
    ledger = open_ledger(url)
    # 3 x 20 of their own and 20 shared.
    assert ledger.heads()["ysb"].count == 80
    (report,) = audit(ledger)
    assert report.breaks == ()
    ledger.close()


def append_some(url: str, name: str) -> None:
    """What one process does."""
    ledger = open_ledger(url)
    for number in range(20):
        ledger.append(a_draft(f"{name}-{number}"))
        ledger.append(a_draft(f"shared-{number}"))
    ledger.close()
