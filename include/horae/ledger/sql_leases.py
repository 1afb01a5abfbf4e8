"""Leases in SQLite or PostgreSQL: one row a job, locked while it changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite

from horae.ledger.canonical import read_time, time_text
from horae.ledger.database import Database
from horae.ledger.lease_state import LeaseState
from horae.ledger.leases import Lease
from horae.ledger.tables import leases


class SqlLeases:
    """Leases in a database that has the table for them.

    Args:
        database: Where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_lease(
        self, job: str, *, action_id: str, holder: str, now: datetime, seconds: float
    ) -> Lease:
        """The lease of a job that is free, in one transaction; see Leases."""
        with self._database.writing() as connection:
            _make_row(connection, job)
            state = locked_state(connection, job)
            lease = state.taken(action_id=action_id, holder=holder, now=now, seconds=seconds)
            _keep(connection, state.after(lease))
        return lease

    def renew_lease(self, lease: Lease, *, now: datetime, seconds: float) -> Lease:
        """The same lease with a later end, in one transaction; see Leases."""
        with self._database.writing() as connection:
            state = locked_state(connection, lease.job)
            renewed = state.renewed(lease, now=now, seconds=seconds)
            _keep(connection, state.after(renewed))
        return renewed

    def release_lease(self, lease: Lease) -> None:
        """Give it back; see Leases."""
        with self._database.writing() as connection:
            _keep(connection, locked_state(connection, lease.job).after_release(lease))

    def lease_of(self, job: str, *, now: datetime) -> Lease | None:
        """The live lease of a job; see Leases."""
        with self._database.reading() as connection:
            return _state(connection, job, _row_of(job)).live(now)


def locked_state(connection: Connection, job: str) -> LeaseState:
    """The leases of a job, which nobody else can change until the transaction ends."""
    return _state(connection, job, _row_of(job).with_for_update())


def _make_row(connection: Connection, job: str) -> None:
    """A row to lock: of two that take the first lease of a job, one waits for the other here."""
    table = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(table.insert(leases).values(job=job, token=0).on_conflict_do_nothing())


def _keep(connection: Connection, state: LeaseState) -> None:
    held = state.lease
    connection.execute(
        update(leases)
        .where(leases.c.job == state.job)
        .values(
            token=state.token,
            holder=held.holder if held else None,
            action_id=held.action_id if held else None,
            expires_at=time_text(held.expires_at) if held else None,
        )
    )


def _row_of(job: str) -> Select[Any]:
    return select(leases).where(leases.c.job == job)


def _state(connection: Connection, job: str, wanted: Select[Any]) -> LeaseState:
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return LeaseState(job=job)
    return LeaseState(job=job, token=row.token, lease=_lease(row))


def _lease(row: Row[Any]) -> Lease | None:
    if row.holder is None:
        return None
    return Lease(
        job=row.job,
        action_id=row.action_id,
        holder=row.holder,
        token=row.token,
        expires_at=read_time(row.expires_at),
    )
