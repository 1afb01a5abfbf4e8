"""Evidence in round figures."""

import math
from dataclasses import replace

import numpy as np
import pytest
from synthetic_job import IO_BOUND, Phase, at

from horae.performance.capacity import fit_capacity
from horae.performance.evidence import CpuUse, Evidence, Kind, Observation, read_evidence
from horae.performance.partitioning import Partitioning
from horae.performance.rounding import rounded

PARTITIONING = Partitioning(partitions=4, key_groups=128)


def some(rate: float = 1_000.0, *, deviation: float = 0.03, rows: int = 40) -> Evidence:
    """One saturation and one point of CPU use."""
    seen = Observation(
        kind=Kind.SATURATED,
        configuration=at(1),
        records_per_second=rate,
        deviation=deviation,
        rows=rows,
    )
    use = CpuUse(configuration=at(1), records_per_second=rate, cores=0.4 * rate / 1_000)
    return Evidence(
        observations=(seen,), cpu=(use,), checkpoint_seconds=0.31, checkpoint_seconds_p95=0.5
    )


@pytest.mark.parametrize("rate", [1.0, 731.0, 52_345.6])
@pytest.mark.parametrize("deviation", [0.03, 0.07, 0.2])
def test_a_figure_moves_by_at_most_a_quarter_of_its_deviation(
    rate: float, deviation: float
) -> None:
    """It is rounded to halves; the deviation itself by at most a twentieth."""
    (seen,) = rounded(some(rate, deviation=deviation)).observations
    assert abs(math.log(seen.records_per_second / rate)) <= 0.25 * seen.deviation + 1e-12
    assert abs(math.log(seen.deviation / deviation)) <= 0.05 + 1e-12


def test_cores_stay_in_proportion_to_the_throughput() -> None:
    """0.4 cores at 1,000 records/s: as many a record to 3.75 %, at a throughput up to 10 % away.

    The steps are 20 % and 7.5 % of a logarithm, and rounding moves by half of them.
    """
    (use,) = rounded(some()).cpu
    assert abs(math.log(use.cores / use.records_per_second / (0.4 / 1_000))) <= 0.0375 + 1e-12
    assert abs(math.log(use.records_per_second / 1_000)) <= 0.1 + 1e-12


@pytest.mark.parametrize("kind", [Kind.SUSTAINED, Kind.OVERLOADED, Kind.BUSY_TIME])
@pytest.mark.parametrize("rate", [731.0, 52_345.6])
def test_a_bound_moves_by_less_than_half_of_what_it_is_weighed_with(
    kind: Kind, rate: float
) -> None:
    """By three eighths: of its own 3 %, which may be rounded up by 5 %, and the law's 5 %."""
    (value,) = some(rate).observations
    bound = replace(some(rate), observations=(replace(value, kind=kind),))
    (seen,) = rounded(bound).observations
    assert abs(math.log(seen.records_per_second / rate)) <= 0.375 * math.hypot(0.0316, 0.05)


def test_what_was_not_measured_or_idle_stays() -> None:
    """No duration stays none, and no throughput stays 0."""
    idle = CpuUse(configuration=at(1), records_per_second=0.0, cores=0.0)
    none = Evidence(
        observations=(), cpu=(idle,), checkpoint_seconds=None, checkpoint_seconds_p95=None
    )
    assert rounded(none) == none


def test_a_trace_of_a_change_changes_nothing() -> None:
    """A rate that moves by a thousandth, a row more, a longer checkpoint: the same evidence."""
    assert rounded(some(1_000.0)) == rounded(some(1_001.0, rows=41))


def test_rounding_twice_is_rounding_once() -> None:
    """What is round stays."""
    once = rounded(some(1_234.5))
    (first,), (second,) = once.observations, rounded(once).observations
    assert second.records_per_second == pytest.approx(first.records_per_second, rel=1e-12)


def test_the_same_picture_gives_the_same_particles() -> None:
    """Whatever was asked before; and nobody can change them."""
    window = IO_BOUND.window([Phase(configuration=at(1), seconds=300, load=400.0)], 5)
    evidence = read_evidence(window.frame, grid_seconds=5, partitioning=PARTITIONING)
    first = fit_capacity(evidence, partitioning=PARTITIONING)
    fit_capacity(some(), partitioning=PARTITIONING)
    again = fit_capacity(evidence, partitioning=PARTITIONING)
    np.testing.assert_array_equal(first.particles, again.particles)
    with pytest.raises(ValueError, match="read-only"):
        first.particles[0, 0] = 0.0


def test_another_prior_gives_another_posterior() -> None:
    """What an earlier version leaves is part of what is asked."""
    cold = fit_capacity(some(), partitioning=PARTITIONING)
    heir = fit_capacity(some(), partitioning=PARTITIONING, prior=cold.as_prior())
    assert not np.array_equal(cold.particles, heir.particles)
    same = fit_capacity(some(), partitioning=PARTITIONING, prior=cold.as_prior())
    np.testing.assert_array_equal(heir.particles, same.particles)
