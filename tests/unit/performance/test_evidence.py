"""What a window says of capacity."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_job import CPU_BOUND, IO_BOUND, Phase, at

from horae.domain.window import MetricsWindow
from horae.performance.evidence import Evidence, Kind, Observation, read_evidence
from horae.performance.partitioning import Partitioning

PARTITIONING = Partitioning(partitions=4, key_groups=128)


def evidence_of(window: MetricsWindow) -> Evidence:
    """The evidence of a window of the synthetic job."""
    return read_evidence(window.frame, grid_seconds=window.grid_seconds, partitioning=PARTITIONING)


def only(evidence: Evidence, kind: Kind) -> Observation:
    """The one observation of its kind."""
    (seen,) = evidence.of(kind)
    return seen


OVERLOAD = (
    Phase(configuration=at(1), seconds=120, load=300.0),
    Phase(configuration=at(1), seconds=180, load=700.0, outage_seconds=0),
)


def test_stable_running_proves_its_load_and_no_more() -> None:
    """At 300 records/s without growing lag the capacity is at least 300."""
    evidence = evidence_of(IO_BOUND.window(OVERLOAD[:1]))
    assert only(evidence, Kind.SUSTAINED).records_per_second == pytest.approx(300, rel=0.03)
    assert not evidence.of(Kind.OVERLOADED) + evidence.of(Kind.SATURATED)


def test_twenty_seconds_of_each_minute_prove_a_load() -> None:
    """On a grid of 5 s four rows span 15 s, so five sampled rows a minute are enough."""
    window = IO_BOUND.window(OVERLOAD[:1])
    frame = window.frame.copy()
    frame.loc[frame.index.second > 20] = np.nan
    watched = replace(window, frame=frame)
    sustained = only(evidence_of(watched), Kind.SUSTAINED)
    assert sustained.records_per_second == pytest.approx(300, rel=0.03)


@pytest.mark.parametrize(("grid", "scale"), [(5, 1), (60, 12)])
def test_overload_bounds_from_above_and_saturation_gives_the_value(grid: int, scale: int) -> None:
    """One slot of 500 records/s under 700: at most 700, exactly 500, on either grid."""
    phases = [
        Phase(configuration=at(1), seconds=120 * scale, load=300.0),
        Phase(configuration=at(1), seconds=180 * scale, load=700.0, outage_seconds=0),
    ]
    evidence = evidence_of(IO_BOUND.window(phases, grid))
    assert only(evidence, Kind.OVERLOADED).records_per_second == pytest.approx(700, rel=0.05)
    assert only(evidence, Kind.SATURATED).records_per_second == pytest.approx(500, rel=0.02)
    assert only(evidence, Kind.SUSTAINED).records_per_second == pytest.approx(300, rel=0.05)


def test_a_drain_shows_the_capacity_of_the_new_configuration() -> None:
    """After moving to two slots the backlog is worked off at 2 x 500 under a load of 700."""
    drain = Phase(configuration=at(2), seconds=180, load=700.0)
    evidence = evidence_of(IO_BOUND.window([*OVERLOAD, drain]))
    (value,) = [x for x in evidence.of(Kind.SATURATED) if x.configuration == at(2)]
    assert value.records_per_second == pytest.approx(1000, rel=0.03)


def test_the_ramp_up_after_a_start_is_not_believed() -> None:
    """The first 15 s on a grid of 5 s yield nothing, though the job works off a backlog."""
    short = Phase(configuration=at(2), seconds=5 + 14, load=700.0)
    evidence = evidence_of(IO_BOUND.window([*OVERLOAD, short]))
    assert {seen.configuration for seen in evidence.observations} == {at(1)}


def test_an_uneven_split_never_gives_a_value() -> None:
    """On 3 subtasks for 4 partitions the quiet ones catch up at their own pace: 2/3 is a bound.

    Under 1,200 the busiest does 500 and the others 300 each: 1,100 in all, though an even load
    of more than 1,000 cannot be carried.
    """
    overload = Phase(configuration=at(3), seconds=180, load=1200.0)
    evidence = evidence_of(IO_BOUND.window([overload]))
    assert not evidence.of(Kind.SATURATED)
    bound = only(evidence, Kind.SUSTAINED)
    assert bound.records_per_second == pytest.approx(1100 * 2 / 3, rel=0.03)


def test_lag_that_grows_for_minutes_is_overload_however_idle_the_job_looks() -> None:
    """An asynchronous look-up waits without being busy: 500 of 700 at a busy ratio of 0.3."""
    window = IO_BOUND.window([*OVERLOAD[:1], replace(OVERLOAD[1], seconds=300)])
    window.frame["busy_ratio_max"] *= 0.3
    evidence = evidence_of(window)
    assert only(evidence, Kind.OVERLOADED).records_per_second == pytest.approx(700, rel=0.05)
    assert only(evidence, Kind.SATURATED).records_per_second == pytest.approx(500, rel=0.02)


def test_busy_time_gives_a_value_below_saturation() -> None:
    """300 records/s keep a slot of 500 busy for 60 % of the time: 300 / 0.6 = 500."""
    evidence = evidence_of(IO_BOUND.window(OVERLOAD[:1]))
    assert only(evidence, Kind.BUSY_TIME).records_per_second == pytest.approx(500, rel=0.03)


def test_counters_that_move_in_leaps_do_not_raise_the_rates() -> None:
    """Read every 10 s on a grid of 5 s, the rate is 0 and twice itself in turns."""
    window = IO_BOUND.window(OVERLOAD)
    leaps = window.frame["consumed_records_per_second"].to_numpy().reshape(-1, 2)
    window.frame["consumed_records_per_second"] = np.column_stack(
        [0 * leaps[:, 0], leaps.sum(axis=1)]
    ).ravel()
    evidence = evidence_of(window)
    for kind in (Kind.BUSY_TIME, Kind.SATURATED):
        assert only(evidence, kind).records_per_second == pytest.approx(500, rel=0.1)
    assert only(evidence, Kind.SUSTAINED).records_per_second < 320


def test_cpu_is_seen_as_throughput_against_cores() -> None:
    """1 ms a record and 0.03 cores idle: 0.33 cores at 300 records/s."""
    evidence = evidence_of(CPU_BOUND.window(OVERLOAD[:1]))
    for use in evidence.cpu:
        assert use.cores == pytest.approx(0.33, rel=0.03)


def test_a_gap_is_neither_zero_nor_a_reason_to_forget_the_rest() -> None:
    """With every third row lost, the value and the bound are the same as without."""
    window = IO_BOUND.window(OVERLOAD)
    measured = [name for name in window.frame if name != "load_records_per_second"]
    window.frame.loc[window.frame.index[::3], measured] = np.nan
    evidence = evidence_of(window)
    assert only(evidence, Kind.SATURATED).records_per_second == pytest.approx(500, rel=0.03)


def test_without_uptime_the_change_of_configuration_starts_the_clock() -> None:
    """An engine that shows no uptime: rows within 15 s after a change are left out."""
    drain = Phase(configuration=at(2), seconds=180, load=700.0)
    window = IO_BOUND.window([*OVERLOAD, drain])
    with_uptime = evidence_of(window)
    window.frame["uptime_seconds"] = np.nan
    rates = [x.records_per_second for x in evidence_of(window).of(Kind.SATURATED)]
    expected = [x.records_per_second for x in with_uptime.of(Kind.SATURATED)]
    assert rates == pytest.approx(expected, rel=0.02)


def test_a_window_without_a_running_job_says_nothing() -> None:
    """No configuration, no observation; no checkpoint, no duration."""
    window = IO_BOUND.window(OVERLOAD)
    window.frame.loc[:, window.frame.columns != "load_records_per_second"] = np.nan
    assert evidence_of(window) == Evidence(
        observations=(), cpu=(), checkpoint_seconds=None, checkpoint_seconds_p95=None
    )
    empty = read_evidence(window.frame.iloc[:0], grid_seconds=5, partitioning=PARTITIONING)
    assert empty.observations == ()
