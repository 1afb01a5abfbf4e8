import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from horae.errors import NotReady, SettingsError
from horae.forecasting.forecasters import (
    FALLBACK,
    NAMES,
    challengers,
    forecaster,
    with_fallback,
)

CLOCK = {"season_seconds": 300.0, "grid_seconds": 5.0}


def a_load(rows: int) -> pd.Series:
    """A constant load."""
    index = pd.date_range("2026-01-01", periods=rows, freq="5s", tz="UTC")
    return pd.Series(np.full(rows, 100.0), index=index)


@pytest.mark.parametrize("name", NAMES)
def test_each_goes_by_its_name(name: str) -> None:
    """The recipe made for a name carries it."""
    assert forecaster(name, **CLOCK).name == name


def test_an_unknown_name_is_refused() -> None:
    """The message names what there is."""
    with pytest.raises(SettingsError, match="got oracle; expected one of seasonal_naive, ridge"):
        forecaster("oracle", **CLOCK)


def test_challengers_are_the_others() -> None:
    """Nobody challenges itself."""
    assert challengers(FALLBACK) == ("ridge",)
    assert challengers("ridge") == (FALLBACK,)


def test_the_fallback_answers_until_the_champion_can() -> None:
    """Ridge needs 100 rows here; with 50 the forecast carries the fallback's name."""
    both = with_fallback("ridge", **CLOCK)
    rng = np.random.default_rng(0)
    assert both.name == "ridge"
    assert both.forecast(a_load(50), job="ysb", steps=20, rng=rng).forecaster == FALLBACK
    assert both.forecast(a_load(150), job="ysb", steps=20, rng=rng).forecaster == "ridge"


def test_nobody_ready_says_why_for_each() -> None:
    """Three rows are too few for both."""
    with pytest.raises(NotReady, match=r"ridge: 3 grid points.*seasonal_naive: 3 grid points"):
        with_fallback("ridge", **CLOCK).forecast(
            a_load(3), job="ysb", steps=20, rng=np.random.default_rng(0)
        )


def test_the_fallback_needs_no_darts() -> None:
    """A process that only ever asks for the fallback does not import Darts."""
    program = (
        "import sys; from horae.forecasting.forecasters import with_fallback; "
        "with_fallback('seasonal_naive', season_seconds=300, grid_seconds=5); "
        "sys.exit('darts' in sys.modules or 'sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
