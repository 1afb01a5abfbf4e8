"""The tables of `interruption.py`, and whether its promises hold."""

import math
from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from horae.domain.action import RescalePath
from interruption_play import Prediction, Taken
from interruption_turns import COMPARED, Side

LIMIT = 1.2
"""Horae's median interruption over that of the bare calls, at most."""

_HITS, _OF = 4, 5
"""So many outages of so many lie within their 90 % interval, at least: 32 of 40."""


def report(console: Console, taken: Sequence[Taken]) -> bool:
    """Print both tables; whether both promises hold."""
    fast = _report_interruptions(console, taken)
    console.print()
    foretold = _report_predictions(console, taken)
    apart = max(map(_apart, taken), default=0.0)
    console.print(
        f"Horae's own figures and the ones measured here differ by {apart:.2f} s at most."
    )
    return fast and foretold


def _report_interruptions(console: Console, taken: Sequence[Taken]) -> bool:
    table = Table(title="Time not RUNNING, from pairs that take turns", title_justify="left")
    table.add_column("path")
    for column in ("pairs", "Horae, median", "range", "bare script, median", "range", "ratio"):
        table.add_column(column, justify="right")
    held = True
    for path in COMPARED:
        horae, bare = (_interruptions(taken, path, side) for side in Side)
        ratio = _median(horae) / _median(bare)
        held &= ratio <= LIMIT  # false also where it is unknown
        table.add_row(
            path, str(len(horae)), _seconds(_median(horae)), _range(horae),
            _seconds(_median(bare)), _range(bare), f"{ratio:.2f}",
        )  # fmt: skip
    console.print(table)
    told = f"Horae's interruption is at most {LIMIT:g} x that of the bare calls, on each path"
    console.print(f"Promise: {told}: {_verdict(held)}")
    return held


def _interruptions(taken: Sequence[Taken], path: RescalePath, side: Side) -> list[float]:
    """Seconds of each; NaN where it could not be told."""
    return [
        math.nan if one.seconds is None else one.seconds
        for one in taken
        if one.turn.paired and one.turn.path is path and one.turn.side is side
    ]


def _report_predictions(console: Console, taken: Sequence[Taken]) -> bool:
    told = {path: _predictions(taken, path) for path in RescalePath}
    actions = sum(map(len, told.values()))
    table = Table(
        title=f"Outages of Horae's {actions} actions, predicted before each (5 % to 95 %)",
        title_justify="left",
    )
    table.add_column("path")
    for column in ("actions", "within", "not told", "outage, median", "range", "upper / lower"):
        table.add_column(column, justify="right")
    for path, predictions in told.items():
        if not predictions:
            continue
        outages = [one.outage_seconds for one in predictions]
        known = [seconds for seconds in outages if seconds is not None]
        table.add_row(
            path, str(len(predictions)), str(_hits(predictions)), str(outages.count(None)),
            _seconds(_median(known)), _range(known),
            f"{median(one.high / one.low for one in predictions):.1f}",
        )  # fmt: skip
    console.print(table)
    hits, needed = sum(map(_hits, told.values())), math.ceil(actions * _HITS / _OF)
    promise = f"at least {needed} of {actions} outages lie within their 90 % interval"
    console.print(f"Promise: {promise}: {hits} do: {_verdict(hits >= needed)}")
    return hits >= needed


def _predictions(taken: Sequence[Taken], path: RescalePath) -> list[Prediction]:
    return [
        one.prediction for one in taken if one.prediction is not None and one.turn.path is path
    ]


def _apart(one: Taken) -> float:
    """Seconds between two measurements of the same; 0 where there are not two."""
    own = one.prediction.outage_seconds if one.prediction is not None else None
    return 0.0 if own is None or one.seconds is None else abs(own - one.seconds)


def _hits(predictions: Sequence[Prediction]) -> int:
    return sum(one.holds for one in predictions)


def line(number: int, one: Taken) -> str:
    """What came of a turn, for people."""
    seconds = _seconds(math.nan if one.seconds is None else one.seconds)
    begin = f"{number:3} {one.turn.side}, {one.turn.path}, {one.origin} to {one.target}: {seconds}"
    said = one.prediction
    if said is None:
        return begin
    within = "within" if said.holds else "NOT within"
    return f"{begin}; {said.outcome.result}, {within} {said.low:.2f} to {said.high:.2f} s"


def _median(seconds: Sequence[float]) -> float:
    """NaN where one of them is unknown, or there is none."""
    return math.nan if not seconds or any(map(math.isnan, seconds)) else median(seconds)


def _seconds(seconds: float) -> str:
    return "unknown" if math.isnan(seconds) else f"{seconds:.2f} s"


def _range(seconds: Sequence[float]) -> str:
    known = [one for one in seconds if not math.isnan(one)]
    return f"{min(known):.2f} to {max(known):.2f} s" if known else "unknown"


def _verdict(held: bool) -> str:
    return "holds" if held else "BROKEN"
