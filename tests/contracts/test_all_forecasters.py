"""Every forecaster keeps the forecasters' promises."""

import pytest
from forecaster_contract import GRID_SECONDS, SEASON_STEPS, ForecasterContract

from horae.forecasting.forecaster import Forecaster
from horae.forecasting.forecasters import NAMES, forecaster, with_fallback

SEASON_SECONDS = SEASON_STEPS * GRID_SECONDS


class TestForecasters(ForecasterContract):
    """All that may be champion."""

    @pytest.fixture(params=NAMES)
    def forecaster(self, request: pytest.FixtureRequest) -> Forecaster:
        """One by one."""
        return forecaster(request.param, season_seconds=SEASON_SECONDS, grid_seconds=GRID_SECONDS)


class TestFallingBack(ForecasterContract):
    """A champion with the fallback behind it is a forecaster like any other."""

    @pytest.fixture
    def forecaster(self) -> Forecaster:
        """Ridge, or else the last season."""
        return with_fallback("ridge", season_seconds=SEASON_SECONDS, grid_seconds=GRID_SECONDS)
