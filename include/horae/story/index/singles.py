"""Tells every look by itself, where there are few enough of them to be drawn."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import Connection, select

from horae.ledger.tables import indexed_decisions, indexed_looks
from horae.story.index.buckets import Buckets, Grouped

GAP = 2.5
"""Usual distances of two looks between which a gap is drawn: one look may fail or come late."""

_BANDS = {
    "load": "load",
    "latency": "latency_max",
    "lag": "lag",
    "busy": "busy",
    "cores": "cores",
}
"""What is measured, and where its largest value stands."""


def looks_singly(
    connection: Connection, job: str, buckets: Buckets
) -> tuple[tuple[datetime, ...], Grouped]:
    """The times of the looks, with one more in each gap that has no row, and what they saw."""
    table = indexed_looks
    within = (table.c.at_ms >= buckets.begin) & (table.c.at_ms < buckets.end)
    wanted = select(table).where(table.c.chain == job, within).order_by(table.c.at_ms)
    found = connection.execute(wanted).mappings().all()
    placed = _with_gaps([row["at_ms"] for row in found])
    looks = iter(found)
    rows = {place: _told(next(looks)) for place, (_, seen) in enumerate(placed) if seen}
    times = tuple(datetime.fromtimestamp(at / 1_000, UTC) for at, _ in placed)
    return times, Grouped(count=len(placed), rows=rows)


def decisions_singly(
    connection: Connection, job: str, buckets: Buckets, times: Sequence[datetime], looks: Grouped
) -> Grouped:
    """What was believed at each look: by the decisions between it and the next one."""
    table = indexed_decisions
    within = (table.c.at_ms >= buckets.begin) & (table.c.at_ms < buckets.end)
    wanted = select(table.c.at_ms, table.c.capacity, table.c.capacity_low)
    known = wanted.where(table.c.chain == job, within, table.c.capacity.is_not(None))
    places = sorted(looks.rows)
    begins = [times[place].timestamp() * 1_000 for place in places]
    rows: dict[int, dict[str, Any]] = {}
    for row in connection.execute(known.order_by(table.c.at_ms)):
        before = bisect_right(begins, row.at_ms) - 1
        if before >= 0:
            told = {"capacity": row.capacity, "capacity_low": row.capacity_low}
            rows[places[before]] = told
    return Grouped(count=looks.count, rows=rows)


def _with_gaps(times: Sequence[int]) -> list[tuple[int, bool]]:
    """Each time with True, and one with False in the middle of every gap."""
    usual = median([b - a for a, b in pairwise(times)] or [0])
    placed: list[tuple[int, bool]] = []
    for at in times:
        if placed and at - placed[-1][0] > GAP * usual:
            placed.append(((placed[-1][0] + at) // 2, False))
        placed.append((at, True))
    return placed


def _told(row: Any) -> dict[str, Any]:
    told = {name: row[name] for name in ("latency_limit", "money_per_hour", "observed", "broken")}
    told |= {name: row[name] for name in ("forecast_low", "forecast_middle", "forecast_high")}
    for name, largest in _BANDS.items():
        told |= {f"{name}_low": row[name], f"{name}_mean": row[name], f"{name}_high": row[largest]}
    return told | {"count": 1}
