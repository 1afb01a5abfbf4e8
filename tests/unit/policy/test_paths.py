"""Which way leads where."""

from dataclasses import replace

import pytest

from horae.domain.action import RescalePath
from horae.policy.paths import (
    obstacle_between,
    path_between,
    paths_an_action_may_take,
    paths_between,
    what_a_path_risks,
)
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


BOTH = replace(CAPABLE, checkpoint=True)
OTHER_INTERVAL = at(1, checkpoint_interval_seconds=30.0)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, (RescalePath.SAVEPOINT, RescalePath.CHECKPOINT)),
        ({"savepoint": False}, (RescalePath.CHECKPOINT,)),
        ({"checkpoint": False}, (RescalePath.SAVEPOINT,)),
        ({"savepoint": False, "checkpoint": False}, ()),
    ],
)
def test_every_way_that_the_engine_can_go_is_named(
    changes: dict[str, bool], paths: tuple[RescalePath, ...]
) -> None:
    """More than the parallelism changes: the gentlest first."""
    assert paths_between(at(1), OTHER_INTERVAL, replace(BOTH, **changes)) == paths


def test_where_in_place_is_enough_nothing_else_is_named() -> None:
    """It keeps the job, and reads nothing again."""
    assert paths_between(at(1), at(2), BOTH) == (RescalePath.IN_PLACE,)
    fixed = replace(BOTH, in_place=False)
    assert paths_between(at(1), at(2), fixed) == (RescalePath.SAVEPOINT, RescalePath.CHECKPOINT)


def test_single_vertices_need_an_engine_that_can_set_them() -> None:
    """In place where it rescales in place, otherwise by a start; not at all where it cannot."""
    single = replace(at(2), vertices=(("a1", 1),))
    assert paths_between(at(1), single, BOTH) == (RescalePath.IN_PLACE,)
    with_interval = replace(single, checkpoint_interval_seconds=30.0)
    assert path_between(at(1), with_interval, BOTH) is RescalePath.SAVEPOINT
    by_a_start = replace(BOTH, in_place=False)
    assert path_between(at(1), single, by_a_start) is RescalePath.SAVEPOINT
    for target in (single, with_interval):
        obstacle = obstacle_between(at(1), target, replace(by_a_start, vertices=False))
        assert "single vertices cannot be set" in (obstacle or "")


def test_from_single_vertices_to_one_number_any_way_leads() -> None:
    """The engine starts a job with one parallelism for all."""
    single = replace(at(2), vertices=(("a1", 1),))
    assert paths_between(single, at(2), BOTH) == (RescalePath.IN_PLACE,)
    assert RescalePath.SAVEPOINT in paths_between(single, OTHER_INTERVAL, BOTH)


def test_a_savepoint_falls_back_to_a_checkpoint_where_that_is_possible() -> None:
    """No other way has a way behind it."""
    save, check = RescalePath.SAVEPOINT, RescalePath.CHECKPOINT
    assert paths_an_action_may_take(save, BOTH) == (save, check)
    assert paths_an_action_may_take(save, CAPABLE) == (save,)
    assert paths_an_action_may_take(check, BOTH) == (check,)
    assert paths_an_action_may_take(RescalePath.IN_PLACE, BOTH) == (RescalePath.IN_PLACE,)


def test_no_checkpoint_is_gone_back_to_in_silence() -> None:
    """Neither as the way itself nor as what a savepoint falls back to."""
    said = what_a_path_risks(RescalePath.SAVEPOINT, BOTH, patience_seconds=300)
    assert said is not None
    assert said.startswith("Should the savepoint fail or take longer than 300 s, ")
    said = what_a_path_risks(RescalePath.CHECKPOINT, BOTH, patience_seconds=300)
    assert said is not None
    assert said.startswith("No savepoint is taken")
    assert what_a_path_risks(RescalePath.SAVEPOINT, CAPABLE, patience_seconds=300) is None
    assert what_a_path_risks(RescalePath.IN_PLACE, BOTH, patience_seconds=300) is None
