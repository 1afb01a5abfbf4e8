"""When a challenger replaces the champion."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from horae.forecasting.accuracy import INTERVAL, Accuracy, backtest, rolling_origins
from horae.forecasting.forecaster import Forecaster

ORIGINS = 24
"""Most origins tried: about one an hour of the newest day of three; a few seconds in all."""

FEWEST_ORIGINS = 8
"""Common origins below which nobody is promoted: a third of those tried."""

LEAST_GAIN = 0.03
"""Pinball loss must fall by this share: below it the ranking of two recipes flips from one day
to the next, and every change of champion makes two decisions harder to compare."""

TOLERATED_SHORTFALL = 0.1
"""Points of coverage that the 80 % interval may fall short by, unless the champion is worse. Too
wide an interval is not asked about: it already costs pinball loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A comparison of two forecasters on one past.

    Attributes:
        champion: Name of the one in charge.
        challenger: Name of the one that tried.
        winner: Who is in charge from now on.
        champion_accuracy: Scores on the common origins.
        challenger_accuracy: Scores on the common origins.
        sentence: Why.
    """

    champion: str
    challenger: str
    winner: str
    champion_accuracy: Accuracy
    challenger_accuracy: Accuracy
    sentence: str


def compete(
    champion: Forecaster,
    challenger: Forecaster,
    load: pd.Series,
    *,
    steps: int,
    rng: np.random.Generator,
) -> Promotion:
    """Back-test both on the same rolling origins and judge.

    Args:
        champion: Who is in charge.
        challenger: Who would like to be.
        load: Records/s on a gapless UTC grid, oldest first; NaN where nothing was measured.
        steps: Length of the horizon in grid points.
        rng: Source of chance of the forecasts; both get the same.
    """
    seed = int(rng.integers(2**32))
    tried = rolling_origins(load, steps=steps, count=ORIGINS)
    old = backtest(champion, load, steps=steps, origins=tried, seed=seed)
    new = backtest(challenger, load, steps=steps, origins=old.origins, seed=seed)
    if new.origins != old.origins:
        old = backtest(champion, load, steps=steps, origins=new.origins, seed=seed)
    return judge(old, new)


def judge(champion: Accuracy, challenger: Accuracy) -> Promotion:
    """Apply the rule to scores on the same origins.

    The challenger wins if there are at least 8 origins, its pinball loss is at least 3 % lower,
    and its 80 % interval covers at least 70 %, or no less than the champion's.
    """
    objection = _objection(champion, challenger)
    winner = champion if objection else challenger
    sentence = objection or (
        f"{challenger.forecaster} replaces {champion.forecaster}: {_scores(champion, challenger)}"
    )
    return Promotion(
        champion=champion.forecaster,
        challenger=challenger.forecaster,
        winner=winner.forecaster,
        champion_accuracy=champion,
        challenger_accuracy=challenger,
        sentence=sentence,
    )


def _objection(champion: Accuracy, challenger: Accuracy) -> str | None:
    stays = f"{champion.forecaster} stays"
    if len(challenger.origins) < FEWEST_ORIGINS:
        return (
            f"{stays}: both could forecast from {len(challenger.origins)} origins of this past, "
            f"{FEWEST_ORIGINS} are needed; wait for more data"
        )
    if champion.pinball is None or challenger.pinball is None:
        return f"{stays}: nothing was measured after any origin; wait for more data"
    if not challenger.pinball < (1 - LEAST_GAIN) * champion.pinball:
        return (
            f"{stays}: the pinball loss of {challenger.forecaster} is not {LEAST_GAIN:.0%} lower; "
            f"{_scores(champion, challenger)}"
        )
    if _shortfall(challenger) > max(TOLERATED_SHORTFALL, _shortfall(champion)):
        return (
            f"{stays}: the 80 % interval of {challenger.forecaster} covers too little; "
            f"{_scores(champion, challenger)}"
        )
    return None


def _shortfall(accuracy: Accuracy) -> float:
    nominal = INTERVAL[1] - INTERVAL[0]
    return nominal - (accuracy.coverage or 0.0)


def _scores(champion: Accuracy, challenger: Accuracy) -> str:
    return (
        f"pinball loss {champion.pinball:.4g} -> {challenger.pinball:.4g} records/s, coverage of "
        f"the 80 % interval {champion.coverage:.0%} -> {challenger.coverage:.0%}, "
        f"{len(challenger.origins)} origins of {challenger.steps} steps"
    )
