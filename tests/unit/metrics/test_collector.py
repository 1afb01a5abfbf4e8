import math
from datetime import timedelta

import pytest
from window_builder import CONFIGURATION, NOON, a_description, a_frame, a_window

from horae.domain.clock import ManualClock
from horae.domain.job import JobPresence
from horae.domain.metric_catalogue import COLUMNS
from horae.errors import Unavailable
from horae.metrics.collector import Collector
from horae.metrics.memory_source import MemorySource
from horae.settings.job_spec import TimeSettings

ROW = timedelta(seconds=10)
ONCE = TimeSettings(grid_seconds=10, window_seconds=60, sampling_seconds=0, horizon_seconds=10)
HALF_A_MINUTE = ONCE.model_copy(update={"sampling_seconds": 30.0})


def a_source(metric: str, *values: float) -> MemorySource:
    """A source that says one value after the other, a row each, from noon on."""
    samples = {NOON + index * ROW: {metric: value} for index, value in enumerate(values)}
    return MemorySource(metrics=frozenset({metric}), samples=samples)


def test_one_sample_is_booked_on_the_grid_point_before_it() -> None:
    """At 12:00:07 on a grid of 10 s the row is that of 12:00:00, taken 7 s after it."""
    clock = ManualClock(NOON + timedelta(seconds=7))
    source = a_source("restarts_total", 4)
    window = Collector({"engine": source}, clock).collect(a_description(), None, ONCE).window
    assert (window.start, window.end) == (NOON, NOON)
    assert window.last("restarts_total") == 4
    assert window.last("sample_delay_seconds") == 7
    assert window.collected_at == clock.now() == NOON + timedelta(seconds=7)


def test_sampling_goes_on_at_every_grid_point() -> None:
    """Half a minute from 12:00:04: at once, then at :10, :20 and :30; :34 is no grid point."""
    clock = ManualClock(NOON + timedelta(seconds=4))
    source = a_source("restarts_total", 0, 1, 2, 3)
    window = (
        Collector({"engine": source}, clock).collect(a_description(), None, HALF_A_MINUTE).window
    )
    assert list(window.frame["restarts_total"]) == [0, 1, 2, 3]
    assert list(window.frame["sample_delay_seconds"]) == [4, 0, 0, 0]
    assert clock.now() == NOON + timedelta(seconds=30)


def test_window_joins_the_one_before_and_leaves_the_pause_a_gap() -> None:
    """Two rows from noon, nothing for two rows, a new one: five rows, the pause missing."""
    previous = a_window(a_frame(2, restarts_total=[1, 1]))
    clock = ManualClock(NOON + 4 * ROW)
    source = a_source("restarts_total", 7)
    window = Collector({"engine": source}, clock).collect(a_description(), previous, ONCE).window
    assert list(window.frame["restarts_total"]) == pytest.approx(
        [1, 1, math.nan, math.nan, 7], nan_ok=True
    )


def test_window_drops_what_is_older_than_its_length() -> None:
    """Sixty seconds are six rows: of seven the oldest goes."""
    previous = a_window(a_frame(6, restarts_total=[0, 1, 2, 3, 4, 5]))
    clock = ManualClock(NOON + 6 * ROW)
    source = a_source("restarts_total", 6)
    window = Collector({"engine": source}, clock).collect(a_description(), previous, ONCE).window
    assert list(window.frame["restarts_total"]) == [1, 2, 3, 4, 5, 6]


def test_window_on_another_grid_is_not_joined() -> None:
    """After the grid was changed in the spec the window starts anew."""
    previous = a_window(a_frame(2, grid_seconds=60, restarts_total=[1, 1]), grid_seconds=60)
    clock = ManualClock(NOON + timedelta(seconds=60))
    window = Collector({}, clock).collect(a_description(), previous, ONCE).window
    assert window.frame["restarts_total"].isna().all()
    assert window.grid_seconds == 10


def test_rates_go_on_over_two_observations() -> None:
    """The counter of the window before is where the growth counts from: 500 in 10 s."""
    previous = a_window(a_frame(1, consumed_records_total=[1000]))
    clock = ManualClock(NOON + ROW)
    source = a_source("consumed_records_total", 1500)
    window = Collector({"engine": source}, clock).collect(a_description(), previous, ONCE).window
    assert window.last("consumed_records_per_second") == 50


def test_failing_source_costs_only_its_own_metrics() -> None:
    """One source fails at 12:00:10: its cell is missing, the other's is there, and it is told."""
    clock = ManualClock(NOON)
    broker = a_source("produced_records_total", 10, 20, 30, 40)
    broker.failures[NOON + ROW] = Unavailable("nobody answers at kafka:9092")
    engine = a_source("restarts_total", 0, 0, 0, 0)
    collected = Collector({"kafka": broker, "flink": engine}, clock).collect(
        a_description(), None, HALF_A_MINUTE
    )
    assert collected.unavailable == {"kafka": "nobody answers at kafka:9092"}
    frame = collected.window.frame
    assert list(frame["produced_records_total"]) == pytest.approx(
        [10, math.nan, 30, 40], nan_ok=True
    )
    assert frame["restarts_total"].notna().all()


def test_row_survives_when_nothing_answers_any_more() -> None:
    """A second look at the same grid point that sees nothing takes nothing away."""
    previous = a_window(a_frame(1, restarts_total=[3]))
    clock = ManualClock(NOON + timedelta(seconds=9))
    source = MemorySource(metrics=frozenset({"restarts_total"}))
    source.failures[clock.now()] = Unavailable("down")
    collected = Collector({"flink": source}, clock).collect(a_description(), previous, ONCE)
    assert collected.window.last("restarts_total") == 3
    assert list(collected.unavailable) == ["flink"]


def test_first_source_counts_where_two_give_the_same() -> None:
    """Broker and engine both tell the position; the one listed first wins."""
    sources = {
        "kafka": a_source("position_records_total", 7),
        "flink": a_source("position_records_total", 8),
    }
    window = Collector(sources, ManualClock(NOON)).collect(a_description(), None, ONCE).window
    assert window.last("position_records_total") == 7


def test_memory_of_a_source_fills_the_past() -> None:
    """A cold start gets the load of the time before it, back to the first known row."""
    past = {NOON - index * ROW: 100.0 + index for index in range(4)}
    source = MemorySource(
        metrics=frozenset({"load_records_per_second"}), past={"load_records_per_second": past}
    )
    window = (
        Collector({"kafka": source}, ManualClock(NOON)).collect(a_description(), None, ONCE).window
    )
    assert list(window.frame["load_records_per_second"]) == [103, 102, 101, 100]
    assert window.start == NOON - 3 * ROW


def test_memory_corrects_the_newest_known_row_and_fills_the_pause() -> None:
    """Records that were under way at 12:00:10 are added to that row; 12:00:00 is left alone."""
    previous = a_window(a_frame(2, load_records_per_second=[100, 90]))
    told = {NOON: 1.0, NOON + ROW: 95.0, NOON + 2 * ROW: 96.0, NOON + 3 * ROW: 97.0}
    source = MemorySource(
        metrics=frozenset({"load_records_per_second"}), past={"load_records_per_second": told}
    )
    window = (
        Collector({"kafka": source}, ManualClock(NOON + 3 * ROW))
        .collect(a_description(), previous, ONCE)
        .window
    )
    assert list(window.frame["load_records_per_second"]) == [100, 95, 96, 97]


def test_settings_are_written_where_the_engine_confirms_them() -> None:
    """Rows in which the parallelism is not the described one belong to another configuration."""
    source = a_source("parallelism", 2, 2, 3, 2)
    window = (
        Collector({"flink": source}, ManualClock(NOON))
        .collect(a_description(), None, HALF_A_MINUTE)
        .window
    )
    slots, memory = float(CONFIGURATION.slots), float(CONFIGURATION.memory_mb)
    assert list(window.frame["slots"]) == pytest.approx(
        [slots, slots, math.nan, slots], nan_ok=True
    )
    assert window.last("memory_mb") == memory
    assert window.last("task_managers") == 2  # parallelism 2 on one slot each


def test_window_of_a_job_that_is_down_names_no_configuration() -> None:
    """Neither id, version nor configuration are those of a job that does not run."""
    collector = Collector({"flink": a_source("running_subtasks_ratio", 0)}, ManualClock(NOON))
    window = collector.collect(a_description(JobPresence.FAILED), None, ONCE).window
    assert (window.job_id, window.version, window.configuration) == (None, None, None)
    assert window.last("running_subtasks_ratio") == 0


def test_window_has_the_columns_of_the_catalogue_and_the_name_of_the_spec() -> None:
    """Whatever was measured, the columns are all there, in order."""
    window = (
        Collector({}, ManualClock(NOON))
        .collect(a_description(), None, ONCE, job="ad-counts")
        .window
    )
    assert tuple(window.frame.columns) == COLUMNS
    assert window.job == "ad-counts"
    assert len(window.frame) == 1
