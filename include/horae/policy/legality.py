"""Says what is wrong with a configuration that may not be chosen, and what would be right."""

from collections.abc import Sequence
from dataclasses import fields

from horae.domain.configuration import Configuration

AXES = tuple(axis.name for axis in fields(Configuration))


def what_is_illegal(target: Configuration, legal: Sequence[Configuration]) -> str | None:
    """Every axis with an illegal value, and its legal ones; None where the target is legal."""
    if target in legal:
        return None
    if not legal:
        return "no configuration is legal: the search space is empty"
    faults = [said for axis in AXES if (said := _fault(axis, target, legal)) is not None]
    if faults:
        return "; ".join(faults)
    return (
        f"{target}: each value is legal, but not together; with parallelism {target.parallelism} "
        f"the legal ones are {_shapes(target, legal)}"
    )


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
