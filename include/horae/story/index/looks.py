"""Folds what was seen of a job."""

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta

from horae.control.entries import from_body
from horae.domain.configuration import Configuration
from horae.domain.figures import Figures
from horae.domain.job import JobPresence
from horae.ledger.records import Entry
from horae.story.decision.reading import Json, as_number, moment, number, part, text, words
from horae.story.index.folded import (
    Folded,
    Row,
    configuration_json,
    event_of,
    milliseconds,
)
from horae.story.index.reading import configuration
from horae.story.index.spending import price_of, settle, use_budget
from horae.story.index.standing import Foreseen, Open, Standing
from horae.story.timeline_values import EventKind

LEAD_SECONDS = 600.0
"""How far ahead a forecast is compared with what came: an action, its catch-up and the usual
cool-down; of a shorter horizon, its end."""

WISH = "wish-"
"""What the cycles of looks begin with that a person's wish asked for."""


def fold_look(standing: Standing, entry: Entry, out: Folded) -> None:
    """A WINDOW entry."""
    body, at = entry.body, entry.time
    figures = _figures(body)
    presence = text(body, "presence")
    seen = configuration(body, "configuration")
    out.looks.append(_row(standing, entry, figures))
    if presence is not None:
        settle(standing, at)
    if figures is not None:
        _tell_restarts(standing, entry, figures, out)
        standing.figures = figures
        use_budget(standing, figures, at)
        _work_off(standing, figures, at, out)
    _tell_presence(standing, entry, presence, out)
    standing.presence, standing.detail = presence, words(body, "detail")
    if seen is not None:
        standing.version = text(body, "version")
        enter(standing, entry, seen, at, out)
    elif presence is not None:
        standing.paid_from = None  # it runs in nothing, or in what nobody knows
    standing.acted = standing.action is not None
    standing.first_at = standing.first_at or at
    standing.seen_at = at
    if not words(body, "cycle").startswith(WISH):
        standing.cycle_at = at


def enter(
    standing: Standing, entry: Entry, reached: Configuration, at: datetime, out: Folded
) -> None:
    """The job is known to run in a configuration from a moment on."""
    settle(standing, at)
    standing.paid_from = at
    standing.start = standing.start or reached
    if reached == standing.configuration:
        return
    figures = standing.figures
    price = None if figures is None else price_of(reached, figures)
    told = event_of(
        entry,
        f"It runs in {reached}.",
        configuration=configuration_json(reached),
        money_per_hour=price,
    )
    out.tell(EventKind.CONFIGURATION, told)
    standing.configuration = reached


def fold_forecast(standing: Standing, entry: Entry, _out: Folded) -> None:
    """A FORECAST entry: what it says of the moment that it will be compared at."""
    found = foreseen_at(entry.body, LEAD_SECONDS)
    if found is not None:
        later = [one for one in standing.foreseen if one.at < found.at]
        standing.foreseen = [*later, found]


def foreseen_at(body: Json, lead_seconds: float) -> Foreseen | None:
    """What a forecast says of the step nearest to a lead; None: it does not tell."""
    start, grid = moment(body, "start"), number(body, "grid_seconds")
    levels, rows = body.get("levels"), body.get("quantiles")
    if start is None or not grid or not isinstance(levels, list) or not rows:
        return None
    step = min(len(rows) - 1, round(lead_seconds / grid))
    told = dict(zip(levels, rows[step], strict=True))
    low, middle, high = (as_number(told.get(level)) for level in (0.05, 0.5, 0.95))
    if low is None or middle is None or high is None:
        return None
    at = start + timedelta(seconds=step * grid)
    return Foreseen(at=at, low=low, middle=middle, high=high)


def _figures(body: Json) -> Figures | None:
    told = part(body, "figures")
    figures = from_body(Figures, told) if told else None
    if figures is not None and not all(map(math.isfinite, _numbers(figures))):
        raise ValueError("a figure is not finite")
    return figures


def _numbers(figures: Figures) -> Iterator[float]:
    for name in (field.name for field in fields(figures)):
        value = getattr(figures, name)
        if isinstance(value, float):
            yield value


def _row(standing: Standing, entry: Entry, figures: Figures | None) -> Row:
    row: Row = {
        "chain": entry.chain,
        "number": entry.number,
        "at_ms": milliseconds(entry.time),
    }
    if figures is not None:
        row |= {
            "span": figures.span_seconds,
            "load": figures.load_records_per_second,
            "latency": figures.latency_seconds,
            "latency_max": figures.latency_max_seconds,
            "latency_limit": figures.latency_limit_seconds,
            "lag": figures.lag_records,
            "busy": figures.busy_ratio_max,
            "cores": figures.cpu_cores_used,
            "observed": figures.observed_seconds,
            "broken": figures.broken_seconds,
            "money_per_hour": figures.money_per_hour,
        }
    return row | _forecast_of(standing, entry.time, figures)


def _forecast_of(standing: Standing, at: datetime, figures: Figures | None) -> Row:
    """The newest forecast of a moment since the look before; it is compared once."""
    due = [one for one in standing.foreseen if one.at <= at]
    standing.foreseen = [one for one in standing.foreseen if one.at > at]
    if not due or figures is None or not figures.span_seconds:
        return {}
    found = due[-1]
    if (at - found.at).total_seconds() > figures.span_seconds:
        return {}
    return {
        "forecast_low": found.low,
        "forecast_middle": found.middle,
        "forecast_high": found.high,
    }


def _tell_restarts(standing: Standing, entry: Entry, figures: Figures, out: Folded) -> None:
    """Restarts of an action are no failures."""
    if not figures.restarts or standing.acted or standing.action is not None:
        return
    times = "once" if figures.restarts == 1 else f"{figures.restarts} times"
    told = event_of(entry, f"Its tasks restarted {times}.", restarts=figures.restarts)
    out.tell(EventKind.RESTART, told)


def _work_off(standing: Standing, figures: Figures, at: datetime, out: Folded) -> None:
    """The first look at which the backlog of an action is normal again ends its recovery."""
    waits, lag = standing.recovering, figures.lag_records
    if waits is None or waits.until is None or waits.lag_limit is None or lag is None:
        return
    if lag <= waits.lag_limit and at >= waits.until:
        waits.facts["catch_up_seconds"] = (at - waits.until).total_seconds()
        out.tell(EventKind.ACTION, waits)
        standing.recovering = None


def _tell_presence(standing: Standing, entry: Entry, presence: str | None, out: Folded) -> None:
    """A job that does not run, but for our actions, and an engine that does not say."""
    detail = words(entry.body, "detail")
    silent = presence is None
    ours = standing.action is not None and standing.down is None
    down = presence != JobPresence.RUNNING and not ours
    standing.silent = _lasting(
        EventKind.NO_ANSWER, standing.silent, silent, event_of(entry, detail), out
    )
    if not silent:
        told = event_of(entry, detail, presence=presence)
        standing.down = _lasting(EventKind.DOWN, standing.down, down, told, out)


def _lasting(
    kind: EventKind, before: Open | None, lasts: bool, told: Open, out: Folded
) -> Open | None:
    """What lasts after a look: it begins, goes on or ends with it."""
    if lasts and before is None:
        out.tell(kind, told)
        return told
    if lasts or before is None:
        return before
    out.tell(kind, replace(before, until=told.at))
    return None
