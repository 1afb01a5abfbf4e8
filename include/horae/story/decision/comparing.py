"""What a decision predicted, against what then was, from the looks and decisions since.

A look tells of the time since the look before, so what is said here is as fine as looks are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from horae.ledger.records import Entry
from horae.story.decision import reading as read
from horae.story.decision.done import Compared, Deed, Ended, LookAfter
from horae.story.decision.gathered import Gathered
from horae.story.decision.known import Foreseen, Protect
from horae.story.decision.story import Move
from horae.story.wording import rate, seconds, share

BAND = (0.05, 0.95)
"""Levels of the forecast that the load is held against: nine of ten looks should lie between."""

MOST_OUTSIDE = 0.3
"""Share of looks outside of the band up to which the forecast held: three times what it says, for
looks that follow one another err together."""

CATCH_UP_FACTOR = 2.0
"""A catch-up is predicted by its median alone, so twice as long still counts as predicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was predicted, and what came since.

    Attributes:
        decided_at: When.
        move: What was proposed; None: nothing.
        protect: How far away an urgent move was.
        forecast: What load was foreseen.
        deed: The action; None: none.
        lag_limit: Lag at which the backlog counts as normal, records; None: not recorded.
        looks: All looks since, oldest first.
    """

    decided_at: datetime
    move: Move | None
    protect: Protect | None
    forecast: Foreseen | None
    deed: Deed | None
    lag_limit: float | None
    looks: tuple[LookAfter, ...]


def compare(told: Prediction, found: Gathered) -> tuple[Compared, ...]:
    """Every figure that was predicted, or that can be told of what was; none twice."""
    return tuple(one for one in _all(told, found) if one is not None)


def _all(told: Prediction, found: Gathered) -> Iterator[Compared | None]:
    ended = told.deed.ended if told.deed else None
    if told.move is not None and ended is not None and ended.result != "abandoned":
        yield _outage(told.move, ended)
    if told.move is not None and ended is not None and ended.result == "done":
        stayed = _stayed(told.looks, ended)
        yield _catch_up(told.move, ended, stayed, told.lag_limit)
        yield _capacity(told.move, ended, found.decisions)
        yield _limit_kept(stayed)
    if told.forecast is not None:
        yield _load(told.forecast, told.looks)
    if told.protect is not None:
        yield _peak(told.protect, told.decided_at, told.looks)


def _outage(move: Move, ended: Ended) -> Compared:
    low, high = move.outage_interval or (None, None)
    real = ended.outage_seconds
    held = None if real is None or low is None or high is None else low <= real <= high
    foreseen = f"{seconds(move.outage_seconds)} were predicted"
    if low is not None and high is not None:
        foreseen += f" (90 %: {seconds(low)} to {seconds(high)})"
    was = f"The outage took {seconds(real)}"
    if real is None:
        was = "The engine told of no outage, or it could not be read"
    return Compared(
        what="outage",
        unit="s",
        predicted=move.outage_seconds,
        low=low,
        high=high,
        real=real,
        held=held,
        sentence=f"{was}; {foreseen}.",
        entries=(ended.entry,),
    )


def _stayed(looks: Sequence[LookAfter], ended: Ended) -> tuple[LookAfter, ...]:
    """The looks after an action, for as long as the job stayed in what it reached."""
    reached = ended.reached or ended.target
    later: list[LookAfter] = []
    for look in looks:
        if look.at < ended.ended_at:
            continue
        if look.configuration not in (None, reached):
            break
        later.append(look)
    return tuple(later)


def _catch_up(
    move: Move, ended: Ended, looks: Sequence[LookAfter], lag_limit: float | None
) -> Compared:
    """From the end of the action until the first look that sees no more backlog than is normal."""
    normal = next((one for one in looks if _is_normal(one, lag_limit)), None)
    behind = [one for one in looks if _is_normal(one, lag_limit) is False]
    real = (normal.at - ended.ended_at).total_seconds() if normal else None
    most = None
    if move.catch_up_seconds is not None:
        most = CATCH_UP_FACTOR * max(move.catch_up_seconds, 1.0)
    return Compared(
        what="catch-up",
        unit="s",
        predicted=move.catch_up_seconds,
        low=None,
        high=most,
        real=real,
        held=_caught_up_as_predicted(real, behind, most, ended),
        sentence=_catch_up_sentence(move, normal, behind, real),
        entries=(normal.entry,) if normal else tuple(one.entry for one in behind[-1:]),
    )


def _is_normal(look: LookAfter, lag_limit: float | None) -> bool | None:
    """Whether the backlog is; None: it was not measured."""
    if look.lag_records is not None and lag_limit is not None:
        return look.lag_records <= lag_limit
    if look.latency_seconds is not None and look.limit_seconds is not None:
        return look.latency_seconds <= look.limit_seconds
    return None


def _caught_up_as_predicted(
    real: float | None, behind: Sequence[LookAfter], most: float | None, ended: Ended
) -> bool | None:
    """A first look that comes late says only that it took no longer than that."""
    if most is None:
        return None
    if real is not None and real <= most:
        return True
    lasted = [(one.at - ended.ended_at).total_seconds() for one in behind]
    return False if lasted and max(lasted) > most else None


def _catch_up_sentence(
    move: Move, normal: LookAfter | None, behind: Sequence[LookAfter], real: float | None
) -> str:
    foreseen = (
        "no catch-up was predicted"
        if move.catch_up_seconds is None
        else f"{seconds(move.catch_up_seconds)} were predicted"
    )
    if normal is not None:
        seen = "the first look" if not behind else f"the look after {len(behind)} that were not"
        return (
            f"The backlog was normal again {seconds(real)} after the action at most, by {seen}; "
            f"{foreseen}."
        )
    if behind:
        return f"At none of {len(behind)} looks since was the backlog normal again; {foreseen}."
    return f"No look since has told of the backlog; {foreseen}."


def _capacity(move: Move, ended: Ended, decisions: Sequence[Entry]) -> Compared | None:
    """What was believed of the target before, and by the first that looked at it in use."""
    if move.capacity_median is None and move.capacity_p05 is None:
        return None
    reached = ended.reached or ended.target
    name = "capacity_median_records_per_second"
    in_use = (
        one
        for one in decisions
        if one.time > ended.ended_at and read.configuration(one.body, "origin") == reached
    )
    seen = next((one for one in in_use if name in read.part(one.body, "evidence")), None)
    real = read.number(read.part(seen.body, "evidence"), name) if seen else None
    held = None if real is None or move.capacity_p05 is None else real >= move.capacity_p05
    now = (
        "no decision since has told what it carries"
        if real is None
        else f"in use it is believed to carry {rate(real)}"
    )
    return Compared(
        what="capacity",
        unit="records/s",
        predicted=move.capacity_median,
        low=move.capacity_p05,
        high=None,
        real=real,
        held=held,
        sentence=(
            f"It was believed to carry {rate(move.capacity_median)}, and at least "
            f"{rate(move.capacity_p05)} (95 %); {now}."
        ),
        entries=(seen.id,) if seen else (),
    )


def _limit_kept(looks: Sequence[LookAfter]) -> Compared:
    """Share of the observed time since the action in which the latency limit was kept."""
    told = [
        (one.observed_seconds, one.broken_seconds)
        for one in looks
        if one.observed_seconds is not None and one.broken_seconds is not None
    ]
    observed = sum(known for known, _ in told)
    broken = sum(lost for _, lost in told)
    real = 1 - broken / observed if observed > 0 else None
    sentence = "Whether the latency limit was kept since the action is not recorded."
    if real is not None:
        sentence = (
            f"The latency limit was kept for {share(real)} of the {seconds(observed)} that were "
            "observed since the look before the action ended."
        )
    return Compared(
        what="limit kept",
        unit="share",
        predicted=None,
        low=None,
        high=None,
        real=real,
        held=None,
        sentence=sentence,
        entries=tuple(one.entry for one in looks if one.broken_seconds is not None),
    )


def _load(forecast: Foreseen, looks: Sequence[LookAfter]) -> Compared | None:
    """The load at the looks within the horizon, against median and band of the same time."""
    if not {*BAND, 0.5} <= set(forecast.levels) or not forecast.quantiles:
        return None
    pairs = [
        (look, row)
        for look in looks
        if look.load is not None and (row := _at(forecast, look.at)) is not None
    ]
    low, middle, high = (
        [row[forecast.levels.index(level)] for _, row in pairs]
        for level in (BAND[0], 0.5, BAND[1])
    )
    loads = [look.load for look, _ in pairs if look.load is not None]
    if not loads:
        return _unseen("load", "No look within the forecast's horizon has told of the load.")
    inside = sum(a <= load <= b for a, load, b in zip(low, loads, high, strict=True))
    return Compared(
        what="load",
        unit="records/s",
        predicted=fmean(middle),
        low=fmean(low),
        high=fmean(high),
        real=fmean(loads),
        held=inside >= (1 - MOST_OUTSIDE) * len(loads),
        sentence=(
            f"At {inside} of {len(loads)} looks within its horizon the load lay in the "
            f"forecast's 90 % band; on the mean it was {rate(fmean(loads))}, and "
            f"{rate(fmean(middle))} were foreseen."
        ),
        entries=tuple(look.entry for look, _ in pairs),
    )


def _at(forecast: Foreseen, at: datetime) -> tuple[float, ...] | None:
    """The quantiles of the step that a time lies in; None: outside of the horizon."""
    if forecast.start is None or not forecast.grid_seconds:
        return None
    step = int((at - forecast.start).total_seconds() // forecast.grid_seconds)
    return forecast.quantiles[step] if 0 <= step < len(forecast.quantiles) else None


def _peak(protect: Protect, since: datetime, looks: Sequence[LookAfter]) -> Compared | None:
    """The largest load at a look within the look-ahead, against what was to be reckoned with.

    Until a look tells of its end it may still be broken, but is not kept yet.
    """
    if protect.peak_load is None or protect.look_ahead_seconds is None:
        return None
    until = since + timedelta(seconds=protect.look_ahead_seconds)
    seen = [look for look in looks if look.at <= until and look.load is not None]
    reckoned = (
        f"up to {rate(protect.peak_load)} were to be reckoned with (95 %) within "
        f"{seconds(protect.look_ahead_seconds)}"
    )
    loads = [look.load for look in seen if look.load is not None]
    if not loads:
        return _unseen("peak load", f"No look within that time has told of the load; {reckoned}.")
    kept, over = max(loads) <= protect.peak_load, looks[-1].at >= until
    part = "" if over else f" in the first {seconds((looks[-1].at - since).total_seconds())}"
    return Compared(
        what="peak load",
        unit="records/s",
        predicted=None,
        low=None,
        high=protect.peak_load,
        real=max(loads),
        held=kept if over or not kept else None,
        sentence=(
            f"The load came to {rate(max(loads))} at most{part}, as looks saw it; {reckoned}."
        ),
        entries=tuple(look.entry for look in seen),
    )


def _unseen(what: str, sentence: str) -> Compared:
    return Compared(
        what=what,
        unit="records/s",
        predicted=None,
        low=None,
        high=None,
        real=None,
        held=None,
        sentence=sentence,
    )
