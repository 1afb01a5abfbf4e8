"""The best constant configuration on jobs where it can be told by looking."""

from dataclasses import replace

import pytest

from flow_builders import CALM, a_model, a_trace
from horae.simulation.job.job_model import CheckpointModel, LogNormal, Start
from horae.simulation.references.static_best import static_best
from horae.simulation.world.failures import PUBLISHED, RANDOM
from oracle_builders import LIMITS, PRICES

SIZES = [Start(parallelism=n).configuration() for n in range(1, 13)]


def test_it_is_the_smallest_that_carries_the_load() -> None:
    """Of 100 records/s each, five carry 450 records/s, and four do not."""
    found = static_best(a_model(), CALM, {0: a_trace(450.0)}, SIZES, limits=LIMITS, prices=PRICES)
    assert found.meets
    assert found.configuration.parallelism == 5
    # 5 cores and 20 GiB for 600 s: 5 x 0.04 + 20 x 0.005 an hour.
    assert found.money == pytest.approx(0.3 / 6)


def test_it_may_break_the_limit_for_as_long_as_the_confidence_leaves() -> None:
    """A peak of 4 % of the time is not worth a larger one where 95 % are enough."""
    load = [450.0] * 1_000
    load[-40:] = [900.0] * 40
    trace = a_trace(load)
    loose = static_best(a_model(), CALM, {0: trace}, SIZES, limits=LIMITS, prices=PRICES)
    assert loose.configuration.parallelism == 5
    strict = replace(LIMITS, latency_confidence=0.99)
    tight = static_best(a_model(), CALM, {0: trace}, SIZES, limits=strict, prices=PRICES)
    assert tight.configuration.parallelism == 9


def test_a_load_that_swings_faster_than_the_limit_does_not_need_its_peak() -> None:
    """1,200 records every third second are 400 a second: five work them off in 2.4 s, six in 2.

    Latency is 1 s, and up to 1 s of waiting is left of the limit: with six the last 600 records
    wait for a second, with five the last 200 for two, so that a third of the seconds is too late.
    """
    trace = a_trace([1_200.0, 0.0, 0.0] * 300)
    found = static_best(a_model(), CALM, {0: trace}, SIZES, limits=LIMITS, prices=PRICES)
    assert (found.configuration.parallelism, found.meets) == (6, True)


def test_a_longer_interval_may_be_what_makes_it_carry_the_load() -> None:
    """Of 500 records/s checkpoints take 80 on the mean every 10 s, and 13 every 60 s.

    While one runs, for 4 s, 40 % are lost. Only 487 carry 450.
    """
    model = a_model(checkpoints=CheckpointModel(duration=LogNormal(median=4.0), cost=0.4))
    both = [replace(one, checkpoint_interval_seconds=s) for one in SIZES for s in (10.0, 60.0)]
    found = static_best(model, CALM, {0: a_trace(450.0)}, both, limits=LIMITS, prices=PRICES)
    best = found.configuration
    assert (found.meets, best.parallelism, best.checkpoint_interval_seconds) == (True, 5, 60.0)


def test_where_none_meets_the_limits_it_is_the_one_that_breaks_them_least() -> None:
    """Nothing carries 5,000 records/s: the largest is nearest to it, and it says so."""
    found = static_best(
        a_model(), CALM, {0: a_trace(5_000.0)}, SIZES, limits=LIMITS, prices=PRICES
    )
    assert not found.meets
    assert found.configuration.parallelism == 12


def test_every_seed_counts() -> None:
    """What is enough for one seed's load and not for another's is not enough."""
    traces = {0: a_trace(450.0), 1: a_trace(750.0)}
    found = static_best(a_model(), CALM, traces, SIZES, limits=LIMITS, prices=PRICES)
    assert found.configuration.parallelism == 8
    assert sorted(found.scores) == [0, 1]


def test_it_must_recover_in_time() -> None:
    """What carries the load and works a backlog off too slowly is too small.

    A failure loses 15 s and what came since a checkpoint, up to 10 s and 2 s more: a backlog of
    27 s at 450 records/s. 50 records/s to spare take 243 s for it, 150 only 81 s.
    """
    world = replace(CALM, regime=replace(PUBLISHED, every_seconds=1_000.0))
    slow = replace(LIMITS, recovery_seconds=400, latency_confidence=0.7)
    trace = {0: a_trace(450.0, seconds=3_600)}
    found = static_best(a_model(), world, trace, SIZES, limits=slow, prices=PRICES)
    assert found.configuration.parallelism == 5
    quick = replace(slow, recovery_seconds=180)
    found = static_best(a_model(), world, trace, SIZES, limits=quick, prices=PRICES)
    assert found.configuration.parallelism == 6
    assert found.meets


def test_a_failure_that_another_one_follows_at_once_is_not_held_against_it() -> None:
    """Where the next failure comes before there was time to recover, nothing could be done."""
    often = replace(CALM, regime=replace(RANDOM, every_seconds=500.0))
    trace = a_trace(450.0, seconds=7_200)
    limits = replace(LIMITS, recovery_seconds=100, latency_confidence=0.8)
    found = static_best(a_model(), often, {0: trace}, SIZES, limits=limits, prices=PRICES)
    assert found.meets
    assert found.scores[0].recovery_a_share == pytest.approx(10 / 15), "with those, too few"


def test_a_configuration_must_be_given() -> None:
    """Without any there is nothing to answer."""
    with pytest.raises(ValueError, match="no configuration was given"):
        static_best(a_model(), CALM, {0: a_trace()}, [], limits=LIMITS, prices=PRICES)
