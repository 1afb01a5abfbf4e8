"""Connections to the ledger's database; the only place that knows one database from another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

from horae.errors import HoraeError, LedgerBroken, LedgerError, Unavailable

WAIT_SECONDS = 30
"""Longest wait for another writer. Appends take milliseconds: after 30 s one hangs."""

CONNECT_SECONDS = 10
"""Longest wait for a database server to answer."""

SILENT_HOST = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}
"""A server whose host has vanished is given up after 10 + 4 * 5 = 30 s; TCP alone takes hours."""

EXPECTED_URL = "sqlite:///FOLDER/ledger.db or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


class Database:
    """The database that a URL names; connects when asked, and maps every foreign error.

    Passwords in the URL never appear in messages.

    Args:
        url: SQLAlchemy URL of SQLite (a file) or PostgreSQL.
        wait_seconds: Longest wait for another writer.

    Raises:
        LedgerError: It is no such URL.
    """

    def __init__(self, url: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._url = _parsed(url)
        self._engine = _engine(self._url, wait_seconds)

    @property
    def shown(self) -> str:
        """The URL without its password and options."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._url.get_backend_name()

    @property
    def file(self) -> Path | None:
        """The file it lies in; None: it is on a server."""
        return Path(self._url.database or "") if self.dialect == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one instant.

        Raises:
            Unavailable: The database cannot be reached or is locked.
            LedgerBroken: Its file is damaged.
            LedgerError: It said no.
        """
        with self._mapped(), self._connected("REPEATABLE READ", "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; kept when the block ends well, undone otherwise.

        On SQLite it is the only writer from its first instant. Raises as `reading` does.
        """
        with self._mapped(), self._connected("READ COMMITTED", "BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """A connection whose statements count at once. Raises as `reading` does."""
        with self._mapped(), self._engine.connect() as plain:
            yield plain.execution_options(isolation_level="AUTOCOMMIT", horae_begin=None)

    def close(self) -> None:
        """Close idle connections; a later use opens new ones."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, isolation: str, begin: str) -> Iterator[Connection]:
        options: dict[str, Any] = {"horae_begin": begin}
        if self.dialect == "postgresql":
            options["isolation_level"] = isolation
        with self._engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._translated(error) from error
        except SQLAlchemyError as error:
            raise LedgerError(f"{self.shown}: {self._said(error)}") from error

    def _translated(self, error: DBAPIError) -> HoraeError:
        said = self._said(error.orig or error)
        code = getattr(error.orig, "sqlite_errorname", None)
        if code in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
            return LedgerBroken(f"{self.shown}: {said}; take the file from a backup")
        may_pass = isinstance(error, OperationalError | InterfaceError) and code != "SQLITE_ERROR"
        if may_pass or error.connection_invalidated:
            return Unavailable(
                f"{self.shown}: {said}; check that the database runs, that the path and the "
                "rights are right and that no other process holds it, then try again"
            )
        return LedgerError(f"{self.shown}: the database refused: {said}")

    def _said(self, error: BaseException) -> str:
        """The database's own words in one line, without the password."""
        said = " ".join(str(error).split())
        for secret in (self._url.password, self._url.query.get("password")):
            said = said.replace(str(secret), "***") if secret else said
        return said


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, and so may the foreign message: neither is repeated.
        raise LedgerError(f"the ledger's URL cannot be read; expected {EXPECTED_URL}") from None
    backend = parsed.get_backend_name()
    in_memory = backend == "sqlite" and parsed.database in {None, "", ":memory:"}
    if backend not in {"sqlite", "postgresql"} or in_memory:
        shown = parsed.set(query={}).render_as_string(hide_password=True)
        raise LedgerError(f"got the ledger's URL {shown}; expected {EXPECTED_URL}")
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def _engine(url: URL, wait_seconds: float) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, wait_seconds)
    try:
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": _patience(wait_seconds),
                **SILENT_HOST,
            },
        )
    except SQLAlchemyError:
        raise LedgerError(f"the ledger's URL cannot be used; expected {EXPECTED_URL}") from None


def _patience(wait_seconds: float) -> str:
    """How long PostgreSQL waits for a lock, and for the next statement of a transaction.

    Half as long for the second: a host that dies within a transaction leaves its locks behind,
    and who waits for them gets them.
    """
    milliseconds = round(wait_seconds * 1000)
    idle = milliseconds // 2
    return f"-c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout={idle}"


def _sqlite_engine(url: URL, wait_seconds: float) -> Engine:
    # A connection each time: it costs a millisecond, and none is inherited by a forked process.
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"timeout": wait_seconds},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions late, and never before a SELECT or DDL: we do it.
    connection.isolation_level = None
    # Text that somebody spoilt is read all the same, or `verify` could not name its entry.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


def _begin_sqlite(connection: Connection) -> None:
    statement = connection.get_execution_options()["horae_begin"]
    if statement is not None:
        connection.exec_driver_sql(statement)
