import numpy as np
import pandas as pd
import pytest

from horae.errors import NotReady
from horae.forecasting.past import usable_past

NAN = float("nan")


def a_load(*values: float) -> pd.Series:
    """`values` on a grid of a minute."""
    index = pd.date_range("2026-01-01", periods=len(values), freq="60s", tz="UTC")
    return pd.Series(values, index=index, dtype=np.float64)


def test_a_short_gap_is_a_straight_line() -> None:
    """Between 10 and 40 with two rows missing lie 20 and 30."""
    past = usable_past(a_load(10, NAN, NAN, 40), grid_seconds=60, at_least=4)
    assert past.values.tolist() == [10, 20, 30, 40]
    assert past.bridged_rows == 2


def test_a_gap_of_five_is_bridged_and_one_of_six_is_not() -> None:
    """Five rows are the longest bridge; before six nothing is used."""
    five = usable_past(a_load(1, *[NAN] * 5, 7, 7), grid_seconds=60, at_least=2)
    six = usable_past(a_load(1, *[NAN] * 6, 7, 7), grid_seconds=60, at_least=2)
    assert five.values.tolist() == [1, 2, 3, 4, 5, 6, 7, 7]
    assert six.values.tolist() == [7, 7]
    assert six.bridged_rows == 0


def test_the_silent_end_is_counted_and_left_out() -> None:
    """Three rows known, two unmeasured since."""
    past = usable_past(a_load(NAN, 1, 2, 3, NAN, NAN), grid_seconds=60, at_least=3)
    assert past.values.tolist() == [1, 2, 3]
    assert past.silent_steps == 2
    assert past.index[-1] == pd.Timestamp("2026-01-01 00:03", tz="UTC")


def test_too_little_says_how_much_more() -> None:
    """Two of five rows: three more are asked for."""
    with pytest.raises(NotReady, match="wait for 3 more"):
        usable_past(a_load(1, 2), grid_seconds=60, at_least=5)


def test_nothing_measured_is_not_ready() -> None:
    """Seven rows without a value are a silence of seven rows."""
    with pytest.raises(NotReady, match="7 grid points old"):
        usable_past(a_load(*[NAN] * 7), grid_seconds=60, at_least=1)


def test_another_grid_is_named() -> None:
    """A load on 60 s is not what a recipe for 5 s expects."""
    with pytest.raises(NotReady, match="grid of 60 s, this recipe expects 5 s"):
        usable_past(a_load(1, 2, 3), grid_seconds=5, at_least=1)
