import numpy as np
import pandas as pd
import pytest

from horae.forecasting.accuracy import Accuracy
from horae.forecasting.forecasters import forecaster
from horae.forecasting.promotion import compete, judge


def scores(
    name: str, *, pinball: float | None = 10.0, coverage: float = 0.8, origins: int = 20
) -> Accuracy:
    """Scores over so many origins."""
    return Accuracy(
        forecaster=name,
        origins=tuple(range(origins)),
        steps=24,
        wape=0.1,
        pinball=pinball,
        coverage=coverage,
    )


@pytest.mark.parametrize(
    ("challenger", "winner", "because"),
    [
        (scores("new", pinball=9.69), "new", "new replaces old: pinball loss 10 -> 9.69"),
        (scores("new", pinball=9.71), "old", "not 3% lower"),
        (scores("new", pinball=5, coverage=0.71), "new", "replaces"),
        (scores("new", pinball=5, coverage=0.69), "old", "covers too little"),
        (scores("new", pinball=5, coverage=0.99), "new", "replaces"),
        (scores("new", pinball=5, origins=7), "old", "7 origins"),
        (scores("new", pinball=None), "old", "nothing was measured"),
    ],
)
def test_the_rule(challenger: Accuracy, winner: str, because: str) -> None:
    """3 % less pinball loss, 70 % coverage, eight origins: all three, or the champion stays."""
    promotion = judge(scores("old"), challenger)
    assert promotion.winner == winner
    assert because in promotion.sentence


def test_a_champion_that_covers_less_may_be_beaten_by_one_that_covers_little() -> None:
    """60 % is too little against 80 %, but not against 50 %."""
    better = scores("new", pinball=5, coverage=0.6)
    assert judge(scores("old", coverage=0.5), better).winner == "new"
    assert judge(scores("old", coverage=0.8), better).winner == "old"


def a_noisy_season(rows: int) -> pd.Series:
    """A wave of 60 rows with noise of 10 %."""
    noise = np.random.default_rng(1).standard_normal(rows)
    wave = 1_000 - 600 * np.cos(2 * np.pi * np.arange(rows) / 60)
    index = pd.date_range("2026-01-01", periods=rows, freq="5s", tz="UTC")
    return pd.Series(wave * (1 + 0.1 * noise), index=index)


def test_both_are_scored_on_the_origins_that_both_answered() -> None:
    """140 rows: the fallback answers from 94 on, ridge from 100 on; both are scored from there."""
    clock = {"season_seconds": 300.0, "grid_seconds": 5.0}
    naive, ridge = forecaster("seasonal_naive", **clock), forecaster("ridge", **clock)
    load = a_noisy_season(140)
    for champion, challenger in ((naive, ridge), (ridge, naive)):
        rng = np.random.default_rng(0)
        promotion = compete(champion, challenger, load, steps=20, rng=rng)
        assert promotion.champion_accuracy.origins == promotion.challenger_accuracy.origins
        assert min(promotion.champion_accuracy.origins) >= 100


def test_ridge_beats_the_noise_of_the_last_season() -> None:
    """Repeating a season repeats its noise: variance 2 s^2 against little more than s^2."""
    clock = {"season_seconds": 300.0, "grid_seconds": 5.0}
    naive, ridge = forecaster("seasonal_naive", **clock), forecaster("ridge", **clock)
    load = a_noisy_season(240)
    promotion = compete(naive, ridge, load, steps=20, rng=np.random.default_rng(0))
    assert promotion.winner == "ridge"
    assert compete(ridge, naive, load, steps=20, rng=np.random.default_rng(0)).winner == "ridge"


def test_too_short_a_past_leaves_the_champion() -> None:
    """Ten rows have no origins to compare on."""
    clock = {"season_seconds": 300.0, "grid_seconds": 5.0}
    naive, ridge = forecaster("seasonal_naive", **clock), forecaster("ridge", **clock)
    load = a_noisy_season(10)
    promotion = compete(naive, ridge, load, steps=20, rng=np.random.default_rng(0))
    assert promotion.winner == "seasonal_naive"
    assert "wait for more data" in promotion.sentence
