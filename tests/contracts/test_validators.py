"""Every validator keeps the validators' promises, and all of them say the same."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from validator_contract import (
    END,
    JOBS,
    ValidatorContract,
    a_frame,
    a_window,
)

from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.validation.gx_validator import GxValidator
from horae.validation.vector_validator import VectorValidator

GX = GxValidator(times=JOBS)
VECTOR = VectorValidator(times=JOBS)

NUMBERS = st.one_of(
    st.just(float("nan")),
    st.sampled_from([-1.0, 0.0, 1.0, 2.0, 1e3, 1e12, float("inf"), float("-inf")]),
    st.floats(-10, 1e6),
)
CELLS = st.lists(st.tuples(st.integers(0, 39), st.sampled_from(COLUMNS), NUMBERS), max_size=12)


class TestGxValidator(ValidatorContract):
    """Great Expectations."""

    @pytest.fixture(scope="class")
    @classmethod
    def validator(cls) -> GxValidator:
        """Without reports."""
        return GX


class TestVectorValidator(ValidatorContract):
    """Comparing columns."""

    @pytest.fixture(scope="class")
    @classmethod
    def validator(cls) -> VectorValidator:
        """It has no state."""
        return VECTOR


def spoilt(frame: pd.DataFrame, cells: list[tuple[int, str, float]]) -> pd.DataFrame:
    """The frame with some cells changed, counted from the newest row."""
    for back, metric, value in cells:
        if back < len(frame):
            frame.iloc[-1 - back, frame.columns.get_loc(metric)] = value
    return frame


@st.composite
def windows(draw: st.DrawFn, job: str) -> MetricsWindow:
    """A window with some cells changed, some columns dropped, perhaps of a job that is gone."""
    frame = spoilt(a_frame(draw(st.integers(1, 40))), draw(CELLS))
    dropped = draw(st.sets(st.sampled_from(COLUMNS), max_size=2))
    window = a_window(frame.drop(columns=list(dropped)), job=job)
    runs = draw(st.booleans())
    return window if runs else replace(window, job_id=None, configuration=None)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(seen=st.tuples(*(windows(job) for job in tuple(JOBS)[:6])), late=st.integers(-200, 200))
def test_both_give_the_same_verdicts(seen: tuple[MetricsWindow, ...], late: int) -> None:
    """Whatever came, six windows at once, the verdicts are equal to the letter."""
    by_id = {f"w-{window.job}": window for window in seen}
    now = END + timedelta(seconds=late)
    assert GX.validate(by_id, now=now) == VECTOR.validate(by_id, now=now)


@settings(max_examples=30)
@given(rows=st.integers(0, 12), order=st.randoms(use_true_random=False), step=st.integers(1, 9))
def test_no_window_is_too_odd_to_be_judged(rows: int, order: Random, step: int) -> None:
    """Rows in any order, at any distance, without a zone or without a value get a verdict."""
    frame = a_frame(rows) * np.nan
    frame.index = frame.index[:1].append(frame.index[1:] + pd.Timedelta(seconds=step))
    shuffled = frame.iloc[sorted(range(rows), key=lambda _: order.random())]
    for odd in (shuffled, shuffled.tz_localize(None), shuffled.reset_index(drop=True)):
        (verdict,) = VECTOR.validate({"w1": a_window(odd)}, now=END)
        assert not verdict.usable
