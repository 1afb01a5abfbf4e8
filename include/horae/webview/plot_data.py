"""A timeline as the plot takes it: short figures, gaps as null, times as UTC."""

from datetime import UTC, datetime
from typing import Any

from horae.story.timeline_values import Band, ForecastBand, Timeline, Values
from horae.webview.answers import figure
from horae.webview.shown import visible

LONGEST_SENTENCE = 220
"""What fits into the box that hovering opens; the table below has it whole."""


def timeline_json(told: Timeline, *, now: datetime) -> dict[str, Any]:
    """What `timeline.js` draws."""
    return {
        "job": told.job,
        "since": _time(told.since),
        "until": _time(told.until),
        "now": _time(now),
        "first": told.first_at and _time(told.first_at),
        "last": told.last_at and _time(told.last_at),
        "bucket": told.bucket_seconds,
        "looks": told.looks,
        "times": [_time(time) for time in told.times],
        "load": _band(told.load),
        "latency": _band(told.latency),
        "limit": _values(told.latency_limit),
        "lag": _band(told.lag),
        "capacity": _values(told.capacity),
        "capacity_low": _values(told.capacity_low),
        "money": _values(told.money_per_hour),
        "broken": _values(told.broken_seconds),
        "forecast": _forecast(told.forecast),
        "ahead": _forecast(told.ahead),
        "steps": [
            {
                "at": _time(max(step.at, told.since)),
                "parallelism": step.configuration.parallelism,
                "task_managers": step.configuration.task_managers,
                "said": visible(str(step.configuration)),
                "money": figure(step.money_per_hour),
            }
            for step in told.configurations
        ],
        "events": [
            {
                "kind": event.kind.value,
                "at": _time(event.at),
                "until": event.until and _time(event.until),
                "said": _short(visible(event.sentence)),
                "decision": event.decision,
                "entry": event.entry,
            }
            for event in told.events
        ],
        "behind": told.behind,
    }


def _band(band: Band) -> dict[str, list[float | None]]:
    return {"low": _values(band.low), "mean": _values(band.mean), "high": _values(band.high)}


def _forecast(band: ForecastBand | None) -> dict[str, Any] | None:
    if band is None:
        return None
    return {
        "times": [_time(time) for time in band.times],
        "low": _values(band.low),
        "middle": _values(band.middle),
        "high": _values(band.high),
    }


def _values(values: Values) -> list[float | None]:
    return [figure(value) for value in values]


def _time(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SENTENCE else text[: LONGEST_SENTENCE - 1] + "…"
