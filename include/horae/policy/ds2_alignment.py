"""Numbers of subtasks that share key groups or partitions evenly, as the Flink operator aligns.

Source: alignment modes of the autoscaler of the Flink Kubernetes Operator 1.16. As there, a vertex
with more subtasks than partitions keeps them: nothing is rounded down.
"""

from typing import Literal

Alignment = Literal["balanced", "evenly-spread", "off"]


def aligned(target: int, *, current: int, shares: int, upper: int, alignment: Alignment) -> int:
    """The first number of subtasks from `target` up that shares evenly, or `target`.

    Args:
        target: Subtasks wanted, at least 1.
        current: Subtasks there are; a vertex that shrinks is not aligned beyond them.
        shares: Key groups or partitions that the subtasks share.
        upper: Most subtasks there may be.
        alignment: `evenly-spread`: each subtask gets as many; `balanced`: or at least the fullest
            one gets fewer than with `target`; `off`: whatever is wanted.
    """
    if alignment == "off":
        return target
    last = min(shares, upper)
    if target < current:
        last = min(current, last)
    for count in range(target, last + 1):
        fewer = alignment == "balanced" and shares // count < shares // target
        if shares % count == 0 or fewer:
            return count
    return target
