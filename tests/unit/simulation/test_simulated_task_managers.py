from dataclasses import replace

import pytest

from flow_builders import FOUR
from horae.domain.job import JobPresence
from horae.errors import Unavailable
from horae.simulation.job.job_model import LogNormal, OutageModel, Outages
from horae.simulation.world.record import Held
from simulated_jobs import BOTH_WAYS, JOB, SIX, a_job, stop


class TestTaskManagers:
    """Who is paid for, from its request to its end."""

    def test_growing_pays_from_the_request(self) -> None:
        """Asked for at 100; the slots are there 10 s later."""
        job = a_job()
        job.clock.wait(100)
        job.engine.provide(SIX, keep=True)
        assert job.clock.second == 110
        assert job.engine.capabilities(JOB).maximum_slots == 6
        assert job.held[1:] == (Held(second=100, cores=6.0, memory_gb=24.0),)

    def test_they_come_also_where_nobody_waits_for_them(self) -> None:
        """After 4 of 10 s the call gives up; 6 s later the slots are there."""
        job = a_job()
        with pytest.raises(Unavailable, match="longer than the 4 s"):
            job.engine.provide(SIX, keep=True, timeout_seconds=4.0)
        job.clock.wait(6)
        assert job.engine.capabilities(JOB).maximum_slots == 6

    def test_those_that_run_the_job_stay_until_it_has_moved(self) -> None:
        """Three are asked for, four run the job: they go once it runs on three."""
        job, three = a_job(), replace(FOUR, parallelism=3)
        job.engine.provide(three, keep=False)
        assert job.held[-1].cores == 4.0
        job.engine.resize(JOB, three)
        job.clock.wait(20)
        job.engine.provide(three, keep=False)
        assert job.held[1:] == (Held(second=20, cores=3.0, memory_gb=12.0),)

    def test_a_pod_restart_exchanges_them_while_the_job_is_down(self) -> None:
        """None beside those in use before; six for four at the stop; no wait but the outage."""
        outage = OutageModel(seconds=LogNormal(median=40.0))
        job = a_job(outages=Outages(pod_restart=outage))
        job.engine.provide(SIX, keep=True)
        assert (job.clock.second, job.engine.capabilities(JOB).maximum_slots) == (0, 4)
        taken = stop(job)
        job.engine.provide(SIX, keep=False)
        job.engine.start(JOB, SIX, job_id="second", snapshot=taken)
        job.clock.wait(40)
        assert job.engine.describe(JOB).configuration == SIX
        assert job.held == (
            Held(second=0, cores=4.0, memory_gb=16.0),
            Held(second=2, cores=6.0, memory_gb=24.0),
        )

    def test_beside_a_pod_restart_growing_in_place_adds_them(self) -> None:
        """Only the parallelism differs, and the job can be rescaled in place."""
        outages = Outages(in_place=BOTH_WAYS.in_place, pod_restart=BOTH_WAYS.savepoint)
        job = a_job(outages=outages)
        job.engine.provide(SIX, keep=True)
        assert (job.clock.second, job.engine.capabilities(JOB).maximum_slots) == (10, 6)

    def test_a_start_waits_for_its_slots(self) -> None:
        """Started on a shape that is not there, it runs a second after that has come."""
        job, big = a_job(), replace(FOUR, parallelism=2, slots=2, cpu_cores=2.0)
        taken = stop(job)
        job.engine.start(JOB, big, job_id="second", snapshot=taken)
        job.clock.wait(60)
        assert job.engine.describe(JOB).presence is JobPresence.STARTING
        job.engine.provide(big, keep=False)
        job.clock.wait(1)
        assert job.engine.describe(JOB).configuration == big
