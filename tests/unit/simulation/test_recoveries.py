import numpy as np
import pytest
from record_builder import a_failure, a_record, an_action, steady

from horae.simulation.score.recoveries import (
    Definition,
    Recovery,
    backlog_gauge,
    recoveries,
    summary,
)

LATENCY_LIMIT = 2.0


def recovered(seconds: int | None, *, watched: int = 900) -> Recovery:
    """A recovery that nothing came into."""
    return Recovery(at=0, seconds=seconds, watched=watched, cut=False)


def test_it_lasts_from_the_failure_to_the_first_of_fifteen_good_seconds() -> None:
    """Good seconds between failure and outage do not count, for it is not visible yet.

    Down from 115 to 140 and late as long after that, a job that failed at 100 is back at 165.
    """
    run = a_record(steady(1_200, down=((115, 140),)), failures=(a_failure(100, 115, 140),))
    (found,) = recoveries(run, LATENCY_LIMIT, Definition.LATENCY)
    assert (found.seconds, found.cut, found.watched) == (65, False, 900)


def test_fourteen_good_seconds_are_not_enough() -> None:
    """Good from 165 on but for second 179, the job is back at 180."""
    latency = steady(1_200, down=((115, 140),))
    latency[179] = 5.0
    run = a_record(latency, failures=(a_failure(100, 115, 140),))
    assert recoveries(run, LATENCY_LIMIT, Definition.LATENCY)[0].seconds == 80


def test_the_limit_itself_is_good() -> None:
    """A latency that is the limit holds it: Demeter's figures count `<= 2 s`."""
    latency = steady(1_200, down=((115, 140),), high=LATENCY_LIMIT)
    run = a_record(latency, failures=(a_failure(100, 115, 140),))
    assert recoveries(run, LATENCY_LIMIT, Definition.LATENCY)[0].seconds == 40


def test_the_gauge_shows_the_largest_of_the_present_sample_and_the_one_before() -> None:
    """What is worked off is still shown, until the sample after its own has ended.

    Ten seconds of backlog in second 40, in the second sample (30 to 59), are shown from then on
    until the third sample (60 to 89) has ended: for 50 s.
    """
    backlog = np.zeros(200)
    backlog[40] = 1_000.0
    shown = backlog_gauge(a_record(np.ones(200), backlog=backlog, load=100.0))
    assert np.flatnonzero(shown).tolist() == list(range(40, 90))
    assert set(shown) == {0.0, 10.0}


def test_definition_b_waits_for_the_gauge() -> None:
    """A backlog that the gauge remembers for longer than the latency is late counts for longer.

    Of 3 s until second 149, it is remembered until the sample after its own has ended, at 180:
    80 s after the failure, while the latency was back after 65 s.
    """
    backlog = np.zeros(1_200)
    backlog[115:150] = 300.0
    run = a_record(
        steady(1_200, down=((115, 140),)),
        failures=(a_failure(100, 115, 140),),
        backlog=backlog,
    )
    assert recoveries(run, LATENCY_LIMIT, Definition.BACKLOG_TOO)[0].seconds == 80


def test_a_backlog_of_twice_the_runs_own_median_is_normal() -> None:
    """Where a second always waits, a backlog of 2 s (twice the median) does not count."""
    backlog = np.full(1_200, 100.0)
    backlog[115:300] = 200.0
    run = a_record(
        steady(1_200, down=((115, 140),)),
        failures=(a_failure(100, 115, 140),),
        backlog=backlog,
    )
    assert recoveries(run, LATENCY_LIMIT, Definition.BACKLOG_TOO)[0].seconds == 65


def test_more_than_fifteen_minutes_is_not_recovered() -> None:
    """Back after 900 s counts, after 901 s not any more."""
    for back, wanted in ((1_000, 900), (1_001, None)):
        latency = np.ones(3_000)
        latency[110:back] = np.nan
        run = a_record(latency, failures=(a_failure(100, 110, back),))
        assert recoveries(run, LATENCY_LIMIT, Definition.LATENCY)[0].seconds == wanted


def test_the_next_event_cuts_a_recovery_and_one_after_it_does_not() -> None:
    """A recovery from 100 to 165 is cut by an action at 164 and by a failure, not at 165."""
    latency = steady(1_200, down=((115, 140),))
    failure = a_failure(100, 115, 140)
    for began, cut in ((164, True), (165, False)):
        run = a_record(latency, failures=(failure,), actions=(an_action(began, 200),))
        assert recoveries(run, LATENCY_LIMIT, Definition.LATENCY)[0].cut is cut
    run = a_record(latency, failures=(failure, a_failure(120, 130, 140)))
    assert [one.cut for one in recoveries(run, LATENCY_LIMIT, Definition.LATENCY)] == [True, False]


def test_the_runs_end_hides_what_it_hides() -> None:
    """Of a failure 100 s before the end only 85 s can be told: whether 15 s hold must be seen."""
    latency = steady(1_000, down=((910, 1_000),))
    run = a_record(latency, failures=(a_failure(900, 910, 1_000),))
    (found,) = recoveries(run, LATENCY_LIMIT, Definition.LATENCY)
    assert (found.seconds, found.watched) == (None, 85)


def test_the_mean_leaves_out_what_did_not_recover_and_the_share_counts_it() -> None:
    """Of 60, 120, 200 s and one that never did, the mean is 380/3 s and half is within 180 s."""
    found = summary((*map(recovered, (60, 120, 200)), recovered(None)), limit=180)
    assert found.mean == pytest.approx(380 / 3)
    assert found.share == 0.5
    # Sorted 60, 120, 200, 900: place 0.95 x 3 = 2.85, hence 200 + 0.85 x 700.
    assert found.p95 == pytest.approx(795)


def test_what_the_end_hides_is_left_out_unless_the_limit_was_broken_before() -> None:
    """Watched for 85 s it says nothing of a limit of 180 s, and breaks one of 60 s."""
    found = (recovered(50), recovered(None, watched=85))
    assert summary(found, limit=180).share == 1.0
    assert summary(found, limit=60).share == 0.5
    assert summary(found, limit=60).p95 == pytest.approx(50)


def test_nothing_to_count_is_nothing_and_not_zero() -> None:
    """Without a failure, and without a limit, there is no figure."""
    none = summary((), limit=180)
    assert (none.mean, none.p95, none.share) == (None, None, None)
    assert summary((recovered(50),), limit=None).share is None
