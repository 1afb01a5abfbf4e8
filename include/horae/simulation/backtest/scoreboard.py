"""The scoreboard: a row a run with what it is compared with, and means over the seeds."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from horae.files import write_whole
from horae.simulation.backtest.plan import Plan
from horae.simulation.backtest.results import Who
from horae.simulation.backtest.runner import Made
from horae.simulation.backtest.yardsticks import Oracle
from horae.simulation.score.scores import Cost, Score

STATIC, STATIC_BEST = "static", "static-best"
LEVEL = 0.95
"""Of the intervals: of the mean over the seeds, by Student's t."""

Place = tuple[str, str, int]
"""Trace, world and seed."""
Value = float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Money of a run's TaskManagers beside that of others. None: it is not known.

    Attributes:
        oracle_money: Of the oracle's plan with the same violations and changes.
        bound_money: Nothing with the same violations and changes can cost less.
        ratio_to_oracle: The run's over the oracle's.
        ratio_to_bound: The run's over the bound.
        ratio_to_static: The run's over that of staying: in what `static` was given where that
            takes part, or else in what the model is started in.
        ratio_to_static_best: The run's over that of the cheapest constant configuration that
            meets the limits in hindsight.
    """

    oracle_money: float | None = None
    bound_money: float | None = None
    ratio_to_oracle: float | None = None
    ratio_to_bound: float | None = None
    ratio_to_static: float | None = None
    ratio_to_static_best: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A run on the scoreboard.

    Attributes:
        who: Which run.
        score: Its figures.
        compared: What they are compared with.
        failed_cycles: Cycles that ended in an error; None where there are no cycles.
    """

    who: Who
    score: Score
    compared: Compared
    failed_cycles: int | None

    def figures(self) -> dict[str, Value]:
        """Every figure by its name."""
        last = {"failed_cycles": self.failed_cycles}
        return asdict(self.score) | asdict(self.compared) | last


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A figure over the seeds.

    Attributes:
        mean: Of those seeds in which there is a figure; None: there are none.
        low: Lower end of the interval of the mean; None: one seed tells nothing of it.
        high: Upper end.
        seeds: In which there is a figure.
    """

    mean: float | None
    low: float | None
    high: float | None
    seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A contender under one trace in one world, over the seeds.

    Attributes:
        policy: The contender's name.
        trace: The trace's name.
        world: The world's name.
        means: Name of a figure to its mean.
    """

    policy: str
    trace: str
    world: str
    means: Mapping[str, Mean]


FIGURES = (
    *(field.name for field in fields(Score)),
    *(field.name for field in fields(Compared)),
    "failed_cycles",
)
"""Columns of a scoreboard behind those that say which run it is."""
_WHO = tuple(field.name for field in fields(Who))


def rows(plan: Plan, made: Made) -> tuple[Row, ...]:
    """A row a run: trace by trace and world by world, the contenders in their order.

    The best constant configuration comes after the contenders.
    """
    oracles = {one.who: one for found in made.oracles for one in found.oracles}
    best = {
        (found.trace, found.world, seed): score
        for found in made.static_best
        for seed, score in found.scores
    }
    static = {_place(one.who): one.score.money for one in made.results if one.who.policy == STATIC}
    found = [
        Row(
            who=one.who,
            score=one.score,
            compared=_compared(
                one.score.money,
                oracles.get(one.who),
                static.get(_place(one.who), _staying(plan, one.score.hours)),
                best.get(_place(one.who)),
            ),
            failed_cycles=len(one.failed_cycles),
        )
        for one in made.results
    ]
    for (trace, world, seed), score in best.items():
        who = Who(policy=STATIC_BEST, trace=trace, world=world, seed=seed)
        rival = static.get(_place(who), _staying(plan, score.hours))
        compared = _compared(score.money, None, rival, score)
        found.append(Row(who=who, score=score, compared=compared, failed_cycles=None))
    return tuple(sorted(found, key=_order(plan)))


def lines(found: Sequence[Row]) -> tuple[Line, ...]:
    """The means over the seeds, in the order of the rows."""
    by_line: dict[tuple[str, str, str], list[dict[str, Value]]] = {}
    for row in found:
        place = (row.who.policy, row.who.trace, row.who.world)
        by_line.setdefault(place, []).append(row.figures())
    return tuple(
        Line(
            policy=policy,
            trace=trace,
            world=world,
            means={name: mean_of([one[name] for one in figures]) for name in FIGURES},
        )
        for (policy, trace, world), figures in by_line.items()
    )


def mean_of(values: Sequence[Value]) -> Mean:
    """Mean with its interval of 95 % by Student's t; figures that are missing are left out."""
    from scipy.stats import t

    known = np.array([value for value in values if value is not None], dtype=np.float64)
    count = len(known)
    if not count:
        return Mean(mean=None, low=None, high=None, seeds=0)
    mean = float(known.mean())
    if count == 1:
        return Mean(mean=mean, low=None, high=None, seeds=1)
    half = float(t.ppf((1 + LEVEL) / 2, count - 1) * known.std(ddof=1) / math.sqrt(count))
    return Mean(mean=mean, low=mean - half, high=mean + half, seeds=count)


def write_scoreboard(found: Sequence[Row], path: Path) -> None:
    """A line a run, and its figures behind who it is; a figure that is missing is empty."""
    head = (*_WHO, *FIGURES)
    _write(path, head, ((*asdict(row.who).values(), *row.figures().values()) for row in found))


def write_summary(found: Sequence[Line], path: Path) -> None:
    """A line a contender, trace, world and figure: mean, both ends of its interval, seeds."""
    head = ("policy", "trace", "world", "figure", *(field.name for field in fields(Mean)))
    table = (
        (line.policy, line.trace, line.world, name, *asdict(mean).values())
        for line in found
        for name, mean in line.means.items()
    )
    _write(path, head, table)


def _write(path: Path, head: Sequence[str], table: Iterable[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(table)
    write_whole(path, text.getvalue())


def _compared(money: float, oracle: Oracle | None, static: float, best: Score | None) -> Compared:
    attained, bound = (oracle.attained, oracle.bound) if oracle else (None, None)
    return Compared(
        oracle_money=attained,
        bound_money=bound,
        ratio_to_oracle=_over(money, attained),
        ratio_to_bound=_over(money, bound),
        ratio_to_static=_over(money, static),
        ratio_to_static_best=_over(money, best.money if best else None),
    )


def _over(money: float, other: float | None) -> float | None:
    return money / other if other else None


def _staying(plan: Plan, hours: float) -> float:
    """Money of staying in what the model is started in: it is the same with every seed."""
    start = plan.model.start.configuration()
    held = Cost(core_hours=start.total_cores * hours, gb_hours=start.total_memory_gb * hours)
    return held.money(plan.terms.prices.prices())


def _place(who: Who) -> Place:
    return who.trace, who.world, who.seed


def _order(plan: Plan) -> Callable[[Row], tuple[int, ...]]:
    """By trace, world, contender and seed, as the plan has them."""
    traces = [trace.name for trace in plan.traces]
    worlds = [world.name for world in plan.worlds]
    policies = [*(contender.name for contender in plan.contenders), STATIC_BEST]

    def order(row: Row) -> tuple[int, ...]:
        who = row.who
        return (
            traces.index(who.trace),
            worlds.index(who.world),
            policies.index(who.policy),
            who.seed,
        )

    return order
