from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from flow_builders import FOUR, a_failure, a_trace
from horae.errors import Unavailable
from horae.simulation.job.job_model import BusyModel, CpuModel
from simulated_jobs import JOB, a_job


class TestPresent:
    """Nobody is told of what is still to come."""

    def test_a_time_that_has_not_come_is_unavailable(self) -> None:
        """Neither zero nor silence."""
        job = a_job()
        with pytest.raises(Unavailable, match="nothing is known of 2026-01-01T00:00:01"):
            job.source.sample(job.clock.at(1))

    def test_the_load_to_come_changes_nothing_that_was_said(self) -> None:
        """Two loads that part at 1,800 s: until then engine and source say the same of both."""
        base = 200 + 150 * np.sin(np.arange(3_600) / 200)
        other = base.copy()
        other[1_800:] = 5_000.0
        assert told_until(1_800, base) == told_until(1_800, other)
        assert told_until(1_860, base) != told_until(1_860, other)


def told_until(second: int, load: "np.ndarray[Any, np.dtype[np.float64]]") -> list[object]:
    """All that engine and source say in a minute's rhythm, through an action and failures."""
    job = a_job(
        a_trace(load),
        due=(a_failure(700), a_failure(1_790)),
        busy=BusyModel(noise=0.1),
        cpu=CpuModel(per_record=1e-3, noise=0.05),
    )
    told: list[object] = []
    while job.clock.second < second:
        job.clock.wait(60)
        at = job.clock.now()
        told += [job.source.sample(at), job.source.sample_vertices(at)]
        told += [job.engine.describe(JOB), job.engine.progress(JOB)]
        span = at - timedelta(minutes=10), at, 60.0
        told += [job.source.history(*span), job.source.vertex_history(*span)]
        if job.clock.second == 1_200:
            job.engine.resize(JOB, replace(FOUR, parallelism=3))
    return [*told, job.held]
