"""A policy that sizes single vertices, through the whole of deciding."""

from pathlib import Path

import pytest

from control_builders import SMALL, a_spec, at, ramp
from control_world import World
from horae.domain.action import RescalePath
from horae.domain.decision import Verb
from horae.domain.job import JobDescription
from horae.domain.proposal import Reason
from horae.domain.window import MetricsWindow
from horae.metrics.collector import Collected
from policy_builders import with_vertices

DS2 = {"name": "ds2", "metrics_seconds": 60}


class WorldOfVertices(World):
    """The known job: `source` does all of the work, `window` a fifth of it."""

    def collect(self, seen: JobDescription, before: MetricsWindow | None) -> Collected:
        """What is shown of the job, told of each vertex too."""
        collected = super().collect(seen, before)
        frame = collected.window.frame
        rate, busy = frame["consumed_records_per_second"], frame["busy_ratio_max"]
        each = {"records_in_per_second": rate.to_list(), "records_out_per_second": rate.to_list()}
        told = {
            "source": {
                **each,
                "busy_ratio": busy.to_list(),
                "backpressured_ratio": 0.0,
                "lag_records": frame["lag_records"].to_list(),
                "parallelism": 1.0,
            },
            "window": {**each, "busy_ratio": (busy / 5).to_list(), "parallelism": 1.0},
        }
        window = with_vertices(collected.window, told)
        return Collected(window=window, unavailable=collected.unavailable)


@pytest.fixture
def world(tmp_path: Path) -> WorldOfVertices:
    """A job that cannot keep up: 400 records/s in the end, and one slot for 250."""
    return WorldOfVertices(tmp_path, spec=a_spec(policy=DS2), load=ramp(100, 400))


def test_the_busy_vertex_alone_gets_more(world: WorldOfVertices) -> None:
    """Three or four subtasks of `source` are needed, of which four are legal; `window` keeps one.

    All guards allow a size of its own for a vertex.
    """
    decision = world.decide("c1")
    assert (decision.verb, decision.reason) == (Verb.RESCALE, Reason.DS2_UP)
    assert decision.proposal is not None
    assert decision.proposal.target.vertices == (("window", 1),)
    assert decision.proposal.target.parallelism == at(4).parallelism
    assert decision.proposal.path is RescalePath.IN_PLACE
    assert all(answer.allowed for answer in decision.guards)


def test_where_single_vertices_cannot_be_set_all_get_as_many(world: WorldOfVertices) -> None:
    """An engine that cannot rescale in place is asked for one number, by a savepoint."""
    world.engine.capable["in_place"] = False
    decision = world.decide("c1")
    assert decision.proposal is not None
    assert (decision.proposal.target, decision.origin) == (at(4), SMALL)
    assert decision.proposal.path is RescalePath.SAVEPOINT
    assert all(answer.allowed for answer in decision.guards)
