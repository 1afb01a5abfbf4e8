"""A forecast as a line with a band."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from horae.story.decision.known import Foreseen
from horae.webview.forecast_band import MOST_STEPS, forecast_lines

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
TOLD = Foreseen(
    entry="ysb:3",
    forecaster="ridge",
    start=START,
    grid_seconds=60.0,
    levels=(0.01, 0.1, 0.5, 0.9),
    quantiles=((1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0)),
    trained_on_rows=100,
)


def test_the_nearest_quantiles_are_drawn() -> None:
    """Without 5 % and 95 % the nearest: 1 % is 4 points off, 10 % is 5; 90 % is the only high."""
    lines = forecast_lines(TOLD)
    assert lines is not None
    assert (lines.low, lines.middle, lines.high) == (0.01, 0.5, 0.9)
    assert [(step.at - START, step.low, step.middle, step.high) for step in lines.steps] == [
        (timedelta(0), 1.0, 3.0, 4.0),
        (timedelta(minutes=1), 5.0, 7.0, 8.0),
    ]


def test_a_long_forecast_is_thinned() -> None:
    """Of 1,000 steps each fifth is shown: 200 are no more than 240, each fourth would be 250."""
    lines = forecast_lines(replace(TOLD, quantiles=TOLD.quantiles * 500))
    assert lines is not None
    assert len(lines.steps) == 200 <= MOST_STEPS
    assert lines.steps[1].at - lines.steps[0].at == timedelta(minutes=5)


def test_what_is_not_told_is_not_drawn() -> None:
    """No forecast, no start, no grid, no level, no row, or rows of another length."""
    ragged = ((1.0, 2.0),)
    for told in (
        None,
        replace(TOLD, start=None),
        replace(TOLD, grid_seconds=None),
        replace(TOLD, levels=()),
        replace(TOLD, quantiles=()),
        replace(TOLD, quantiles=ragged),
    ):
        assert forecast_lines(told) is None
