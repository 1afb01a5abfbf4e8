"""From a window and outcomes to models."""

from datetime import timedelta

import numpy as np
import pytest
from synthetic_job import IO_BOUND, START, Phase, SyntheticJob, at

from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.window import MetricsWindow
from horae.errors import NotReady
from horae.performance.fitting import fit_models
from horae.performance.models import PerformanceModels
from horae.performance.partitioning import Partitioning

PARTITIONING = Partitioning(partitions=4, key_groups=128)
PHASES = (
    Phase(configuration=at(1), seconds=60, load=300.0),
    Phase(configuration=at(1), seconds=120, load=700.0, outage_seconds=0),
    Phase(configuration=at(2), seconds=120, load=700.0, outage_seconds=10),
)


def outcome(result: OutcomeResult, outage: float | None) -> Outcome:
    """Of the move from one slot to two, 180 s into the window."""
    return Outcome(
        job="synthetic",
        action_id="a",
        result=result,
        path=RescalePath.IN_PLACE,
        origin=at(1),
        target=at(2),
        reached=at(2),
        outage_seconds=outage,
        started_at=START + timedelta(seconds=178),
        ended_at=START + timedelta(seconds=190),
        sentence="Moved.",
    )


def models_of(window: MetricsWindow, *outcomes: Outcome) -> PerformanceModels:
    """The models after the window."""
    return fit_models(window, version="v1", outcomes=outcomes, partitioning=PARTITIONING)


def test_a_window_gives_every_model_of_its_version() -> None:
    """Two slots that carry 1,000 sustained 700, one of 500 only 300; all models sum up."""
    models = models_of(IO_BOUND.window(PHASES), outcome(OutcomeResult.DONE, 4.0))
    assert (models.job, models.version) == ("synthetic", "v1")
    assert models.proven_load == pytest.approx(700, rel=0.05)
    assert models.proven_utilisation == pytest.approx(0.7, rel=0.1)
    assert set(models.summary()) == {"capacity", "recovery", "outage"}


def test_only_actions_that_went_through_teach_the_outage() -> None:
    """Of three outcomes one is done and measured."""
    models = models_of(
        IO_BOUND.window(PHASES),
        outcome(OutcomeResult.DONE, 4.0),
        outcome(OutcomeResult.DONE, None),
        outcome(OutcomeResult.ROLLED_BACK, 60.0),
    )
    assert models.outage.summary()["in_place_observed"] == 1


def test_our_own_restart_does_not_teach_the_dark_time() -> None:
    """The same 10 s without subtasks are a failure unless an action explains them."""
    window = IO_BOUND.window(PHASES)
    assert models_of(window).recovery.summary()["dark_observed"] == 1
    explained = models_of(window, outcome(OutcomeResult.DONE, 4.0))
    assert explained.recovery.summary()["dark_observed"] == 0


def test_a_new_version_starts_from_what_the_old_one_could_do() -> None:
    """The version is 30 s old: its capacity is near the old 500, twice as uncertain as before.

    What the old version proved does not count for the new one.
    """
    faster = SyntheticJob(slot_rate=500.0, core_seconds_per_record=0.00005)
    window = faster.window(PHASES[:2])
    young = fit_models(
        window,
        version="v2",
        outcomes=[],
        partitioning=PARTITIONING,
        version_since=window.end + timedelta(seconds=1),
    )
    old = models_of(window)
    rng = np.random.default_rng(8)
    before, after = (
        np.log(models.capacity.draws([at(1)], 2000, rng)[:, 0]) for models in (old, young)
    )
    assert after.mean() == pytest.approx(np.log(500), abs=0.05)
    assert 1.5 * before.std() < after.std() < 0.3
    assert (young.proven_load, young.proven_utilisation) == (None, None)


def test_a_window_without_a_running_job_is_not_ready() -> None:
    """Nothing to learn from: wait."""
    window = IO_BOUND.window(PHASES[:1])
    window.frame["parallelism"] = np.nan
    with pytest.raises(NotReady):
        models_of(window)
