import math

import pytest

from horae.clients.flink_replies import AggregatedMetric
from horae.clients.kafka import Partition
from horae.metrics.flink_reading import VertexReading, wanted_names

SOURCE = "Source__views"
POSITION = f"{SOURCE}.KafkaSourceReader.topic.ad_views.partition"


def a_reading(parallelism: int = 1, **sums: float) -> VertexReading:
    """A reading of task counters in milliseconds, sums over the subtasks; busy gauge 0.5."""
    told = {"busy": 0.0, "idle": 0.0, "waiting": 0.0, "gauge": 500.0, "most": 500.0, "read": 0.0}
    told |= sums
    metrics = [
        AggregatedMetric(id="accumulateBusyTimeMs", sum=told["busy"]),
        AggregatedMetric(id="accumulateIdleTimeMs", sum=told["idle"]),
        AggregatedMetric(id="accumulateBackPressuredTimeMs", sum=told["waiting"]),
        AggregatedMetric(id="busyTimeMsPerSecond", avg=told["gauge"], max=told["most"]),
        AggregatedMetric(id="backPressuredTimeMsPerSecond", avg=250.0),
        AggregatedMetric(id=f"{SOURCE}.numRecordsIn", sum=told["read"]),
    ]
    return VertexReading.of(parallelism, {metric.id: metric for metric in metrics})


def test_wanted_names_leave_out_what_no_reading_is_made_of() -> None:
    """Task counters and the source's own metrics are asked for, other operators' are not."""
    names = [
        "accumulateBusyTimeMs",
        "numRecordsOut",
        "Calc[2].numRecordsIn",
        f"{SOURCE}.numRecordsIn",
        f"{SOURCE}.pendingRecords",
        f"{SOURCE}.sourceIdleTime",
        f"{POSITION}.3.currentOffset",
        f"{POSITION}.3.committedOffset",
    ]
    assert wanted_names(names) == [
        f"{POSITION}.3.currentOffset",
        f"{SOURCE}.numRecordsIn",
        f"{SOURCE}.pendingRecords",
        "accumulateBusyTimeMs",
        "numRecordsOut",
    ]


def test_the_tasks_own_clock_tells_the_time_between_two_readings() -> None:
    """Two subtasks: 8 s busy + 2 s idle more in all are 5 s each; 1000 records are 200/s."""
    before = a_reading(2, busy=10_000, idle=10_000, read=0)
    after = a_reading(2, busy=18_000, idle=12_000, read=1_000, gauge=800, most=800)
    assert after.seconds_since(before) == 5
    assert after.consumed_per_second(before) == 200
    assert after.busy_ratio(before) == pytest.approx(8 / 10)


def test_same_values_again_are_no_new_reading() -> None:
    """Flink answers with what it fetched before: no time has passed, and no rate follows."""
    reading = a_reading(busy=90_000)
    assert reading.seconds_since(reading) == 0
    assert math.isnan(reading.consumed_per_second(reading))


def test_restarted_tasks_have_no_rate() -> None:
    """The tasks' clock went back from 100 s to 3 s, or there are more tasks: nothing follows."""
    before = a_reading(busy=100_000, read=9_000)
    for after in (a_reading(busy=3_000, read=10), a_reading(2, busy=300_000, read=9_100)):
        assert math.isnan(after.seconds_since(before))
        assert math.isnan(after.consumed_per_second(before))
        assert math.isnan(a_reading(busy=3_000).busy_ratio(before))


def test_long_wait_that_flink_has_not_booked_yet_is_not_taken_for_work() -> None:
    """5 s seem busy, but the last minute was so for 1 % (0.6 s): at most 0.6 / 5 = 0.12."""
    before = a_reading(busy=1_000, idle=99_000)
    after = a_reading(busy=6_000, idle=99_000, gauge=10, most=10)
    assert after.busy_ratio(before) == pytest.approx(0.12)


def test_work_that_the_gauge_has_not_seen_yet_counts() -> None:
    """A load that has just come: 5 s busy, 500 records, while the gauge still says 0."""
    before = a_reading(busy=0, idle=100_000)
    after = a_reading(busy=5_000, idle=100_000, read=500, gauge=0, most=0)
    assert after.busy_ratio(before) == 1


@pytest.mark.parametrize(("seconds", "ratio"), [(59, math.nan), (61, 0.5)])
def test_gauges_are_believed_after_their_minute(seconds: float, ratio: float) -> None:
    """Without an earlier reading the means over a minute serve, but not in a task's first."""
    reading = a_reading(busy=seconds * 500, idle=seconds * 500)
    assert reading.busy_ratio(None) == pytest.approx(ratio, nan_ok=True)
    assert reading.backpressured_ratio(None) == pytest.approx(ratio / 2, nan_ok=True)


def test_back_pressure_counts_from_reading_to_reading() -> None:
    """3 s of waiting for room in 10 s: 0.3."""
    before = a_reading(busy=1_000)
    after = a_reading(busy=8_000, waiting=3_000)
    assert after.backpressured_ratio(before) == pytest.approx(0.3)


def test_skew_is_the_busiest_subtask_over_the_mean() -> None:
    """800 against a mean of 500 is 1.6; an idle vertex has none."""
    assert a_reading(2, gauge=500, most=800).skew == pytest.approx(1.6)
    assert a_reading(2, gauge=0, most=0).skew == 1


def test_positions_are_known_once_a_record_came() -> None:
    """The current offset is that of the last record, -1 before the first one."""
    metrics = {
        name: AggregatedMetric(id=name, max=value)
        for name, value in {
            f"{POSITION}.0.currentOffset": 41,
            f"{POSITION}.1.currentOffset": -1,
        }.items()
    }
    assert VertexReading.of(1, metrics).positions == {Partition("ad_views", 0): 42}


@pytest.mark.parametrize(
    ("told", "lag_ms"),
    [(1_500.0, 1_500.0), (-20.0, 0.0), (-1.0, math.nan), (9.2e18, math.nan), (-3.6e6, math.nan)],
)
def test_lag_that_no_record_can_have_is_missing(told: float, lag_ms: float) -> None:
    """Undefined before the first record; clocks a little apart are no negative age."""
    name = f"{SOURCE}.currentEmitEventTimeLag"
    reading = VertexReading.of(1, {name: AggregatedMetric(id=name, max=told)})
    assert reading.emit_lag_ms == pytest.approx(lag_ms, nan_ok=True)


def test_vertex_without_metrics_says_nothing() -> None:
    """Nothing reported is NaN throughout, never zero."""
    reading = VertexReading.of(1, {})
    values = (reading.busy_ms, reading.running_ms, reading.consumed, reading.pending)
    assert all(math.isnan(value) for value in values)
    assert math.isnan(reading.busy_ratio(None))
