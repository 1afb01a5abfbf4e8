from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import TimeSettings
from horae.validation.evidence import evidence
from horae.validation.rules import RULES

NAN = float("nan")
END = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
TIMES = {"ysb": TimeSettings(grid_seconds=60, sampling_seconds=120, cycle_seconds=120)}


def numbers(*, now: datetime = END, **metrics: list[float]) -> pd.DataFrame:
    """The evidence of a window with these metrics, a row a minute, the newest at `END`."""
    rows = len(next(iter(metrics.values())))
    index = pd.date_range(end=END, periods=rows, freq="60s")
    frame = pd.DataFrame(np.nan, index=index, columns=list(COLUMNS), dtype=np.float64)
    window = MetricsWindow(
        job="ysb",
        job_id="a1",
        version="v1",
        configuration=None,
        grid_seconds=60,
        frame=frame.assign(**metrics),
        collected_at=END,
    )
    return evidence({"w1": window}, TIMES, now)


def test_recent_rows_and_one_column_a_rule() -> None:
    """Sampling lasts two minutes: of five rows the last two are recent."""
    found = numbers(lag_records=[1.0, 2, 3, 4, 5])
    assert list(found.columns) == ["window", "at", *(rule.column for rule in RULES)]
    assert found["range:lag_records"].tolist() == [4, 5]
    assert found["at"].tolist() == [END - timedelta(seconds=60), END]


def test_what_belongs_to_the_window_stands_in_its_newest_row() -> None:
    """It has five rows."""
    found = numbers(lag_records=[1.0, 2, 3, 4, 5])
    assert np.isnan(found["rows:window"][0])
    assert found["rows:window"][1] == 5


def test_freshness_is_what_is_beyond_the_allowed_age() -> None:
    """Measured two minutes before the end, looked at 10 minutes after it: 720 - 300 s."""
    found = numbers(now=END + timedelta(minutes=10), lag_records=[1.0, 2, 3, NAN, NAN])
    assert found["freshness:lag_records"].iloc[-1] == 420


def test_a_metric_never_measured_is_as_old_as_the_window() -> None:
    """The window began four minutes before it was looked at, 300 s are allowed: -60 s."""
    found = numbers(lag_records=[NAN] * 5)
    assert found["freshness:lag_records"].iloc[-1] == -60
    assert found["completeness:lag_records"].iloc[-1] == 0


def test_a_fall_is_seen_across_a_gap() -> None:
    """From 900 over a gap to 400: it fell by 500 in the newest row."""
    found = numbers(
        consumed_records_total=[800.0, 900, NAN, NAN, 400],
        uptime_seconds=[10.0, 70, 130, 190, 250],
        running_subtasks_ratio=[1.0] * 5,
    )
    assert found["monotonic:consumed_records_total"].tolist()[-1] == 500


@pytest.mark.parametrize(
    "sign",
    [
        {"uptime_seconds": [100.0, 160, 220, 5, 65]},
        {"uptime_seconds": [100.0, 160, NAN, 280, 340]},
        {"running_subtasks_ratio": [1.0, 1, 0.5, 1, 1]},
        {"restarts_total": [1.0, 1, 1, 2, 2]},
    ],
    ids=["uptime fell", "uptime unknown", "a subtask was down", "a restart was counted"],
)
def test_a_restart_excuses_the_jobs_counters_not_the_brokers(
    sign: dict[str, list[float]],
) -> None:
    """Any sign of a restart between the two rows; a topic's end does not go back for it."""
    fell = [700.0, 800, NAN, NAN, 50]
    steady = {
        "uptime_seconds": [100.0, 160, 220, 280, 340],
        "running_subtasks_ratio": [1.0] * 5,
        "restarts_total": [1.0] * 5,
    }
    found = numbers(consumed_records_total=fell, produced_records_total=fell, **(steady | sign))
    assert found["monotonic:consumed_records_total"].iloc[-1] == 0
    assert found["monotonic:produced_records_total"].iloc[-1] == 750


def test_a_rise_is_per_second_since_it_was_last_measured() -> None:
    """100 in two minutes: 100 / 120 a second."""
    found = numbers(checkpoint_age_seconds=[10.0, 20, 30, NAN, 130])
    assert found["rise:checkpoint_age_seconds"].iloc[-1] == pytest.approx(100 / 120)


def balance(consumed: list[float], lag: list[float]) -> float:
    """Of 1,000 records a minute that came in over five rows."""
    found = numbers(
        produced_records_total=[1_000.0, 2_000, 3_000, 4_000, 5_000],
        consumed_records_total=consumed,
        lag_records=lag,
        uptime_seconds=[100.0, 160, 220, 280, 340],
        running_subtasks_ratio=[1.0] * 5,
    )
    return float(found["records_balance:consumed_records_total"].iloc[-1])


def test_reading_what_came_balances() -> None:
    """4,000 came and 4,000 were read; (0.2 + 10 / 240) x 4,000 are allowed besides."""
    assert balance([0.0, 1_000, 2_000, 3_000, 4_000], [5.0] * 5) == pytest.approx(
        -(0.2 + 10 / 240) * 4_000
    )


def test_reading_a_backlog_balances() -> None:
    """10,000 were read: 4,000 that came and 6,000 that had waited."""
    drained = [8_000.0, 6_500, 5_000, 3_500, 2_000]
    assert balance([0.0, 2_500, 5_000, 7_500, 10_000], drained) < 0


def test_reading_what_never_came_does_not_balance() -> None:
    """10,000 were read, 4,000 came, none had waited: 6,000 less (0.2 + 10 / 240) x 10,000."""
    assert balance([0.0, 2_500, 5_000, 7_500, 10_000], [0.0] * 5) == pytest.approx(
        6_000 - (0.2 + 10 / 240) * 10_000
    )
