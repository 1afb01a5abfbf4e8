"""Which rows of a window DS2 reads."""

import numpy as np
import pytest

from ds2_builders import DAY, facing, settings
from horae.policy.ds2_rates import rolling_mean
from horae.policy.ds2_rows import read_rows
from policy_builders import a_vertex, a_window, with_vertices


def test_means_leave_out_gaps_and_what_is_endless() -> None:
    """Over two rows: nothing before the second, one of two is enough, only endless stays so."""
    values = np.array([1.0, 3.0, np.nan, np.inf, np.inf, np.nan, np.nan])
    expected = [np.nan, 2.0, 3.0, np.inf, np.inf, np.inf, np.nan]
    assert rolling_mean(values, 2) == pytest.approx(expected, nan_ok=True)


def test_rows_before_the_stabilisation_has_passed_do_not_count() -> None:
    """Up for 600 s at a row a minute: less 300 s these are 5 rows; two are needed."""
    window = a_window(100.0, uptime_seconds=600.0)
    job = read_rows(facing(window), settings(stabilisation_seconds=300))
    assert job is not None
    assert (job.count, job.needed, job.missing_seconds) == (5, 2, -180)


def test_a_job_whose_start_is_not_known_is_not_read() -> None:
    """The newest row has no uptime: the job is down, or nothing new was told."""
    assert read_rows(facing(a_window(100.0)), settings()) is None


def test_a_job_that_was_rescaled_since_the_newest_row_is_not_read() -> None:
    """The row tells of two subtasks where there is one, of the job or of a vertex."""
    window = a_window(100.0, uptime_seconds=DAY)
    assert read_rows(facing(window), settings()) is not None
    of_two = a_window(100.0, uptime_seconds=DAY, parallelism=2.0)
    assert read_rows(facing(of_two), settings()) is None
    apart = with_vertices(window, {"s": {"parallelism": 2.0}})
    assert read_rows(facing(apart, (a_vertex("s", 1),)), settings()) is None
