"""The oracle: what the best there could have been would have cost, at equal violation.

It is given what a run of a policy was allowed: its seconds of violation and its changes of
configuration. Two figures come back.

- The **attained plan**: found by the clairvoyant's dynamic program for a grid of prices of a
  violation and of a switch, replayed on the modelled job with the failures and outages of the
  seed, and scored as any run is. It knows the load and the job, not the instants of failures: it
  only sees the backlog that they leave. The cheapest one that kept within both budgets is taken.
- The **bound**, below which no run of that seed can be (`bound`).

All plans and the whole dual function are found once for a seed, whatever the budgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.limits import Limits, Prices
from horae.performance.models import Floats
from horae.simulation.bound import Bound, front, lower_bound
from horae.simulation.ceiling import ceiling
from horae.simulation.clairvoyant import STAY, solve
from horae.simulation.clairvoyant_view import STEP_SECONDS, Job, lead_seconds, program, shortlist
from horae.simulation.flow import Flow
from horae.simulation.job_model import JobModel
from horae.simulation.record import RunRecord
from horae.simulation.schedule import Rescaler
from horae.simulation.scores import cost_of, violated
from horae.simulation.traces import Trace
from horae.simulation.worlds import World

MARGINS = (0.0, 1.0, 2.0)
"""Deviations of ln C that a plan leaves room for: a start may turn out a slow one."""

VIOLATION_SECONDS = (0.6, 1.0, 1.6, 3.0, 8.0, 40.0)
"""What a second of violation is worth, in seconds of the dearest configuration."""

SWITCH_SECONDS = (5.0, 30.0, 120.0, 400.0, 1_200.0, 4_000.0)
"""What a switch is worth, in the same unit."""

MOST_CONFIGURATIONS = 24
"""In a plan."""

ACTION_CLASSES = (8, 64, 512, 4_096)
"""Most actions that a bound holds for: more starts may draw a better one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained:
    """A run of a plan.

    Attributes:
        money: Of its TaskManagers.
        violation_seconds: Without output, or beyond the limit.
        actions: Changes of configuration.
        schedule: Second of the scored part, and the configuration from then on.
    """

    money: float
    violation_seconds: int
    actions: int
    schedule: tuple[tuple[int, Configuration], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OraclePlan:
    """The two figures.

    Attributes:
        plan: The cheapest plan within the budgets; None: none of those found kept within them.
        bound: Money that no run within the budgets can be below.
    """

    plan: Attained | None
    bound: float

    @property
    def attained(self) -> float | None:
        """Money of the plan."""
        return None if self.plan is None else self.plan.money


def changes(record: RunRecord) -> int:
    """What a run used of the budget of actions.

    An action that is rolled back has changed the configuration twice.
    """
    return max(len(record.actions), len(record.configurations) - 1)


class Oracle:
    """Of one job under one trace; a repeated question costs nothing.

    Args:
        job: Whose best plan is looked for; its margin is not looked at.
        configurations: That it may run in.
        start: What it is started in.
    """

    def __init__(
        self, job: Job, configurations: Sequence[Configuration], start: Configuration
    ) -> None:
        self._job, self._start = job, start
        self._all = tuple(dict.fromkeys([start, *configurations]))
        self._some = shortlist(job, self._all, start, most=MOST_CONFIGURATIONS)
        self._choices: NDArray[np.int8] | None = None
        self._plans: dict[int, tuple[Attained, ...]] = {}
        self._bounds: dict[tuple[int, int], Bound] = {}

    def at(self, seed: int, *, violation_seconds: float, actions: int) -> OraclePlan:
        """The best there was for a run.

        Args:
            seed: Of the run.
            violation_seconds: That it may use.
            actions: Changes of configuration that it may use; see `changes`.
        """
        within = [
            plan
            for plan in self.plans(seed)
            if plan.violation_seconds <= violation_seconds and plan.actions <= actions
        ]
        bound = self.bound(seed, actions)
        return OraclePlan(
            plan=min(within, key=lambda plan: plan.money, default=None),
            bound=bound.money(violation_seconds=violation_seconds, actions=actions),
        )

    def plans(self, seed: int) -> tuple[Attained, ...]:
        """Every plan of the grid as it went with a seed, and to stay in the start."""
        if seed not in self._plans:
            self._plans[seed] = self._replayed(seed)
        return self._plans[seed]

    def bound(self, seed: int, actions: int) -> Bound:
        """The dual function, valid for runs with at most so many changes."""
        most = next((each for each in ACTION_CLASSES if actions <= each), actions)
        if (seed, most) not in self._bounds:
            job = self._job
            best = ceiling(
                job.model,
                job.world,
                job.trace,
                seed,
                limit=job.limits.processing_latency_seconds,
                actions=most,
            )
            everything = _in_between(self._all, job.model)
            levels = front(job.price(everything), job.median(everything))
            self._bounds[seed, most] = lower_bound(best, levels)
        return self._bounds[seed, most]

    def _solved(self) -> NDArray[np.int8]:
        """`T x X x B x M`, the choices of all plans."""
        if self._choices is None:
            violation, switch = self._multipliers()
            margins = MARGINS if self._job.deviation else MARGINS[:1]
            solved = [
                solve(program(replace(self._job, margin=one), self._some), violation, switch)
                for one in margins
            ]
            self._choices = np.concatenate([each.choice for each in solved], axis=-1)
        return self._choices

    def _multipliers(self) -> tuple[Floats, Floats]:
        dearest = float(self._job.price(self._some).max())
        grid = np.meshgrid(VIOLATION_SECONDS, SWITCH_SECONDS, indexing="ij")
        return grid[0].ravel() * dearest, grid[1].ravel() * dearest

    def _replayed(self, seed: int) -> tuple[Attained, ...]:
        job, choices = self._job, self._solved()
        rows = choices.shape[-1] + 1  # the last one stays in its start
        starts = [self._start] * rows
        rescaler = Rescaler(Flow(job.model, job.world, job.trace, starts, [seed] * rows))
        begin, lead = job.trace.history_seconds, lead_seconds(job)
        for step in range(job.steps):
            rescaler.advance(max(begin, begin + step * STEP_SECONDS - lead))
            self._decide(rescaler, choices[step])
        rescaler.advance(job.trace.seconds)
        return tuple(self._scored(rescaler.record(row)) for row in range(rows))

    def _decide(self, rescaler: Rescaler, choice: NDArray[np.int8]) -> None:
        """Ask for what each plan chooses in the state that its replication is in."""
        flow, nodes = rescaler.flow, self._nodes
        plans = np.arange(choice.shape[-1])
        present = [self._some.index(flow.replications[row].configuration) for row in plans]
        backlog = flow.backlog[: len(plans), flow.now]
        nearest = np.abs(backlog[:, None] - nodes).argmin(axis=1)
        wanted = choice[present, nearest, plans]
        for row in np.flatnonzero((wanted != STAY) & flow.up[: len(plans)]).tolist():
            rescaler.move(row, self._some[wanted[row]])

    @property
    def _nodes(self) -> Floats:
        return program(self._job, self._some[:1]).nodes

    def _scored(self, record: RunRecord) -> Attained:
        limit = self._job.limits.processing_latency_seconds
        cost = cost_of(record.cores, record.memory_gb)
        return Attained(
            money=cost.money(self._job.prices),
            violation_seconds=int(violated(record.latency, limit).sum()),
            actions=changes(record),
            schedule=record.configurations,
        )


def oracle(
    model: JobModel,
    world: World,
    trace: Trace,
    *,
    seed: int,
    limits: Limits,
    prices: Prices,
    configurations: Sequence[Configuration],
    start: Configuration,
    violation_seconds: float,
    actions: int,
) -> OraclePlan:
    """The best there was for one run; several of one job are cheaper by one `Oracle`.

    Args:
        model: The job.
        world: What is added to it.
        trace: The load as it was offered.
        seed: Of the run.
        limits: What had to hold.
        prices: What things cost.
        configurations: That it may run in.
        start: What it was started in.
        violation_seconds: That it used.
        actions: Changes of configuration that it used; see `changes`.
    """
    job = Job(model=model, world=world, trace=trace, limits=limits, prices=prices)
    known = Oracle(job, configurations, start)
    return known.at(seed, violation_seconds=violation_seconds, actions=actions)


def _in_between(
    configurations: Sequence[Configuration], model: JobModel
) -> tuple[Configuration, ...]:
    """With every parallelism below: a job runs in what it gets while TaskManagers are missing."""
    found: dict[Configuration, None] = {}
    for one in configurations:
        for parallelism in range(1, min(one.parallelism, model.key_groups) + 1):
            found[replace(one, parallelism=parallelism, vertices=())] = None
    return tuple(found)
