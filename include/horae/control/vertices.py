"""What a person says of single vertices, as a configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from horae.domain.configuration import Configuration
from horae.domain.job import Vertex
from horae.errors import Refused
from horae.policy.legality import vertices_listed


def with_vertices(
    base: Configuration, asked: Mapping[str, int], vertices: Sequence[Vertex]
) -> Configuration:
    """`base` with some vertices at a parallelism of their own.

    Args:
        base: What the others keep.
        asked: Id of a vertex, or the beginning of a name that only one has, to its parallelism.
        vertices: The job's.

    Returns:
        Its parallelism is the largest of all vertices; whether the engine can have it so is not
        looked at.

    Raises:
        Refused: A vertex is not known, not told apart from another, or named twice.
    """
    wanted = {vertex.id: base.parallelism_of(vertex.id) for vertex in vertices}
    named: dict[str, str] = {}
    for name, count in asked.items():
        vertex = _the_one(name, vertices)
        if vertex.id in named:
            raise Refused(f"{named[vertex.id]!r} and {name!r} are the same vertex; name it once")
        named[vertex.id] = name
        wanted[vertex.id] = count
    most = max(wanted.values(), default=base.parallelism)
    fewer = tuple(sorted((vertex, count) for vertex, count in wanted.items() if count != most))
    return replace(base, parallelism=most, vertices=fewer)


def _the_one(name: str, vertices: Sequence[Vertex]) -> Vertex:
    found = [vertex for vertex in vertices if vertex.id == name] or [
        vertex for vertex in vertices if name and vertex.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    what = f"{name!r} fits {len(found)} vertices" if found else f"there is no vertex {name!r}"
    raise Refused(
        f"{what}; give an id, or the beginning of a name that only one has, of "
        f"{vertices_listed(vertices)}"
    )
