import math

import numpy as np
import pandas as pd
import pytest
from window_builder import a_frame

from horae.metrics.derivation import derive
from horae.metrics.rows import Rows

GAP = math.nan


def _derived(frame: pd.DataFrame, column: str) -> list[float]:
    rows = Rows.of(frame, grid_seconds=10)
    derive(rows)
    return list(rows.column(column))


def test_rate_is_the_growth_of_its_counter() -> None:
    """From 100 to 600 in a row of 10 s: 50 records/s; the first row has nothing before it."""
    frame = a_frame(3, consumed_records_total=[100, 600, 600])
    assert _derived(frame, "consumed_records_per_second") == pytest.approx(
        [GAP, 50, 0], nan_ok=True
    )


def test_rate_counts_from_sample_to_sample() -> None:
    """Samples 2 s after noon and 7 s after 12:00:10 are 15 s apart: 300 / 15 = 20 records/s."""
    frame = a_frame(2, consumed_records_total=[0, 300], sample_delay_seconds=[2, 7])
    assert _derived(frame, "consumed_records_per_second")[1] == pytest.approx(20)


def test_smaller_counter_is_a_gap_and_a_new_beginning() -> None:
    """900 to 50 is a restart: that row has no rate; from 50 to 150 in 10 s are 10 records/s."""
    frame = a_frame(4, consumed_records_total=[800, 900, 50, 150])
    assert _derived(frame, "consumed_records_per_second") == pytest.approx(
        [GAP, 10, GAP, 10], nan_ok=True
    )


def test_counter_that_outgrew_its_past_since_the_restart_is_a_gap() -> None:
    """A job that has been up for 4 s of a row of 10 s started its counter anew, though it grew."""
    frame = a_frame(2, consumed_records_total=[10, 500], uptime_seconds=[60, 4])
    assert math.isnan(_derived(frame, "consumed_records_per_second")[1])


def test_short_pause_is_bridged_and_long_one_stays_a_gap() -> None:
    """Two rows without a sample get the mean over 30 s, 600 / 30 = 20; three rows stay gaps."""
    short = a_frame(4, consumed_records_total=[0, GAP, GAP, 600])
    assert _derived(short, "consumed_records_per_second")[1:] == pytest.approx([20, 20, 20])
    long = a_frame(5, consumed_records_total=[0, GAP, GAP, GAP, 600])
    assert np.isnan(_derived(long, "consumed_records_per_second")).all()


def test_measured_rate_is_not_replaced() -> None:
    """What a source measured itself counts more than the growth of the counter."""
    frame = a_frame(2, consumed_records_total=[0, 100], consumed_records_per_second=[GAP, 11.0])
    assert _derived(frame, "consumed_records_per_second")[1] == 11.0


def test_lag_is_the_difference_of_offsets_before_what_the_sources_say() -> None:
    """1000 - 400 = 600 where both offsets are known, never below 0, else what is pending."""
    frame = a_frame(
        3,
        produced_records_total=[1000, 1000, 1000],
        position_records_total=[400, 1003, GAP],
        lag_records=[250, 0, 250],
    )
    assert _derived(frame, "lag_records") == [600, 0, 250]


def test_latency_of_a_job_that_is_down_is_the_age_of_what_it_has_not_read() -> None:
    """100 records a row; it stands at 200, produced at 12:00:10 and 20 s old at 12:00:30."""
    frame = a_frame(
        4,
        produced_records_total=[100, 200, 300, 400],
        position_records_total=[100, 200, GAP, GAP],
        running_subtasks_ratio=[1, 1, 0, 0],
        processing_latency_seconds=[0.1, 0.1, GAP, GAP],
    )
    assert _derived(frame, "processing_latency_seconds") == pytest.approx(
        [0.1, 0.1, 10, 20], abs=1e-3
    )


def test_latency_without_engine_or_broker_stays_a_gap() -> None:
    """Unknown whether the job runs, or what was produced: nothing follows."""
    frame = a_frame(
        3,
        produced_records_total=[100, 200, GAP],
        position_records_total=[100, GAP, 100],
        running_subtasks_ratio=[1, GAP, 1],
        processing_latency_seconds=[0.1, GAP, GAP],
    )
    assert _derived(frame, "processing_latency_seconds") == pytest.approx(
        [0.1, GAP, GAP], nan_ok=True
    )


def test_emptied_input_has_no_latency() -> None:
    """A source goes on telling its last lag when nothing is left; there is nothing that waits."""
    frame = a_frame(
        2,
        lag_records=[0, 0],
        consumed_records_per_second=[50, 0],
        processing_latency_seconds=[9.0, 9.0],
    )
    assert _derived(frame, "processing_latency_seconds") == [9.0, 0.0]


def test_true_rate_is_what_a_wholly_busy_job_would_read() -> None:
    """100 records/s at 0.4 busy are 250 at 1; at 0.04 busy nothing is said."""
    frame = a_frame(2, consumed_records_per_second=[100, 10], busy_ratio_max=[0.4, 0.04])
    assert _derived(frame, "true_rate_records_per_second") == pytest.approx(
        [250, GAP], nan_ok=True
    )


def test_repeating_changes_nothing() -> None:
    """Deriving from derived rows gives the same rows."""
    frame = a_frame(
        4,
        produced_records_total=[100, 200, 300, 400],
        position_records_total=[100, 200, GAP, GAP],
        consumed_records_total=[10, 110, GAP, 5],
        running_subtasks_ratio=[1, 1, 0, 0],
    )
    rows = Rows.of(frame, grid_seconds=10)
    derive(rows)
    once = rows.values.copy()
    derive(rows)
    np.testing.assert_array_equal(rows.values, once)
