"""The posterior of capacity covers the truth of jobs of either kind."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from synthetic_job import CPU_BOUND, IO_BOUND, Phase, SyntheticJob, at

from horae.domain.configuration import Configuration
from horae.errors import NotReady
from horae.performance.capacity import FittedCapacity, fit_capacity
from horae.performance.evidence import Evidence, Kind, Observation, read_evidence
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning

PARTITIONING = Partitioning(partitions=4, key_groups=128)
CALM = Phase(configuration=at(1), seconds=120, load=lambda second: 150.0 + second)
OVERLOAD = Phase(configuration=at(1), seconds=120, load=700.0, outage_seconds=0)
DRAIN = Phase(configuration=at(2), seconds=120, load=700.0)


def fitted(job: SyntheticJob, phases: Sequence[Phase], grid: int = 5) -> FittedCapacity:
    """The model after having watched the job."""
    window = job.window(phases, grid)
    evidence = read_evidence(
        window.frame, grid_seconds=window.grid_seconds, partitioning=PARTITIONING
    )
    return fit_capacity(evidence, partitioning=PARTITIONING)


def quantiles(model: FittedCapacity, configuration: Configuration) -> Floats:
    """1 %, 50 % and 99 % quantiles of its capacity."""
    drawn = model.draws([configuration], 2000, np.random.default_rng(1))
    return np.quantile(drawn[:, 0], (0.01, 0.5, 0.99))


def relative_width(model: FittedCapacity, configuration: Configuration) -> float:
    """Standard deviation of the logarithm of its capacity."""
    drawn = model.draws([configuration], 2000, np.random.default_rng(1))
    return float(np.log(drawn[:, 0]).std())


ALL = [at(1), at(2), at(3), at(4), at(4, slots=2), at(4, slots=4), at(2, cpu_cores=0.5)]


@pytest.mark.parametrize("job", [IO_BOUND, CPU_BOUND], ids=["io-bound", "cpu-bound"])
@pytest.mark.parametrize(
    "phases",
    [(CALM,), (CALM, OVERLOAD), (CALM, OVERLOAD, DRAIN)],
    ids=["calm", "overload", "drain"],
)
def test_the_posterior_covers_the_truth_everywhere(
    job: SyntheticJob, phases: Sequence[Phase]
) -> None:
    """98 % intervals contain the true capacity of configurations seen and never seen alike."""
    model = fitted(job, phases)
    for configuration in ALL:
        low, _, high = quantiles(model, configuration)
        assert low <= job.capacity(configuration) <= high, str(configuration)


def test_one_slot_says_something_of_four_but_not_everything() -> None:
    """Cold start: one slot saturated gives four slots a spread of 6 to 16 %, below four times."""
    model = fitted(IO_BOUND, [CALM, OVERLOAD])
    assert relative_width(model, at(1)) < 0.05
    assert 0.06 < relative_width(model, at(4)) < 0.16
    _, median, _ = quantiles(model, at(4))
    assert 0.85 * 2000 < median < 2000


def test_each_size_that_is_seen_sharpens_the_others() -> None:
    """The spread at four slots shrinks from calm to overload to a drain at two slots."""
    widths = [
        relative_width(fitted(IO_BOUND, phases), at(4))
        for phases in ([CALM], [CALM, OVERLOAD], [CALM, OVERLOAD, DRAIN])
    ]
    assert widths == sorted(widths, reverse=True)


def test_a_job_that_looks_idle_while_it_waits_is_not_believed() -> None:
    """Busy for 30 % at its limit of 500: busy time says 1,667, the backlog says 500 and wins."""
    window = IO_BOUND.window([CALM, replace(OVERLOAD, seconds=300)])
    window.frame["busy_ratio_max"] *= 0.3
    evidence = read_evidence(window.frame, grid_seconds=5.0, partitioning=PARTITIONING)
    model = fit_capacity(evidence, partitioning=PARTITIONING)
    low, _, high = quantiles(model, at(1))
    assert low < 500 < high < 600
    bias = model.summary()["busy_time_bias"]
    assert isinstance(bias, float)
    assert bias > 1


def test_three_subtasks_carry_as_much_as_two() -> None:
    """On four partitions the busiest of three has half of the records, as has one of two."""
    drawn = fitted(IO_BOUND, [CALM, OVERLOAD]).draws([at(2), at(3)], 500, np.random.default_rng(2))
    assert drawn[:, 0] == pytest.approx(drawn[:, 1])


def test_cpu_limits_only_the_job_that_needs_it() -> None:
    """Four slots on a core: the job that waits may carry 4 x 500, the other 970 and a little."""
    crowded = at(4, slots=4)
    phases = [CALM, OVERLOAD]
    assert quantiles(fitted(IO_BOUND, phases), crowded)[2] == pytest.approx(2000, rel=0.15)
    assert quantiles(fitted(CPU_BOUND, phases), crowded)[2] < 1.3 * 970


def test_crowding_is_feared_until_it_was_looked_for() -> None:
    """Unseen, four slots on a core may carry half of 2,000; once two were run, they carry it."""
    crowded = at(4, slots=4)
    feared = quantiles(fitted(IO_BOUND, [CALM, OVERLOAD]), crowded)
    assert feared[0] < 1000 < feared[1] < 2000
    two = replace(DRAIN, configuration=at(2, slots=2))
    seen = quantiles(fitted(IO_BOUND, [CALM, OVERLOAD, two]), crowded)
    assert seen[0] > 1500
    assert seen[1] == pytest.approx(2000, rel=0.1)


def test_crowding_is_learned_from_what_two_slots_on_a_core_carry() -> None:
    """Two on a core carry 0.7 of 1,000, which is 0.5 to the 0.51: four carry 2,000 / 2.04."""
    two = replace(DRAIN, configuration=at(2, slots=2))
    window = IO_BOUND.window([CALM, OVERLOAD, two])
    crowding = window.frame["slots"] == 2
    rates = ["consumed_records_per_second"]
    window.frame.loc[crowding, rates] *= 0.7
    window.frame.loc[crowding, "cpu_cores_used"] *= 0.7
    evidence = read_evidence(window.frame, grid_seconds=5.0, partitioning=PARTITIONING)
    model = fit_capacity(evidence, partitioning=PARTITIONING)
    assert model.summary()["crowding"] == pytest.approx(0.51, abs=0.15)
    assert quantiles(model, at(4, slots=4))[1] == pytest.approx(980, rel=0.15)
    assert quantiles(model, at(4))[1] == pytest.approx(1900, rel=0.1)


def test_cpu_beyond_what_was_asked_for_is_no_limit() -> None:
    """0.33 cores in use where 0.1 were asked for: nobody enforces it, so it limits nothing."""
    model = fitted(CPU_BOUND, [Phase(configuration=at(1), seconds=120, load=300.0)])
    assert model.summary()["cpu"] == "enforced"
    window = CPU_BOUND.window([Phase(configuration=at(1), seconds=120, load=300.0)])
    window.frame["cpu_cores"] = 0.1
    evidence = read_evidence(window.frame, grid_seconds=5.0, partitioning=PARTITIONING)
    unlimited = fit_capacity(evidence, partitioning=PARTITIONING)
    assert unlimited.summary()["cpu"] == "not enforced"


def test_a_short_interval_costs_capacity() -> None:
    """With checkpoints of 0.2 s every second less is left than with one every minute."""
    model = fitted(IO_BOUND, [CALM, OVERLOAD])
    often, seldom = at(1, checkpoint_interval_seconds=1.0), at(1, checkpoint_interval_seconds=60.0)
    drawn = model.draws([often, seldom], 500, np.random.default_rng(3))
    assert (drawn[:, 0] < drawn[:, 1]).all()


def test_scaling_of_another_form_is_right_where_it_was_seen() -> None:
    """Saturations of 500 and 700 on one and two slots fit no allowed exponent near 0.95."""

    def value(parallelism: int, rate: float) -> Observation:
        return Observation(
            kind=Kind.SATURATED,
            configuration=at(parallelism),
            records_per_second=rate,
            deviation=0.03,
            rows=10,
        )

    evidence = Evidence(
        observations=(value(1, 500.0), value(2, 700.0)),
        cpu=(),
        checkpoint_seconds=None,
        checkpoint_seconds_p95=None,
    )
    model = fit_capacity(evidence, partitioning=PARTITIONING)
    assert quantiles(model, at(1))[1] == pytest.approx(500, rel=0.08)
    assert quantiles(model, at(2))[1] == pytest.approx(700, rel=0.08)
    assert quantiles(model, at(4))[1] < 1400


def test_contradictions_end_and_lie_between() -> None:
    """A bound of 1,000 against a value of 500, as after a drift: the fit ends, between the two."""
    seen = (
        Observation(
            kind=Kind.SUSTAINED,
            configuration=at(1),
            records_per_second=1000.0,
            deviation=0.05,
            rows=9,
        ),
        Observation(
            kind=Kind.SATURATED,
            configuration=at(1),
            records_per_second=500.0,
            deviation=0.03,
            rows=9,
        ),
    )
    evidence = Evidence(
        observations=seen, cpu=(), checkpoint_seconds=None, checkpoint_seconds_p95=None
    )
    model = fit_capacity(evidence, partitioning=PARTITIONING)
    assert 480 < quantiles(model, at(1))[1] < 1000


def test_the_same_evidence_gives_the_same_model() -> None:
    """Two fits of one window agree in every particle."""
    first, second = (fitted(IO_BOUND, [CALM, OVERLOAD]) for _ in range(2))
    assert (first.particles == second.particles).all()


def test_a_new_version_inherits_with_twice_the_deviation() -> None:
    """Four times the variance: the exponent's and the slot rate's deviation double."""
    model = fitted(IO_BOUND, [CALM, OVERLOAD])
    prior = model.as_prior()
    assert prior.mean == pytest.approx(model.particles.mean(axis=0))
    deviation = np.sqrt(np.diag(prior.covariance))
    assert deviation == pytest.approx(2 * model.particles.std(axis=0, ddof=1), rel=1e-3)


def test_without_any_observation_it_is_not_ready() -> None:
    """Nothing seen, nothing inherited: wait."""
    nothing = Evidence(
        observations=(), cpu=(), checkpoint_seconds=None, checkpoint_seconds_p95=None
    )
    with pytest.raises(NotReady, match="no settled row"):
        fit_capacity(nothing, partitioning=PARTITIONING)
    inherited = fitted(IO_BOUND, [CALM, OVERLOAD]).as_prior()
    model = fit_capacity(nothing, partitioning=PARTITIONING, prior=inherited)
    assert quantiles(model, at(1))[1] == pytest.approx(500, rel=0.1)


def test_the_summary_counts_what_it_stands_on() -> None:
    """One bound, one overload, one value, one busy time; figures are plain numbers."""
    summary = fitted(IO_BOUND, [CALM, OVERLOAD]).summary()
    kinds = ("sustained", "overloaded", "saturated", "busy_time")
    assert [summary[f"observed_{kind}"] for kind in kinds] == [1, 1, 1, 1]
    assert all(value is None or type(value) in (int, float, str) for value in summary.values())
