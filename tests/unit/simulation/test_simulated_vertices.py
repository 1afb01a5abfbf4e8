from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from flow_builders import FOUR, a_failure, a_trace
from horae.domain.vertex_catalogue import VERTEX_CATALOGUE
from horae.simulation.job.job_model import VertexModel
from simulated_jobs import JOB, QUIET, a_job, after, sampled


class TestVertices:
    """Each vertex by itself."""

    def vertices(self, seconds: int = 120, **model: Any) -> Mapping[str, Mapping[str, float]]:
        """The vertices after some seconds, a minute after the sample before."""
        job = a_job(**({"busy": QUIET} | model))
        job.clock.wait(seconds - 60)
        sampled(job)
        job.clock.wait(60)
        sampled(job)
        return job.source.sample_vertices(job.clock.now())

    def test_records_follow_the_selectivity_along_every_edge(self) -> None:
        """200 come in; the source doubles them and feeds two vertices: 800 out, 400 into each.

        Of one a quarter goes on, 100, of the other all: the join gets 500 and sends none.
        """
        told = self.vertices(
            vertices=(
                VertexModel(name="source", selectivity=2.0, cost=0.2),
                VertexModel(name="few", inputs=("source",), selectivity=0.25, cost=0.5),
                VertexModel(name="all", inputs=("source",), cost=0.5),
                VertexModel(name="join", inputs=("few", "all"), hashed=True),
            )
        )
        rates = {
            vertex: (one["records_in_per_second"], one["records_out_per_second"])
            for vertex, one in told.items()
        }
        assert list(rates) == ["source", "few", "all", "join"]
        assert rates["source"] == pytest.approx((200, 800))
        assert rates["few"] == pytest.approx((400, 100))
        assert rates["all"] == pytest.approx((400, 400))
        assert rates["join"] == pytest.approx((500, 0))

    def test_they_are_busy_by_their_cost_and_their_own_subtasks(self) -> None:
        """At cost 0.3 and half the subtasks the source works 0.6 of what the dearest one does."""
        job = a_job(busy=QUIET)
        narrow = replace(FOUR, vertices=(("source", 2),))
        job.engine.resize(JOB, narrow)
        told = after(120, job)
        vertices = job.source.sample_vertices(job.clock.now())
        assert vertices["process"]["busy_ratio"] == pytest.approx(told["busy_ratio_max"])
        assert vertices["source"]["busy_ratio"] == pytest.approx(0.6 * 0.5)
        assert {name: one["parallelism"] for name, one in vertices.items()} == {
            "source": 2.0, "process": 4.0,
        }  # fmt: skip

    def test_the_narrowest_vertex_is_the_bottleneck(self) -> None:
        """One subtask of four at cost 0.3: capacity 400 x 0.25 / 0.3 = 333 of 300 offered."""
        job = a_job(a_trace(300.0, seconds=3_600), busy=QUIET)
        job.engine.resize(JOB, replace(FOUR, vertices=(("source", 1),)))
        job.clock.wait(600)
        sampled(job)
        told = job.source.sample_vertices(job.clock.now())
        assert told["source"]["busy_ratio"] == pytest.approx(300 / (100 / 0.3))
        assert told["process"]["busy_ratio"] == pytest.approx(300 / 400)

    def test_only_sources_tell_of_the_input(self) -> None:
        """24 partitions, and nothing waits."""
        told = self.vertices()
        assert (told["source"]["partitions"], told["source"]["lag_records"]) == (24.0, 0.0)
        assert not {"partitions", "lag_records"} & set(told["process"])
        assert set(told["source"]) == set(VERTEX_CATALOGUE)

    def test_two_sources_share_the_input(self) -> None:
        """Half of the records and of the partitions each."""
        both = ("left", "right")
        told = self.vertices(
            vertices=(
                *(VertexModel(name=name, cost=0.5) for name in both),
                VertexModel(name="join", inputs=both),
            )
        )
        assert [told[name]["records_in_per_second"] for name in both] == pytest.approx([100] * 2)
        assert [told[name]["partitions"] for name in both] == [12.0, 12.0]
        assert told["join"]["records_in_per_second"] == pytest.approx(200)

    def test_there_is_no_rate_over_a_start(self) -> None:
        """The sample before was taken before the failure."""
        job = a_job(due=(a_failure(100),))
        job.clock.wait(60)
        sampled(job)
        job.clock.wait(60)
        sampled(job)
        told = job.source.sample_vertices(job.clock.now())
        assert "records_in_per_second" not in told["source"]
        assert "busy_ratio" in told["source"]
