"""Single vertices, as a person names them."""

from dataclasses import replace

import pytest

from control_builders import SMALL, at
from horae.control.vertices import with_vertices
from horae.domain.job import Vertex
from horae.errors import Refused


def a_vertex(vertex_id: str, name: str) -> Vertex:
    """Four subtasks that run."""
    return Vertex(
        id=vertex_id,
        name=name,
        parallelism=4,
        max_parallelism=128,
        running_subtasks=4,
        running_since=None,
        is_source=False,
    )


VERTICES = (a_vertex("a1", "Source: views"), a_vertex("b2", "Window"), a_vertex("c3", "Sink: out"))


def test_a_vertex_is_named_by_its_id_or_the_beginning_of_its_name() -> None:
    """The others keep the four subtasks they have."""
    for name in ("a1", "Source", "Source: views"):
        assert with_vertices(at(4), {name: 2}, VERTICES) == replace(at(4), vertices=(("a1", 2),))


def test_the_parallelism_is_the_largest_of_all_vertices() -> None:
    """One vertex of eight makes the others the exceptions."""
    assert with_vertices(at(4), {"b2": 8}, VERTICES) == replace(
        at(8), vertices=(("a1", 4), ("c3", 4))
    )


def test_vertices_that_are_all_asked_for_alike_are_no_exceptions() -> None:
    """Two for each is parallelism 2."""
    assert with_vertices(at(4), {"a1": 2, "b2": 2, "c3": 2}, VERTICES) == at(2)


def test_a_vertex_that_differs_already_keeps_its_own() -> None:
    """Only the sink is asked about."""
    before = replace(at(4), vertices=(("a1", 2),))
    after = with_vertices(before, {"c3": 1}, VERTICES)
    assert after == replace(at(4), vertices=(("a1", 2), ("c3", 1)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"Map": 2}, "there is no vertex 'Map'"),
        ({"S": 2}, "'S' fits 2 vertices"),
        ({"": 2}, "there is no vertex ''"),
        ({"a1": 2, "Source": 3}, "'a1' and 'Source' are the same vertex"),
    ],
)
def test_what_names_no_single_vertex_is_refused(asked: dict[str, int], said: str) -> None:
    """With the vertices there are, unless one is named twice."""
    with pytest.raises(Refused, match=said) as refusal:
        with_vertices(SMALL, asked, VERTICES)
    listed = "a1 (Source: views), b2 (Window), c3 (Sink: out)"
    assert (listed in str(refusal.value)) is ("same" not in said)
