from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horae.domain.forecast import LoadForecast
from horae.errors import NotReady
from horae.forecasting.accuracy import backtest, pinball_loss, rolling_origins


@dataclass(frozen=True)
class Always:
    """Foresees 8, 10 and 12 as the 10 %, 50 % and 90 % quantile, from four rows on."""

    name: str = "always"

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """The same three quantiles, whatever the load."""
        if len(load) < 4:
            raise NotReady("wait for four rows")
        return LoadForecast(
            job=job,
            forecaster=self.name,
            start=load.index[-1],
            grid_seconds=60,
            levels=(0.1, 0.5, 0.9),
            quantiles=np.tile([8.0, 10.0, 12.0], (steps, 1)),
            paths=np.full((1, steps), 10.0),
            trained_on_rows=len(load),
        )


def a_load(*values: float) -> pd.Series:
    """`values` on a grid of a minute."""
    index = pd.date_range("2026-01-01", periods=len(values), freq="60s", tz="UTC")
    return pd.Series(values, index=index, dtype=np.float64)


def test_scores_of_a_known_forecast() -> None:
    """Rows 11 and 15 after the origin, quantiles 8, 10, 12.

    WAPE (1 + 5) / 26. Inside 8 ... 12: one of two. Pinball at 11: .1 x 3, .5 x 1, .1 x 1 = 0.9;
    at 15: .1 x 7, .5 x 5, .9 x 3 = 5.9; mean over six 6.8 / 6.
    """
    accuracy = backtest(Always(), a_load(1, 1, 1, 1, 11, 15), steps=2, origins=[4], seed=0)
    assert accuracy.wape == pytest.approx(6 / 26)
    assert accuracy.coverage == 0.5
    assert accuracy.pinball == pytest.approx(6.8 / 6)


def test_origins_it_was_not_ready_at_are_missing() -> None:
    """With three rows it was not ready, with four and five it was."""
    accuracy = backtest(Always(), a_load(*[10.0] * 7), steps=2, origins=[3, 4, 5], seed=0)
    assert accuracy.origins == (4, 5)


def test_unmeasured_rows_are_left_out() -> None:
    """Of the two rows after the origin one is missing: only the other counts."""
    accuracy = backtest(
        Always(), a_load(1, 1, 1, 1, float("nan"), 11), steps=2, origins=[4], seed=0
    )
    assert accuracy.wape == pytest.approx(1 / 11)
    assert accuracy.coverage == 1.0


def test_nothing_scored_is_missing_not_zero() -> None:
    """Without an origin there are no scores."""
    accuracy = backtest(Always(), a_load(1, 1, 1), steps=1, origins=[], seed=0)
    assert (accuracy.wape, accuracy.pinball, accuracy.coverage) == (None, None, None)


def test_accuracy_becomes_plain_values() -> None:
    """Strings, numbers and lists only: it can be written to the ledger."""
    accuracy = backtest(Always(), a_load(*[10.0] * 6), steps=2, origins=[4], seed=0)
    plain = asdict(accuracy)
    assert plain["origins"] == (4,)
    assert all(isinstance(plain[name], float) for name in ("wape", "pinball", "coverage"))


def test_pinball_loss_by_hand() -> None:
    """Level 0.9: 2 too low costs 1.8, 2 too high costs 0.2."""
    level = np.array([0.9])
    assert pinball_loss(np.array([12.0]), np.array([[10.0]]), level) == pytest.approx(1.8)
    assert pinball_loss(np.array([8.0]), np.array([[10.0]]), level) == pytest.approx(0.2)


def test_origins_lie_in_the_newest_third() -> None:
    """90 rows, 10 steps: 60 ... 80. Every eighth row, for of every fourth there are six."""
    load = a_load(*[1.0] * 90)
    assert load.index[0].timestamp() // 60 % 8 == 0
    assert rolling_origins(load, steps=10, count=5) == (64, 72, 80)
    assert rolling_origins(load, steps=10, count=6) == (60, 64, 68, 72, 76, 80)


@given(rows=st.integers(2, 300), steps=st.integers(1, 40), later=st.integers(0, 100))
def test_origins_are_tried_again(rows: int, steps: int, later: int) -> None:
    """In a load that grew, or lost its oldest rows, every origin of the same spread is the same.

    At most `count` are found, at least half as many where there is room, each with room to score.
    """
    whole, count = a_load(*[1.0] * 500), 7
    before = rolling_origins(whole.iloc[:rows], steps=steps, count=count)
    third = range(max(1, rows - rows // 3), rows - steps + 1)
    assert set(before) <= set(third)
    assert min(len(third), count // 2) <= len(before) <= count
    for begin, end in ((0, rows + later), (later, rows + later)):
        after = [
            begin + o for o in rolling_origins(whole.iloc[begin:end], steps=steps, count=count)
        ]
        if len(before) > 1 and len(after) > 1 and after[1] - after[0] == before[1] - before[0]:
            assert set(before) & set(range(after[0], after[-1] + 1)) <= set(after)


def test_no_origin_without_room_to_score() -> None:
    """The newest third of ten rows holds no four steps; nor is there one in nothing."""
    assert rolling_origins(a_load(*[1.0] * 10), steps=4, count=5) == ()
    assert rolling_origins(a_load(1.0), steps=1, count=5) == ()
    assert rolling_origins(a_load(), steps=1, count=5) == ()
