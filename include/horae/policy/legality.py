"""Says what is wrong with a configuration that may not be chosen, and what would be right."""

from collections.abc import Sequence
from dataclasses import fields, replace

from horae.domain.configuration import Configuration
from horae.domain.job import Vertex

AXES = tuple(axis.name for axis in fields(Configuration) if axis.name != "vertices")


def what_is_illegal(target: Configuration, legal: Sequence[Configuration]) -> str | None:
    """Every axis with an illegal value, and its legal ones; None where the target is legal.

    Single vertices are not looked at: `what_is_wrong_with_vertices`.
    """
    if not legal:
        return "no configuration is legal: the search space is empty"
    if _uniform(target) in map(_uniform, legal):
        return None
    faults = [said for axis in AXES if (said := _fault(axis, target, legal)) is not None]
    if faults:
        return "; ".join(faults)
    return (
        f"{target}: each value is legal, but not together; with parallelism {target.parallelism} "
        f"the legal ones are {_shapes(target, legal)}"
    )


def what_is_wrong_with_vertices(target: Configuration, vertices: Sequence[Vertex]) -> str | None:
    """Every vertex that does not exist or would have too few or too many subtasks; None: none.

    Args:
        target: What is wanted.
        vertices: The job's.
    """
    known = {vertex.id: vertex for vertex in vertices}
    faults = [
        f"vertex {vertex} is not one of the job's, {vertices_listed(vertices)}"
        if vertex not in known
        else f"vertex {known[vertex].name} cannot have {count} subtasks, but 1 to "
        f"{target.parallelism}"
        for vertex, count in target.vertices
        if vertex not in known or not 1 <= count <= target.parallelism
    ]
    return "; ".join(faults) or None


def vertices_listed(vertices: Sequence[Vertex]) -> str:
    """A job's vertices for people, in topological order."""
    return (
        ", ".join(f"{vertex.id} ({vertex.name})" for vertex in vertices) or "of which none shows"
    )


def _uniform(configuration: Configuration) -> Configuration:
    return replace(configuration, vertices=())


def _fault(axis: str, target: Configuration, legal: Sequence[Configuration]) -> str | None:
    values = sorted({getattr(configuration, axis) for configuration in legal})
    value = getattr(target, axis)
    if value in values:
        return None
    return f"{axis} {value:g} is not legal, but {', '.join(f'{v:g}' for v in values)}"


def _shapes(target: Configuration, legal: Sequence[Configuration]) -> str:
    shapes = sorted(
        {(x.slots, x.cpu_cores, x.memory_mb) for x in legal if x.parallelism == target.parallelism}
    )
    return " or ".join(f"{n} slots, {c:g} cores, {m} MB" for n, c, m in shapes) or "none"
