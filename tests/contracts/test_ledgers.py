import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from ledger_contract import LedgerContract, a_draft
from postgresql_cluster import temporary_cluster

from horae.ledger.audit import audit
from horae.ledger.ledger import Ledger
from horae.ledger.memory import MemoryLedger
from horae.ledger.opening import open_ledger


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """URL pattern of a temporary PostgreSQL server; `{}` takes the name of a database."""
    with temporary_cluster() as url:
        yield url


@pytest.fixture
def postgresql_url(cluster: str, request: pytest.FixtureRequest) -> str:
    """URL of a fresh database."""
    import psycopg

    name = f"ledger_{abs(hash(request.node.nodeid))}"
    address = cluster.format("postgres").replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return cluster.format(name)


class TestMemoryLedger(LedgerContract):
    """The ledger in memory."""

    @pytest.fixture
    def ledger(self) -> Ledger:
        """An empty one."""
        return MemoryLedger()


class TestSqliteLedger(LedgerContract):
    """The ledger in a SQLite file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """URL of a file that is not there yet."""
        return f"sqlite:///{tmp_path / 'ledger.db'}"

    @pytest.fixture
    def ledger(self, url: str) -> Ledger:
        """An empty one."""
        return open_ledger(url)

    def test_processes_append_without_loss(self, url: str) -> None:
        """Processes that open a new ledger and append to one chain at once leave it whole."""
        appended_by_processes(url)


class TestPostgresqlLedger(LedgerContract):
    """The ledger on a PostgreSQL server."""

    @pytest.fixture
    def ledger(self, postgresql_url: str) -> Iterator[Ledger]:
        """An empty one."""
        ledger = open_ledger(postgresql_url)
        yield ledger
        ledger.close()

    def test_processes_append_without_loss(self, postgresql_url: str) -> None:
        """Processes that open a new ledger and append to one chain at once leave it whole."""
        appended_by_processes(postgresql_url)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_entry SET body = '{}'",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry",
            "DELETE FROM ledger_head",
        ],
    )
    def test_database_refuses_to_change_an_entry(
        self, ledger: Ledger, postgresql_url: str, statement: str
    ) -> None:
        """Triggers refuse every statement that would change or remove what was recorded."""
        import psycopg

        ledger.append(a_draft())
        address = postgresql_url.replace("postgresql+psycopg", "postgresql")
        with (
            psycopg.connect(address) as connection,
            pytest.raises(psycopg.errors.RaiseException, match="never"),
        ):
            connection.execute(statement.encode())


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
