import math
from dataclasses import replace

import pytest
from pydantic import ValidationError

from flow_builders import FOUR, a_kind, a_model
from horae.simulation.job.job_model import CapacityModel, LogNormal, OutageModel, VertexModel


def test_a_log_normal_is_its_median_at_score_zero() -> None:
    """And e^deviation of it one deviation higher."""
    one = LogNormal(median=10, deviation=0.5)
    assert (one.at(0), one.at(1)) == pytest.approx((10, 10 * math.exp(0.5)))
    assert LogNormal(median=0).at(3) == 0


def test_the_capacity_is_the_published_form() -> None:
    """e^4 x 16^0.9 x 0.5^-0.6 x 4^0.2: 8 TaskManagers of 2 cores, 1 slot and 4 GiB."""
    capacity = CapacityModel(
        ln_rate=4, cores_exponent=0.9, slots_exponent=-0.6, memory_exponent=0.2
    )
    found = capacity.median(replace(FOUR, parallelism=8, cpu_cores=2.0, memory_mb=4_096))
    assert found == pytest.approx(math.exp(4) * 16**0.9 * 0.5**-0.6 * 4**0.2)


def test_a_slot_without_a_subtask_carries_nothing() -> None:
    """Three subtasks on two TaskManagers of two slots: three quarters of four."""
    capacity = CapacityModel(ln_rate=4)
    four = capacity.median(replace(FOUR, parallelism=4, slots=2))
    assert capacity.median(replace(FOUR, parallelism=3, slots=2)) == pytest.approx(0.75 * four)


def test_a_ceiling_bounds_every_configuration() -> None:
    """150 records/s instead of 4 e^4, and what is less stays as it is."""
    capacity = CapacityModel(ln_rate=4, ceiling=150)
    assert capacity.median(FOUR) == 150
    assert capacity.median(replace(FOUR, parallelism=1)) == pytest.approx(math.exp(4))


def test_the_narrowest_vertex_bounds_a_job() -> None:
    """The dearest one with half of the subtasks halves it; one that costs a half may have half."""
    vertices = (
        VertexModel(name="source", cost=0.5),
        VertexModel(name="join", inputs=("source",)),
    )
    model = a_model(vertices=vertices)
    assert model.narrowest(FOUR) == 1
    assert model.narrowest(replace(FOUR, vertices=(("join", 2),))) == 0.5
    assert model.narrowest(replace(FOUR, vertices=(("source", 2),))) == 1
    assert model.narrowest(replace(FOUR, vertices=(("join", 2), ("source", 1)))) == 0.5
    assert model.narrowest(replace(FOUR, vertices=(("join", 3), ("source", 1)))) == 0.5


def test_an_outage_grows_with_size_and_state() -> None:
    """10 s x 4^0.5 TaskManagers x 8^(1/3) GiB; less than a GiB counts as one."""
    outage = OutageModel(
        seconds=LogNormal(median=10, deviation=0.1), size_exponent=0.5, state_exponent=1 / 3
    )
    assert outage.drawn(FOUR, 8.0, 0.0) == pytest.approx(40)
    assert outage.drawn(FOUR, 0.1, 0.0) == pytest.approx(20)
    assert outage.drawn(FOUR, 0.1, 1.0) == pytest.approx(20 * math.exp(0.1))


@pytest.mark.parametrize(
    ("other", "where"),
    [
        ({"name": "Not a name"}, "name"),
        ({"format": 2}, "format"),
        ({"partitions": 0}, "partitions"),
        ({"colour": "blue"}, "colour"),
        ({"capacity": {"ln_rate": math.nan}}, "capacity"),
        ({"checkpoints": {"cost": 1.5}}, "checkpoints"),
        ({"failures": {"worker": {"visible": {"median": -1}, "dark": {"median": 1}}}}, "failures"),
        ({"recovery": {"drain": {"median": 3, "deviation": -1}}}, "recovery"),
    ],
)
def test_what_no_job_can_have_is_refused(other: dict[str, object], where: str) -> None:
    """With the place in which it stands."""
    with pytest.raises(ValidationError) as caught:
        a_model(**other)
    assert {error["loc"][0] for error in caught.value.errors()} == {where}


def test_all_faults_are_told_at_once() -> None:
    """Two sections, two faults."""
    with pytest.raises(ValidationError) as caught:
        a_model(partitions=0, failures={"worker": a_kind(1, 1).model_dump() | {"weight": 0}})
    assert [error["loc"][0] for error in caught.value.errors()] == ["partitions", "failures"]
