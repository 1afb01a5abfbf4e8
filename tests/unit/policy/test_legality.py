"""What may be chosen, and what a person is told who chooses something else."""

from dataclasses import replace

import pytest

from horae.domain.configuration import Configuration
from horae.domain.job import Vertex
from horae.policy.legality import what_is_illegal, what_is_wrong_with_vertices
from policy_builders import at

LEGAL = tuple(at(p) for p in (1, 2, 4))
VERTICES = tuple(
    Vertex(
        id=vertex_id,
        name=name,
        parallelism=4,
        max_parallelism=128,
        running_subtasks=4,
        running_since=None,
        is_source=False,
    )
    for vertex_id, name in (("a1", "Source"), ("b2", "Sink"))
)


def four_but(*vertices: tuple[str, int]) -> Configuration:
    """Four subtasks a vertex but for some."""
    return replace(at(4), vertices=vertices)


def test_vertices_of_their_own_do_not_make_a_configuration_illegal() -> None:
    """The largest parallelism must be legal, whatever single vertices have."""
    assert what_is_illegal(four_but(("a1", 3)), LEGAL) is None
    said = what_is_illegal(replace(at(3), vertices=(("a1", 2),)), LEGAL)
    assert said == "parallelism 3 is not legal, but 1, 2, 4"


def test_what_runs_with_vertices_of_their_own_may_become_uniform() -> None:
    """The present configuration is among the legal ones as it is."""
    assert what_is_illegal(at(4), (four_but(("a1", 2)),)) is None


@pytest.mark.parametrize(
    ("vertices", "said"),
    [
        ((("a1", 1), ("b2", 4)), None),
        ((), None),
        ((("c3", 2),), "vertex c3 is not one of the job's, a1 (Source), b2 (Sink)"),
        ((("b2", 0),), "vertex Sink cannot have 0 subtasks, but 1 to 4"),
        ((("b2", 5),), "vertex Sink cannot have 5 subtasks, but 1 to 4"),
    ],
)
def test_a_vertex_has_between_one_subtask_and_the_parallelism(
    vertices: tuple[tuple[str, int], ...], said: str | None
) -> None:
    """And it is one of the job's."""
    assert what_is_wrong_with_vertices(four_but(*vertices), VERTICES) == said
