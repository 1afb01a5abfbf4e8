"""What is kept of each run: a small file named by all that determines it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import horae
from horae.control.entries import from_body, to_body
from horae.domain.configuration import Configuration
from horae.domain.limits import Limits
from horae.errors import HoraeError
from horae.files import write_whole
from horae.simulation.backtest.backtest import Rehearsal, Rehearsed
from horae.simulation.score.curves import Curves, curves
from horae.simulation.score.recoveries import Definition, recoveries
from horae.simulation.score.scores import Score, score
from horae.simulation.world.record import ActionSeen

FORMAT = 1
DIGITS = 24
"""Of the name of a file, in hexadecimal: 96 bits never meet."""

LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "statsmodels", "darts", "pydantic")
"""Another version of one may give other figures."""

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Which run.

    Attributes:
        policy: The contender's name.
        trace: The trace's name.
        world: The world's name.
        seed: The seed.
    """

    policy: str
    trace: str
    world: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is kept of a run.

    Attributes:
        who: Which run.
        score: Its figures.
        changes: See `RunRecord.changes`.
        configurations: That were in force, each once, sorted.
        cycles: That ended in a decision.
        failed_cycles: What went wrong in the others.
        entries: Of its ledger.
        last_hash: Of the newest of them: two runs with the same saw and did the same.
        actions: In the order of time.
        failed_at: Second of each failure.
        recovered: Seconds from each failure to the recovery (A); None: not within 15 minutes, or
            the run ended before.
        curves: For plots; None: only kept of the seed that is shown.
    """

    who: Who
    score: Score
    changes: int
    configurations: tuple[Configuration, ...]
    cycles: int
    failed_cycles: tuple[str, ...]
    entries: int
    last_hash: str
    actions: tuple[ActionSeen, ...]
    failed_at: tuple[int, ...]
    recovered: tuple[int | None, ...]
    curves: Curves | None


def result_of(run: Rehearsal, seen: Rehearsed, *, shown: bool) -> Result:
    """What to keep of a run.

    Args:
        run: What was run.
        seen: What came of it.
        shown: Its course is to be plotted.
    """
    record, prices = seen.record, run.terms.prices.prices()
    limits: Limits = run.terms.limits.limits()
    told = score(record, limits=limits, prices=prices, beside=run.contender.beside)
    head = seen.ledger.heads().get(run.model.name)
    found = recoveries(record, limits.processing_latency_seconds, Definition.LATENCY)
    return Result(
        who=who(run),
        score=told,
        changes=record.changes,
        configurations=tuple(sorted({one for _, one in record.configurations})),
        cycles=len(seen.decision_seconds),
        failed_cycles=seen.failed_cycles,
        entries=head.count if head else 0,
        last_hash=head.last_hash if head else "",
        actions=record.actions,
        failed_at=tuple(one.at for one in found),
        recovered=tuple(one.seconds for one in found),
        curves=curves(record, prices) if shown else None,
    )


def who(run: Rehearsal) -> Who:
    """Which run it is."""
    return Who(
        policy=run.contender.name, trace=run.trace.name, world=run.world.name, seed=run.seed
    )


def name_of(kind: str, inputs: Mapping[str, Any]) -> str:
    """Name of the file of what follows from these inputs and from this code.

    Args:
        kind: What is kept in it.
        inputs: As JSON.
    """
    whole = {"format": FORMAT, "kind": kind, "code": code_version(), **inputs}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}.json"


def inputs_of(run: Rehearsal, *, with_contender: bool = True) -> dict[str, Any]:
    """All that determines a run but for the code, as JSON.

    Args:
        run: The run.
        with_contender: Also who looks after the job; False: what is the same for all of them.
    """
    trace = run.trace
    inputs = {
        "model": run.model.model_dump(mode="json"),
        "world": to_body(run.world),
        "trace": {
            "name": trace.name,
            "season_seconds": trace.season_seconds,
            "history_seconds": trace.history_seconds,
            "load": hashlib.sha256(trace.load.tobytes()).hexdigest(),
        },
        "seed": run.seed,
        "terms": run.terms.model_dump(mode="json"),
    }
    contender = run.contender.model_dump(mode="json") if with_contender else None
    return inputs | ({"contender": contender} if with_contender else {})


def keep(value: object, path: Path) -> None:
    """Write a value, whole or not at all; a repeat writes the same bytes."""
    text = json.dumps(to_body(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    write_whole(path, text + "\n")


def kept(kind: type[Kept], path: Path) -> Kept | None:
    """The value of a file; None where there is none yet.

    Raises:
        HoraeError: The file holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return from_body(kind, json.loads(text))
    except ValueError as error:
        raise HoraeError(
            f"{path} holds no {kind.__name__}: {error}; remove it, and it is made again"
        ) from error


@cache
def code_version() -> str:
    """Horae's version, and a digest of its modules and of the libraries that reckon for it.

    A change of any of them is another code.
    """
    folder = Path(horae.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return f"{horae.__version__}+{digest.hexdigest()[:12]}"
