"""The future that is planned over."""

import numpy as np
import pytest

from horae.policy.timeline import Pace, is_season_known, lay_out
from policy_builders import GRID, a_forecast

HOUR = 3600.0
PACE = Pace(step=120.0, cycle=240.0, effect=120.0, season=HOUR, stay=HOUR)


def test_the_horizon_is_the_mean_of_each_step() -> None:
    """Two grid points a step: (100 + 200) / 2 and (300 + 400) / 2."""
    timeline = lay_out(
        a_forecast([100.0, 200.0, 300.0, 400.0]),
        np.full(10, 50.0),
        PACE,
        draws=8,
        rng=np.random.default_rng(1),
    )
    assert timeline.horizon_steps == 2
    np.testing.assert_allclose(timeline.load[:, :2], [[150.0, 350.0]] * 8)


def test_one_decides_when_an_action_takes_effect_and_a_cycle_later() -> None:
    """Steps of 120 s, effect after 120 s, cycle 240 s: steps 1, 3, 5 decide."""
    timeline = lay_out(
        a_forecast([100.0] * 12), np.full(10, 50.0), PACE, draws=8, rng=np.random.default_rng(1)
    )
    assert timeline.decides[:6].tolist() == [False, True, False, True, False, True]


def test_beyond_the_horizon_the_season_comes_back() -> None:
    """The load is the number of its row in the hour; row 60 is row 0 of the next hour."""
    history = np.tile(np.arange(60.0), 2)
    forecast = a_forecast(np.arange(10.0))
    timeline = lay_out(forecast, history, PACE, draws=8, rng=np.random.default_rng(1))
    # the first step of the tail holds rows 10 and 11 of the hour to come, the next 12 and 13
    assert timeline.season_known
    np.testing.assert_allclose(timeline.load[:, 5], 10.5)
    np.testing.assert_allclose(timeline.load[:, 6], 12.5)
    # a season after the horizon: rows 8 and 9 of the hour after the next
    np.testing.assert_allclose(timeline.load[:, -1], 8.5)
    assert timeline.seconds.sum() == pytest.approx(10 * GRID + HOUR)


def test_gaps_of_the_history_are_left_out_of_the_means() -> None:
    """Row 10 was not measured, so the step of rows 10 and 11 is row 11 alone."""
    history = np.arange(60.0)
    history[10] = np.nan
    timeline = lay_out(
        a_forecast(np.arange(10.0)), history, PACE, draws=8, rng=np.random.default_rng(1)
    )
    np.testing.assert_allclose(timeline.load[:, 5], 11.0)


def test_before_a_season_is_known_anything_seen_may_come() -> None:
    """Every load of the tail was measured or foreseen."""
    timeline = lay_out(
        a_forecast([100.0] * 10),
        np.array([np.nan, 30.0, 40.0]),
        PACE,
        draws=32,
        rng=np.random.default_rng(1),
    )
    assert not timeline.season_known
    assert set(np.unique(timeline.load[:, 5:])) == {30.0, 40.0, 100.0}
    assert timeline.seconds[5:].sum() == pytest.approx(HOUR)


@pytest.mark.parametrize(
    ("history", "known"),
    [
        (np.ones(60), True),
        (np.ones(59), False),
        (np.concatenate([np.full(30, np.nan), np.ones(59)]), False),
        (np.concatenate([np.ones(10), np.full(40, np.nan), np.ones(20)]), False),
        (np.full(120, np.nan), False),
    ],
)
def test_a_season_is_known_when_a_whole_one_was_seen(history: np.ndarray, known: bool) -> None:
    """60 rows since the first measured one, half of the newest 60 measured."""
    assert is_season_known(history, grid_seconds=GRID, season_seconds=HOUR) is known
