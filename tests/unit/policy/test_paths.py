"""Which way leads where."""

from dataclasses import replace

import pytest

from horae.domain.action import RescalePath
from horae.policy.paths import obstacle_between, path_between
from policy_builders import CAPABLE, at


def test_parallelism_alone_goes_in_place() -> None:
    """The gentlest way is taken."""
    assert path_between(at(1), at(4), CAPABLE) is RescalePath.IN_PLACE


@pytest.mark.parametrize(
    "changes",
    [
        {"slots": 2},
        {"cpu_cores": 2.0},
        {"memory_mb": 2048},
        {"checkpoint_interval_seconds": 30.0},
    ],
)
def test_anything_else_needs_a_savepoint(changes: dict[str, float]) -> None:
    """Slots, cores, memory and interval are fixed while a job runs."""
    assert path_between(at(1), at(1, **changes), CAPABLE) is RescalePath.SAVEPOINT


def test_without_rescaling_in_place_a_savepoint_does() -> None:
    """An engine that cannot resize stops the job and starts it again."""
    fixed = replace(CAPABLE, in_place=False)
    assert path_between(at(1), at(4), fixed) is RescalePath.SAVEPOINT


def test_no_way_leads_to_where_the_job_is() -> None:
    """Staying is not a move."""
    assert path_between(at(2), at(2), CAPABLE) is None


@pytest.mark.parametrize(
    ("changes", "target", "said"),
    [
        ({"maximum_task_managers": 2}, at(4), "at most 2 can be had"),
        ({"maximum_parallelism": 3}, at(4), "3 key groups"),
        ({"provisioned": False, "maximum_slots": 3}, at(4), "at most 3 can be had"),
        (
            {"provisioned": False, "why_not": {"provisioned": "no provisioner"}},
            at(1, slots=2),
            "another shape: no provisioner",
        ),
        ({"savepoint": False}, at(1, checkpoint_interval_seconds=30.0), "savepoint"),
        ({"savepoint": False, "in_place": False}, at(4), "in place"),
    ],
)
def test_an_obstacle_says_what_would_be_possible(
    changes: dict[str, object], target: object, said: str
) -> None:
    """No way, and the reason why."""
    capabilities = replace(CAPABLE, **changes)  # type: ignore[arg-type]
    assert path_between(at(1), target, capabilities) is None  # type: ignore[arg-type]
    assert said in (obstacle_between(at(1), target, capabilities) or "")  # type: ignore[arg-type]
