import numpy as np
import pytest
from record_builder import a_failure, a_record, an_action, steady

from horae.domain.action import OutcomeResult
from horae.domain.limits import Limits, Prices
from horae.simulation.score.scores import Beside, Cost, Reserved, cost_of, priced, score, violated

LIMITS = Limits(processing_latency_seconds=2.0, latency_confidence=0.95, recovery_seconds=180.0)
PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0.01, action=0.05)


def test_resources_are_summed_over_the_seconds_they_were_held() -> None:
    """Half an hour of 2 cores and 4 GiB, then half an hour of 6 and 8: 4 core-h and 6 GB-h."""
    cores, memory = np.repeat([2.0, 6.0], 1_800), np.repeat([4.0, 8.0], 1_800)
    cost = cost_of(cores, memory)
    assert cost == Cost(core_hours=4.0, gb_hours=6.0)
    assert cost.money(PRICES) == pytest.approx(4 * 0.04 + 6 * 0.005)


def test_static_of_demeter_costs_what_was_published() -> None:
    """24 workers of 1 core and 4 GiB cost 432 core-h and 1,728 GB-h in 18 h.

    So does the baseline in Demeter's runs (arXiv 2403.02129), counting TaskManagers only.
    """
    run = a_record(steady(64_800), cores=24.0, memory_gb=96.0)
    told = score(run, limits=LIMITS, prices=PRICES)
    assert (told.hours, told.core_hours, told.gb_hours) == (18.0, 432.0, 1_728.0)


def test_every_cost_is_told_without_and_with_what_stands_beside_the_job() -> None:
    """What stands beside the job counts only where all is counted; the JobManager also by itself.

    An hour of 2 cores and 4 GiB, a JobManager of 1 and 2, clones of 0.5 and 1, and an analytics
    pod of 10 and 40.
    """
    beside = Beside(
        job_manager=Reserved(cores=1, memory_gb=2),
        profiling=Reserved(cores=0.5, memory_gb=1),
        analytics=Reserved(cores=10, memory_gb=40),
    )
    told = score(a_record(steady(3_600)), limits=LIMITS, prices=PRICES, beside=beside)
    assert (told.core_hours, told.gb_hours) == (2.0, 4.0)
    assert (told.job_manager_core_hours, told.job_manager_gb_hours) == (1.0, 2.0)
    assert (told.core_hours_all, told.gb_hours_all) == pytest.approx((13.5, 47.0))
    assert told.money == pytest.approx(2 * 0.04 + 4 * 0.005)
    assert told.job_manager_money == pytest.approx(1 * 0.04 + 2 * 0.005)
    assert told.money_all == pytest.approx(13.5 * 0.04 + 47 * 0.005)


def test_time_without_output_is_violation_and_no_second_is_dropped() -> None:
    """Down for 25 s of 1,000 and late for 25 more: 95 % is within the limit, not 97.5 %."""
    told = score(a_record(steady(1_000, down=((115, 140),))), limits=LIMITS, prices=PRICES)
    assert told.violation_seconds == 50
    assert told.share_within == pytest.approx(0.95)


def test_the_limit_itself_holds() -> None:
    """2 s are within 2 s; NaN never is."""
    assert violated(np.array([1.0, 2.0, 2.1, np.nan]), 2.0).tolist() == [False, False, True, True]


def test_violations_are_priced_by_the_second() -> None:
    """50 s at 0.01 are 0.5 beside the money of everything."""
    told = score(a_record(steady(1_000, down=((115, 140),))), limits=LIMITS, prices=PRICES)
    assert told.money_with_violations == pytest.approx(told.money_all + 0.5)
    assert priced(1.0, 50, PRICES) == pytest.approx(1.5)


def test_both_definitions_of_recovery_are_told() -> None:
    """Back in latency after 65 s, and by the gauge's memory of a backlog after 80 s."""
    backlog = np.zeros(1_200)
    backlog[115:150] = 300.0
    run = a_record(
        steady(1_200, down=((115, 140),)), failures=(a_failure(100, 115, 140),), backlog=backlog
    )
    told = score(run, limits=LIMITS, prices=PRICES)
    assert (told.failures, told.recovery_a_mean, told.recovery_b_mean) == (1, 65.0, 80.0)
    assert (told.recovery_a_p95, told.recovery_b_p95) == (65.0, 80.0)
    assert (told.recovery_a_share, told.recovery_b_share) == (1.0, 1.0)
    assert told.recoveries_cut == 0


def test_an_abandoned_action_touched_nothing_and_does_not_count() -> None:
    """Of three actions one was abandoned and one rolled back: two count."""
    results = (OutcomeResult.DONE, OutcomeResult.ABANDONED, OutcomeResult.ROLLED_BACK)
    actions = tuple(an_action(100 * n, 100 * n + 50, result=r) for n, r in enumerate(results))
    told = score(a_record(steady(1_000), actions=actions), limits=LIMITS, prices=PRICES)
    assert told.actions == 2


def test_an_outage_belongs_to_the_action_unless_a_failure_made_it() -> None:
    """Where a failure took the output, the action that came into it does not answer for it.

    Down for 20 s in an action and for 30 s by a failure, 10 of these in another action.
    """
    run = a_record(
        steady(1_000, down=((120, 140), (500, 530))),
        failures=(a_failure(490, 500, 530),),
        actions=(an_action(100, 150), an_action(520, 600)),
    )
    assert score(run, limits=LIMITS, prices=PRICES).action_outage_seconds == 20


def test_what_waits_at_the_end_is_not_forgotten() -> None:
    """500 records at 100 records/s wait, the oldest for 5 s; 7 records were read again."""
    backlog = np.zeros(1_000)
    backlog[-1] = 500.0
    told = score(a_record(steady(1_000), backlog=backlog), limits=LIMITS, prices=PRICES)
    assert (told.backlog_end_records, told.backlog_end_seconds) == (500.0, 5.0)
    assert told.replayed_records == 7.0
