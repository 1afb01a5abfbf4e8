"""The compiled loops of the dynamic program: what they are kept in, and what they give without."""

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numba.core import caching

from horae.policy.compiled import compiled
from horae.policy.dynamic_program import Plan, Program, solve

SOLVE = """
import pickle, sys
from pathlib import Path
from horae.policy.dynamic_program import solve
folder = Path(sys.argv[1])
(folder / "plan").write_bytes(pickle.dumps(solve(pickle.loads((folder / "program").read_bytes()))))
"""
HITS = """
from horae.policy.induction import best_choices, follow
print([sum(each.stats.cache_hits.values()) for each in (best_choices, follow)])
"""


def a_program(steps: int = 6, size: int = 4, draws: int = 3) -> Program:
    """Loads around the capacities, three ways between most configurations."""
    rng = np.random.default_rng(7)
    return Program(
        seconds=np.full(steps, 60.0),
        decides=np.arange(steps) > 0,
        load=rng.uniform(50, 250, (draws, steps)),
        capacity=rng.uniform(50, 300, (draws, size)),
        outage=rng.uniform(1, 12, (draws, 3)),
        replayed=rng.uniform(0, 5, (draws, 3)),
        in_place=np.array([True, False, False]),
        possible=(rng.random((3, size, size)) < 0.6) & ~np.eye(size, dtype=bool),
        price=rng.uniform(0.1, 1, size),
        failures=rng.uniform(0, 0.1, (steps, size)),
        violation=3.0,
        action=1.0,
        limit=10.0,
        ages=np.array([0.0, 5.0, 10.0, 20.0, 80.0]),
    )


def python(*arguments: str, **environ: str) -> str:
    """What a process of its own prints."""
    call = [sys.executable, *arguments]
    return subprocess.run(
        call, env=os.environ | environ, check=True, capture_output=True, encoding="utf-8"
    ).stdout


def solved_elsewhere(program: Program, folder: Path, environ: Mapping[str, str]) -> Plan:
    """The plan that a process of its own finds."""
    (folder / "program").write_bytes(pickle.dumps(program))
    python("-c", SOLVE, str(folder), **environ)
    plan: Plan = pickle.loads((folder / "plan").read_bytes())  # noqa: S301 (written above)
    return plan


def assert_same(one: Plan, other: Plan) -> None:
    """To the last bit."""
    for name in ("choice", "way", "expected", "following"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_compiled_loops_give_what_python_gives(tmp_path: Path) -> None:
    """With Numba told to compile nothing the plan is the same to the last bit."""
    program = a_program()
    plan = solve(program)
    assert len(np.unique(plan.choice[1:] - np.arange(4)[:, None])) > 1  # there is a switch in it
    assert_same(plan, solved_elsewhere(program, tmp_path, {"NUMBA_DISABLE_JIT": "1"}))


def test_what_was_compiled_ahead_is_used_by_later_processes(tmp_path: Path) -> None:
    """As in the image: for any processor, in a folder by name, and the plan is the same."""
    environ = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    python("-m", "horae.policy.compiled", **environ)
    assert python("-c", HITS, **environ) == "[1, 1]\n"
    program = a_program()
    assert_same(solve(program), solved_elsewhere(program, tmp_path, environ))


def double(value: float) -> float:
    """Twice the value."""
    return 2 * value


def fails(*_: object) -> None:
    """As a read-only or full file system does."""
    raise OSError


@pytest.mark.parametrize(
    ("owner", "name"),
    [(caching._CacheLocator, "ensure_cache_path"), (caching.FunctionCache, "save_overload")],
    ids=["read-only", "full"],
)
def test_where_nothing_can_be_written_a_process_compiles_for_itself(
    owner: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function works all the same, and is compiled."""
    monkeypatch.setattr(owner, name, fails)
    twice = compiled("f8(f8)")(double)
    assert twice(2.0) == 4.0
    assert twice.signatures  # type: ignore[attr-defined]


def test_who_solves_no_plan_imports_no_numba() -> None:
    """It costs 0.4 s and 100 MB: the planner is imported by all that decide."""
    program = (
        "import sys, horae.control.steps, horae.policy.planner; print('numba' in sys.modules)"
    )
    assert python("-c", program) == "False\n"
