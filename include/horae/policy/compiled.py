"""Loops that Numba compiles, once: the machine code is kept on disk.

It is kept in `__pycache__` beside the source, or where `NUMBA_CACHE_DIR` says; `python -m
horae.policy.compiled` compiles all there is, so that no decision waits for it. Importing this
loads Numba, which takes 0.4 s and 100 MB: import what is compiled only where it is called.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(signature: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function for one signature, in the first process that ever asks for it.

    A kept result is thrown away when the function's own file changes, so what it calls must be in
    the same file. Where no folder can be written each process compiles for itself.

    Args:
        signature: Types of the result and of the arguments, as Numba writes them.
    """

    def compile_it(function: Callable[P, R]) -> Callable[P, R]:
        try:
            kept: Callable[P, R] = njit(signature, cache=True, error_model="numpy")(function)
        except (OSError, RuntimeError):
            kept = njit(signature, error_model="numpy")(function)
        return kept

    return compile_it


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function within those that call it; it is not kept by itself."""
    inner: Callable[P, R] = njit(error_model="numpy")(function)
    return inner


if __name__ == "__main__":
    import horae.policy.induction  # noqa: F401 (importing it compiles it)
