"""All jobs, a row each: told from the index, sorted, filtered and cut into pages in memory."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from horae.domain.job import JobPresence
from horae.ledger.ledger import Ledger
from horae.story.fleet_row import (
    BudgetLeft,
    Fleet,
    FleetQuery,
    FleetRow,
    JobState,
    Money,
    Pending,
    SortKey,
    Switched,
)
from horae.story.index.keeping import (
    Kept,
    catch_up,
    database_of,
    entries_behind,
    standings,
)
from horae.story.index.spending import PATIENCE_SECONDS, part_at, price_of
from horae.story.index.standing import SPANS, Standing

AT_ONCE = 2_000
"""Entries that a page folds before it tells what it knows: a third of a second. Tasks fold theirs
as they end, so more is left only where the index is made for the first time, or anew."""

FRESH_CYCLES = 3
"""Cycles that the newest look may be old: one that failed is no news, three in a row are."""


def fleet(
    ledger: Ledger,
    *,
    now: datetime,
    jobs: Collection[str] = (),
    asked: FleetQuery = FleetQuery(),  # noqa: B008 (frozen)
) -> Fleet:
    """The rows that are asked for.

    Args:
        ledger: The ledger; its index is brought up to date, as far as that takes no second.
        now: The present.
        jobs: Jobs that there are specs of; those that were never seen have a row as well.
        asked: Which rows, in which order.

    Raises:
        LedgerError: The ledger is in memory, or cannot be read.
        Unavailable: It cannot be reached.
    """
    catch_up(ledger, most=AT_ONCE)
    with database_of(ledger).reading() as connection:
        rows = {job: row_of(job, kept, now) for job, kept in standings(connection)}
    rows |= {job: never_seen(job) for job in jobs if job not in rows}
    found = _sorted([row for row in rows.values() if matches(row, asked)], asked)
    return Fleet(
        rows=tuple(found[asked.offset : asked.offset + asked.limit]),
        asked=asked,
        matching=len(found),
        jobs=len(rows),
        by_state=dict(Counter(row.state for row in rows.values())),
        pending=sum(row.pending is not None for row in rows.values()),
        money_per_hour=_sum(row.money_per_hour for row in rows.values()),
        spent=_sum(_spent(row) for row in rows.values()),
        saved=_sum(_saved(row) for row in rows.values()),
        behind=entries_behind(ledger),
    )


def fleet_row(ledger: Ledger, job: str, *, now: datetime) -> FleetRow | None:
    """The row of one job; None where the ledger knows nothing of it.

    Raises:
        LedgerError: The ledger is in memory, or cannot be read.
        Unavailable: It cannot be reached.
    """
    catch_up(ledger, job, most=AT_ONCE)
    with database_of(ledger).reading() as connection:
        kept = dict(standings(connection, [job])).get(job)
    return None if kept is None else row_of(job, kept, now)


def row_of(job: str, kept: Kept, now: datetime) -> FleetRow:
    """A job's row, as of now."""
    standing, figures = kept.standing, kept.standing.figures
    known = standing.capacity_of is not None and standing.capacity_of == standing.configuration
    return FleetRow(
        job=job,
        state=_state(standing),
        detail=standing.detail,
        mode=figures.mode if figures else None,
        configuration=standing.configuration,
        start_configuration=standing.start,
        version=standing.version,
        load_records_per_second=figures.load_records_per_second if figures else None,
        capacity_records_per_second=standing.capacity if known else None,
        capacity_low_records_per_second=standing.capacity_low if known else None,
        lag_records=figures.lag_records if figures else None,
        latency_seconds=figures.latency_seconds if figures else None,
        latency_limit_seconds=figures.latency_limit_seconds if figures else None,
        budget=_budget(standing, now),
        money_per_hour=_price(standing),
        money=_money(standing),
        decision=standing.decision,
        pending=_pending(standing, now),
        action=standing.action.decision if standing.action else None,
        action_since=standing.action.at if standing.action else None,
        switch=_switch(standing),
        blind_since=_blind_since(standing, now),
        seen_at=standing.seen_at,
        next_cycle_at=_next_cycle(standing),
        fresh=_is_fresh(standing, now),
        first_seen_at=standing.first_at,
        champion=standing.champion,
        unreadable=standing.unreadable,
        up_to=kept.up_to,
    )


def never_seen(job: str) -> FleetRow:
    """The row of a job that the ledger does not know."""
    return row_of(job, Kept(up_to=0, standing=Standing()), datetime.max.replace(tzinfo=UTC))


def matches(row: FleetRow, asked: FleetQuery) -> bool:
    """Whether a row is asked for."""
    reason = row.decision.reason if row.decision else None
    return (
        (not asked.states or row.state in asked.states)
        and (not asked.modes or row.mode in asked.modes)
        and (not asked.reasons or reason in asked.reasons)
        and (row.pending is not None or not asked.only_pending)
        and (row.blind_since is not None or not asked.only_blind)
        and (not asked.text or asked.text.casefold() in _words(row))
    )


def _words(row: FleetRow) -> str:
    decided = (row.decision.reason, row.decision.sentence) if row.decision else ()
    configuration = str(row.configuration) if row.configuration else ""
    return "\n".join((row.job, configuration, *decided)).casefold()


def _sorted(rows: list[FleetRow], asked: FleetQuery) -> list[FleetRow]:
    """Sorted as asked; the name decides between equals, and what is not known comes last."""
    value = _VALUES[asked.sort]
    valued = [(value(row), row) for row in sorted(rows, key=lambda row: row.job)]
    known: list[tuple[Any, FleetRow]] = [pair for pair in valued if pair[0] is not None]
    known.sort(key=itemgetter(0), reverse=asked.descending)
    return [row for _, row in known] + [row for found, row in valued if found is None]


def _state(standing: Standing) -> JobState:
    if standing.seen_at is None:
        return JobState.NEVER_SEEN
    if standing.presence is None:
        return JobState.NO_ANSWER
    running = standing.presence == JobPresence.RUNNING
    return JobState.RUNNING if running else JobState.NOT_RUNNING


def _budget(standing: Standing, now: datetime) -> BudgetLeft | None:
    budget = standing.budget
    if budget is None:
        return None
    first = part_at(budget.days, now) - SPANS
    within = [one for one in standing.parts if one.part > first]
    if not any(one.observed for one in within):
        return None  # never measured, which is not the same as always kept
    broken = sum(one.broken for one in within)
    return BudgetLeft(
        share=1 - broken / budget.seconds,
        allowed_seconds=budget.seconds,
        broken_seconds=broken,
        observed_seconds=sum(one.observed for one in within),
        days=budget.days,
    )


def _price(standing: Standing) -> float | None:
    stopped = standing.paid_from is None
    if stopped or standing.configuration is None or standing.figures is None:
        return None
    return price_of(standing.configuration, standing.figures)


def _money(standing: Standing) -> Money | None:
    if not standing.counted_seconds:
        return None
    hours = standing.counted_seconds / 3_600
    return Money(spent=standing.spent, saved=standing.saved, hours=hours)


def _pending(standing: Standing, now: datetime) -> Pending | None:
    """The question that waits; one whose time is over waits no more."""
    pending = standing.pending
    if pending is None or (pending.until is not None and pending.until <= now):
        return None
    return pending


def _blind_since(standing: Standing, now: datetime) -> datetime | None:
    """Also where no cycle has decided anything for long: looks alone conclude nothing."""
    since = standing.concluded_at or standing.first_at
    if since is None or standing.blind:
        return since
    cycle = standing.figures.cycle_seconds if standing.figures else 0.0
    patience = max(PATIENCE_SECONDS, FRESH_CYCLES * cycle)
    return since if (now - since).total_seconds() > patience else None


def _switch(standing: Standing) -> Switched | None:
    """The one that stops the job, its own first; else the one that was released last."""
    for scope in sorted(standing.switches, reverse=True):
        if standing.switches[scope].on:
            return standing.switches[scope]
    return max(standing.switches.values(), key=lambda one: one.at, default=None)


def _next_cycle(standing: Standing) -> datetime | None:
    if standing.cycle_at is None or standing.figures is None:
        return None
    return standing.cycle_at + timedelta(seconds=standing.figures.cycle_seconds)


def _is_fresh(standing: Standing, now: datetime) -> bool:
    if standing.seen_at is None or standing.figures is None:
        return False
    oldest = timedelta(seconds=FRESH_CYCLES * standing.figures.cycle_seconds)
    return now - standing.seen_at <= oldest


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _over(value: float | None, whole: float | None) -> float | None:
    return None if value is None or not whole else value / whole


def _stamp(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _spent(row: FleetRow) -> float | None:
    return row.money.spent if row.money else None


def _saved(row: FleetRow) -> float | None:
    return row.money.saved if row.money else None


_VALUES: dict[SortKey, Callable[[FleetRow], float | str | None]] = {
    SortKey.JOB: lambda row: row.job,
    SortKey.STATE: lambda row: row.state,
    SortKey.MODE: lambda row: row.mode,
    SortKey.LOAD: lambda row: row.load_records_per_second,
    SortKey.UTILISATION: lambda row: _over(
        row.load_records_per_second, row.capacity_records_per_second
    ),
    SortKey.LATENCY: lambda row: _over(row.latency_seconds, row.latency_limit_seconds),
    SortKey.LAG: lambda row: row.lag_records,
    SortKey.BUDGET: lambda row: row.budget.share if row.budget else None,
    SortKey.MONEY_PER_HOUR: lambda row: row.money_per_hour,
    SortKey.SPENT: _spent,
    SortKey.SAVED: _saved,
    SortKey.DECIDED: lambda row: _stamp(row.decision.at if row.decision else None),
    SortKey.SEEN: lambda row: _stamp(row.seen_at),
    SortKey.NEXT_CYCLE: lambda row: _stamp(row.next_cycle_at),
}
