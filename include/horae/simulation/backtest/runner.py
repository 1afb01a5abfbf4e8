"""Many runs, over several processes, each of them made once.

A folder holds what was made; a second call makes only what is missing, and what no longer follows
from its inputs has another name. The same inputs fill a folder with the same bytes, however many
processes made them: nothing that takes its time or its place is written there.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TypeVar

from horae.control.entries import to_body
from horae.domain.configuration import Configuration
from horae.errors import HoraeError
from horae.simulation.backtest.backtest import Rehearsal, rehearse
from horae.simulation.backtest.plan import FIRST_SEED, Plan, Scene
from horae.simulation.backtest.results import Result, inputs_of, keep, kept, name_of, result_of
from horae.simulation.backtest.timings import Timing, timing_of
from horae.simulation.backtest.yardsticks import (
    OraclesFound,
    StaticBestFound,
    configurations_of,
    find_oracles,
    find_static_best,
)

RUNS = "runs"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Tell = Callable[[float], None]
"""Hears that a step is done, and how many hours of simulated time it computed."""
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """All that a back-test has made, now or before.

    Attributes:
        results: One a run, in the order of the plan.
        static_best: One a trace and world; empty without references.
        oracles: One a trace, world and seed; empty without references.
        timings: Of the runs that were made now.
    """

    results: tuple[Result, ...]
    static_best: tuple[StaticBestFound, ...]
    oracles: tuple[OraclesFound, ...]
    timings: tuple[Timing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file to make.

    Attributes:
        path: The file.
        make: Makes it, in any process.
        hours: Simulated time in it.
    """

    path: Path
    make: Callable[[Path], Timing | None]
    hours: float = 0.0


def run_plan(plan: Plan, folder: Path, *, jobs: int, tell: Tell) -> Made:
    """Make everything that a plan needs and a folder does not hold yet.

    Args:
        plan: What is to be made.
        folder: Its `runs` hold what was made.
        jobs: Processes; each computes with one thread.
        tell: Hears of each step.

    Raises:
        SettingsError: The settings of a contender contradict each other: nothing was made.
    """
    for run in next(plan.scenes()):
        run.spec()
    place = folder / RUNS
    place.mkdir(parents=True, exist_ok=True)
    with _one_thread_each(), processes(jobs) as pool:
        files = [run_file(run, place) for scene in plan.scenes() for run in scene]
        timings = _make(pool, list(_runs(plan, place)), tell)
        results = {path: _there(Result, path) for path in files}
        references = _References(plan, place, results) if plan.references else None
        if references is not None:
            _make(pool, [*references.static_best(), *references.oracles()], tell)
    return Made(
        results=tuple(results.values()),
        static_best=references.static_best_found() if references else (),
        oracles=references.oracles_found() if references else (),
        timings=tuple(timings),
    )


def run_file(run: Rehearsal, place: Path) -> Path:
    """Where the result of a run is kept."""
    return place / name_of("run", inputs_of(run))


def make_run(path: Path, run: Rehearsal) -> Timing:
    """Make a run and keep its result."""
    begin = time.perf_counter()
    seen = rehearse(run)
    result = result_of(run, seen, shown=run.seed == FIRST_SEED)
    keep(result, path)
    return timing_of(result.who, seen, time.perf_counter() - begin)


def make_static_best(
    path: Path, runs: Sequence[Rehearsal], configurations: Sequence[Configuration]
) -> None:
    """Look for the best constant configuration and keep it."""
    keep(find_static_best(runs, configurations), path)


def make_oracles(
    path: Path,
    runs: Sequence[tuple[Rehearsal, Result]],
    configurations: Sequence[Configuration],
) -> None:
    """Ask the oracle about each run of a scene, and keep its answers."""
    keep(find_oracles(runs, configurations), path)


def made_by(make: Callable[[Path], Timing | None], path: Path) -> Timing | None:
    """Make a file in another process.

    Raises:
        HoraeError: What went wrong, in words: an error with more than those does not travel.
    """
    try:
        return make(path)
    except HoraeError as error:
        raise HoraeError(f"{path.name} could not be made: {error}") from None


def _runs(plan: Plan, place: Path) -> Iterator[Task]:
    for scene in plan.scenes():
        for run in scene:
            hours = run.trace.seconds / 3_600
            yield Task(path=run_file(run, place), make=partial(make_run, run=run), hours=hours)


class _References:
    """What is made once the runs are there."""

    def __init__(self, plan: Plan, place: Path, results: dict[Path, Result]) -> None:
        self._plan, self._place, self._results = plan, place, results
        self._configurations = configurations_of(next(plan.scenes()))
        self._may_be = {"configurations": [one.to_json() for one in self._configurations]}

    def static_best(self) -> list[Task]:
        """A task a trace and world."""
        return [
            Task(
                path=self._static_best_file(firsts),
                make=partial(make_static_best, runs=firsts, configurations=self._configurations),
            )
            for firsts in self._firsts()
        ]

    def oracles(self) -> list[Task]:
        """A task a trace, world and seed."""
        tasks = []
        for scene in self._plan.scenes():
            pairs = [(run, self._results[run_file(run, self._place)]) for run in scene]
            make = partial(make_oracles, runs=pairs, configurations=self._configurations)
            tasks.append(Task(path=self._oracles_file(scene), make=make))
        return tasks

    def static_best_found(self) -> tuple[StaticBestFound, ...]:
        """In the order of the plan."""
        files = map(self._static_best_file, self._firsts())
        return tuple(_there(StaticBestFound, path) for path in files)

    def oracles_found(self) -> tuple[OraclesFound, ...]:
        """In the order of the plan."""
        files = map(self._oracles_file, self._plan.scenes())
        return tuple(_there(OraclesFound, path) for path in files)

    def _firsts(self) -> list[tuple[Rehearsal, ...]]:
        """One run of each seed, by trace and world."""
        return [tuple(scene[0] for scene in stage) for stage in self._plan.stages()]

    def _static_best_file(self, firsts: Scene) -> Path:
        seeds = [inputs_of(run, with_contender=False) for run in firsts]
        return self._place / name_of("static-best", {"seeds": seeds} | self._may_be)

    def _oracles_file(self, scene: Scene) -> Path:
        asked = []
        for run in scene:
            result = self._results[run_file(run, self._place)]
            start = run.start().model_dump(mode="json")
            budget = [result.score.violation_seconds, result.changes]
            asked.append([to_body(result.who), start, budget])
        inputs = inputs_of(scene[0], with_contender=False) | {"asked": asked}
        return self._place / name_of("oracles", inputs | self._may_be)


def _make(pool: Executor, tasks: Sequence[Task], tell: Tell) -> list[Timing]:
    """Make the files that are missing; what was made before an error stays."""
    missing: dict[Future[Timing | None], float] = {}
    for task in tasks:
        if task.path.exists():
            tell(0.0)
        else:
            missing[pool.submit(made_by, task.make, task.path)] = task.hours
    timings = []
    try:
        for done in as_completed(missing):
            timing = done.result()
            timings += [timing] if timing is not None else []
            tell(missing[done])
    except BaseException:  # Ctrl-C too must not wait for what has not begun
        for future in missing:
            future.cancel()
        raise
    return sorted(timings, key=lambda one: (one.trace, one.world, one.policy, one.seed))


def _there(kind: type[Kept], path: Path) -> Kept:
    found = kept(kind, path)
    if found is None:
        raise HoraeError(f"{path} was made and is gone; run the back-test again")
    return found


def processes(count: int) -> ProcessPoolExecutor:
    """A pool whose processes end with this one, however that ends."""
    return ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_end_with_the_parent
    )


def _end_with_the_parent() -> None:
    """Let this process end where the one that started it was killed: nobody else would tell it.

    Ctrl-C reaches all processes: this one ends at once, and the other one tells of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def wait() -> None:
        if (parent := parent_process()) is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started meanwhile compute with one thread: sums then have one order."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
