"""Cuts what the index holds of a job into buckets of time, in the database.

A bucket tells the least, the mean and the most of what was measured in it, so that no peak is lost
by drawing fewer points; one in which nothing was measured tells nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, Table, case, func, select

from horae.ledger.tables import indexed_decisions, indexed_looks
from horae.story.index.folded import milliseconds
from horae.story.timeline_values import Values

SHORTEST_MS = 1_000
"""Shortest bucket: grids are of seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """Spans of equal length, the last one perhaps beyond the end.

    Attributes:
        begin: Milliseconds since 1970.
        end: The same.
        milliseconds: Length of a bucket.
    """

    begin: int
    end: int
    milliseconds: int

    @classmethod
    def of(cls, since: datetime, until: datetime, points: int) -> "Buckets":
        """At most `points` buckets.

        Raises:
            ValueError: The time is empty, or there are no points.
        """
        begin, end = milliseconds(since), milliseconds(until)
        if end <= begin or points < 1:
            raise ValueError(
                f"got {points} points from {since.isoformat()} to {until.isoformat()}; expected "
                "at least one point, and an end after the begin"
            )
        length = max(SHORTEST_MS, math.ceil((end - begin) / points))
        return cls(begin=begin, end=end, milliseconds=length)

    @property
    def count(self) -> int:
        """Number of buckets."""
        return math.ceil((self.end - self.begin) / self.milliseconds)

    def middles(self) -> tuple[datetime, ...]:
        """Middle of each."""
        first = self.begin + self.milliseconds / 2
        return tuple(
            datetime.fromtimestamp((first + place * self.milliseconds) / 1_000, UTC)
            for place in range(self.count)
        )

    def place_of(self, at_ms: ColumnElement[int]) -> ColumnElement[int]:
        """The bucket that a time within them lies in, from 0 on, in SQL."""
        return (at_ms - self.begin) // self.milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What was found of each bucket.

    Attributes:
        count: Number of buckets.
        rows: Bucket to what was found in it, by name.
    """

    count: int
    rows: Mapping[int, Mapping[str, Any]]

    def values(self, name: str) -> Values:
        """One value a bucket; None where there is none."""
        return tuple(
            None
            if (row := self.rows.get(place)) is None or row[name] is None
            else float(row[name])
            for place in range(self.count)
        )


def looks_grouped(connection: Connection, job: str, buckets: Buckets) -> Grouped:
    """What looks saw."""
    look = indexed_looks.c
    bands = {
        "load": (look.load, look.load),
        "latency": (look.latency, look.latency_max),
        "lag": (look.lag, look.lag),
        "busy": (look.busy, look.busy),
        "cores": (look.cores, look.cores),
    }
    columns: list[Label[Any]] = [func.count().label("count")]
    for name, (value, largest) in bands.items():
        columns += [
            func.min(value).label(f"{name}_low"),
            _mean(value, look.span).label(f"{name}_mean"),
            func.max(largest).label(f"{name}_high"),
        ]
    for name in ("latency_limit", "money_per_hour"):
        columns.append(func.avg(look[name]).label(name))
    columns += [
        func.sum(look.observed).label("observed"),
        func.sum(look.broken).label("broken"),
        func.min(look.forecast_low).label("forecast_low"),
        func.avg(look.forecast_middle).label("forecast_middle"),
        func.max(look.forecast_high).label("forecast_high"),
    ]
    return _grouped(connection, indexed_looks, job, buckets, columns)


def decisions_grouped(connection: Connection, job: str, buckets: Buckets) -> Grouped:
    """What decisions believed of the present configuration."""
    decision = indexed_decisions.c
    columns: list[Label[Any]] = [
        func.avg(decision.capacity).label("capacity"),
        func.min(decision.capacity_low).label("capacity_low"),
    ]
    return _grouped(connection, indexed_decisions, job, buckets, columns)


def _mean(value: ColumnElement[Any], span: ColumnElement[Any]) -> ColumnElement[Any]:
    """Over the time in which it was measured: a look that tells of more time counts for more."""
    measured = func.sum(case((value.is_not(None), span)))
    return func.sum(span * value) / func.nullif(measured, 0)


def _grouped(
    connection: Connection, table: Table, job: str, buckets: Buckets, columns: list[Label[Any]]
) -> Grouped:
    place = buckets.place_of(table.c.at_ms).label("place")
    within = (table.c.at_ms >= buckets.begin) & (table.c.at_ms < buckets.end)
    wanted = select(place, *columns).where(table.c.chain == job, within).group_by(place)
    rows = {row["place"]: dict(row) for row in connection.execute(wanted).mappings()}
    return Grouped(count=buckets.count, rows=rows)
