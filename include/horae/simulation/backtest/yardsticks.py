"""What contenders are compared with: the best constant configuration, and the oracle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from horae.domain.configuration import Configuration
from horae.errors import HoraeError
from horae.optimisation.search_space import Bounds, search_space
from horae.performance.partitioning import Partitioning
from horae.settings.job_spec import SearchSettings
from horae.simulation.backtest.backtest import Rehearsal
from horae.simulation.backtest.job_spec_of import search_of
from horae.simulation.backtest.results import Result, Who
from horae.simulation.score.scores import Score

if TYPE_CHECKING:
    from horae.simulation.references.oracle import Oracle as Clairvoyant

ROUNDING = 1e-9
"""Share by which sums of money may differ in their last digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticBestFound:
    """The cheapest constant configuration that meets the limits in hindsight.

    Attributes:
        trace: The trace's name.
        world: The world's name.
        configuration: Which.
        meets: It does meet them; False: none does, and it is the one that comes nearest.
        scores: A score for each seed.
    """

    trace: str
    world: str
    configuration: Configuration
    meets: bool
    scores: tuple[tuple[int, Score], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """What would have been possible in place of one run, knowing load and job.

    Attributes:
        who: The run.
        violation_seconds: Its seconds of violation, which the oracle may use up as well.
        changes: Its changes, the same.
        attained: Money of a plan that keeps within both; None: none was found.
        bound: Money below which nothing is possible within both.
    """

    who: Who
    violation_seconds: int
    changes: int
    attained: float | None
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OraclesFound:
    """What the oracle says of the runs of one trace, world and seed.

    Attributes:
        oracles: One a run.
    """

    oracles: tuple[Oracle, ...]


def find_static_best(
    runs: Sequence[Rehearsal], configurations: Sequence[Configuration]
) -> StaticBestFound:
    """Look for it.

    Args:
        runs: One a seed, of the same model, world and trace; who looks after the job is ignored.
        configurations: All that the job may run in.
    """
    from horae.simulation.references.static_best import static_best

    first = runs[0]
    found = static_best(
        first.model,
        first.world,
        {run.seed: run.offered() for run in runs},
        configurations,
        limits=first.terms.limits.limits(),
        prices=first.terms.prices.prices(),
    )
    return StaticBestFound(
        trace=first.trace.name,
        world=first.world.name,
        configuration=found.configuration,
        meets=found.meets,
        scores=tuple(sorted(found.scores.items())),
    )


def find_oracles(
    runs: Sequence[tuple[Rehearsal, Result]], configurations: Sequence[Configuration]
) -> OraclesFound:
    """What would have been possible at each run's own violations and changes.

    Args:
        runs: Of the same model, world, trace and seed, with what came of each.
        configurations: All that the job may run in.

    Raises:
        HoraeError: A run was in none of them, or something costs less than its bound: one of the
            two is wrong, and no figure of this scene may be believed.
    """
    from horae.simulation.references.clairvoyant_view import Job
    from horae.simulation.references.oracle import Oracle as Clairvoyant

    first, _ = runs[0]
    job = Job(
        model=first.model,
        world=first.world,
        trace=first.offered(),
        limits=first.terms.limits.limits(),
        prices=first.terms.prices.prices(),
    )
    for _, result in runs:
        _refuse_other(result, configurations)
    clairvoyant = Clairvoyant(job, configurations)
    return OraclesFound(oracles=tuple(_oracle(clairvoyant, run, result) for run, result in runs))


def _oracle(clairvoyant: "Clairvoyant", run: Rehearsal, result: Result) -> Oracle:
    plan = clairvoyant.at(
        run.seed,
        start=run.start().configuration(),
        violation_seconds=result.score.violation_seconds,
        actions=result.changes,
    )
    _refuse_below(result, plan.bound, result.score.money)
    _refuse_below(result, plan.bound, plan.attained)
    return Oracle(
        who=result.who,
        violation_seconds=result.score.violation_seconds,
        changes=result.changes,
        attained=plan.attained,
        bound=plan.bound,
    )


def _refuse_other(result: Result, configurations: Sequence[Configuration]) -> None:
    """Vertices with fewer subtasks make a job no cheaper, and carry no more."""
    known = set(configurations)
    for one in result.configurations:
        if replace(one, vertices=()) not in known:
            raise HoraeError(
                f"{result.who} was in {one}, which no policy may choose here: the bound tells "
                "nothing of it. Report this as an error of Horae"
            )


def _refuse_below(result: Result, bound: float, money: float | None) -> None:
    if money is not None and money < bound * (1 - ROUNDING):
        raise HoraeError(
            f"{money:.6g} was paid in place of {result.who} or by it, and nothing can cost less "
            f"than {bound:.6g} there. Report this as an error of Horae"
        )


def configurations_of(runs: Sequence[Rehearsal]) -> tuple[Configuration, ...]:
    """All that the model names, and all that any of these runs may come to be in.

    By the rules that its policy is told of; what the model names counts whoever takes part.

    Args:
        runs: Of one model.
    """
    found: set[Configuration] = set()
    for run in {(run.start(), run.contender.uneven): run for run in runs}.values():
        for search in (search_of(run.model), run.spec().search):
            found.update(_reached(run, search))
    return tuple(sorted(found))


def _reached(run: Rehearsal, search: SearchSettings) -> Iterator[Configuration]:
    start, able = run.start().configuration(), run.job().engine.capabilities(run.model.name)
    bounds = Bounds(
        current=start,
        search=search,
        capabilities=able,
        partitioning=Partitioning(
            partitions=run.model.partitions, key_groups=able.maximum_parallelism
        ),
    )
    for current in _steps_down(start, search):
        yield from search_space(replace(bounds, current=current)).configurations


def _steps_down(start: Configuration, search: SearchSettings) -> Iterator[Configuration]:
    """The start with each legal memory: it goes down a step at a time, and as often as wanted."""
    for memory in {start.memory_mb, *(search.memory_mb or ())}:
        yield replace(start, memory_mb=memory)
