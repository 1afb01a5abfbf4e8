"""The oracle: what the best there could have been would have cost, at equal violation.

It is given what a run of a policy was allowed: its seconds of violation and its changes of
configuration. Two figures come back.

- The **attained plan**: found by the clairvoyant's dynamic program for a grid of prices of a
  violation and of a switch, replayed on the modelled job with the failures and outages of the
  seed, and scored as any run is. It knows the load and the job, not the instants of failures: it
  only sees the backlog that they leave. The cheapest one that kept within both budgets is taken.
- The **bound**, below which no run of that seed can be (`bound`).

All plans and the whole dual function are found once for a seed, whatever the budgets, so that
nothing depends on what was asked before, and neither figure rises with a budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.references.bound import Bound, front, lower_bound
from horae.simulation.references.ceiling import ceiling
from horae.simulation.references.clairvoyant import STAY, solve
from horae.simulation.references.clairvoyant_view import (
    STEP_SECONDS,
    Job,
    lead_seconds,
    program,
    shortlist,
)
from horae.simulation.references.schedule import Rescaler
from horae.simulation.score.scores import cost_of, violated
from horae.simulation.world.flow import Flow
from horae.simulation.world.record import RunRecord

MARGINS = (0.0, 1.0, 2.0)
"""Deviations of ln C that a plan leaves room for: a start may turn out a slow one."""

VIOLATION_SECONDS = (0.5, 0.8, 1.2, 2.0, 5.0, 20.0, 200.0)
"""What a second of violation is worth, in seconds of the dearest configuration."""

SWITCH_SECONDS = (5.0, 30.0, 120.0, 500.0, 3_000.0)
"""What a switch is worth, in the same unit."""

MOST_CONFIGURATIONS = 28
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


class Oracle:
    """Of one job under one trace; what does not depend on the budgets is found once.

    Args:
        job: Whose best plan is looked for; its margin is not looked at.
        configurations: All that any run was ever in, and that a plan may ask for. Of a run that
            was in another one the bound says nothing.
    """

    def __init__(self, job: Job, configurations: Sequence[Configuration]) -> None:
        self._job, self._all = job, tuple(configurations)
        self._found: dict[Configuration, _Found] = {}
        self._plans: dict[tuple[int, Configuration], tuple[Attained, ...]] = {}
        self._bounds: dict[tuple[int, int], Bound] = {}

    def at(
        self, seed: int, *, start: Configuration, violation_seconds: float, actions: int
    ) -> OraclePlan:
        """The best there was for a run.

        Args:
            seed: Of the run.
            start: What it was started in.
            violation_seconds: That it may use.
            actions: Changes of configuration that it may use; see `RunRecord.changes`.
        """
        within = [
            plan
            for plan in self.plans(seed, start)
            if plan.violation_seconds <= violation_seconds and plan.actions <= actions
        ]
        bound = self.bound(seed, actions)
        return OraclePlan(
            plan=min(within, key=lambda plan: plan.money, default=None),
            bound=bound.money(violation_seconds=violation_seconds, actions=actions),
        )

    def plans(self, seed: int, start: Configuration) -> tuple[Attained, ...]:
        """Every plan as it went with a seed; to stay in the start is one of them."""
        if (seed, start) not in self._plans:
            if start not in self._found:
                self._found[start] = _find(self._job, self._all, start)
            self._plans[seed, start] = _replayed(self._job, self._found[start], seed, start)
        return self._plans[seed, start]

    def bound(self, seed: int, actions: int) -> Bound:
        """The dual function, valid for runs with at most so many changes."""
        most = next((each for each in ACTION_CLASSES if actions <= each), actions)
        if (seed, most) not in self._bounds:
            self._bounds[seed, most] = _bound(self._job, self._all, seed, most)
        return self._bounds[seed, most]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """Attributes: configurations: `X`; nodes: `B`, records; choice: `T x X x B x M`."""

    configurations: tuple[Configuration, ...]
    nodes: Floats
    choice: NDArray[np.int8]


def _find(job: Job, configurations: Sequence[Configuration], start: Configuration) -> _Found:
    """Solve for every margin and every pair of multipliers."""
    some = shortlist(job, configurations, start, most=MOST_CONFIGURATIONS)
    dearest = float(job.price(some).max())
    grid = np.meshgrid(VIOLATION_SECONDS, SWITCH_SECONDS, indexing="ij")
    violation, switch = (each.ravel() * dearest for each in grid)
    margins = MARGINS if job.deviation else MARGINS[:1]
    programs = [program(replace(job, margin=margin), some) for margin in margins]
    choices = [solve(one, violation, switch).choice for one in programs]
    return _Found(
        configurations=some,
        nodes=programs[0].nodes,
        choice=np.concatenate(choices, axis=-1),
    )


def _replayed(job: Job, found: _Found, seed: int, start: Configuration) -> tuple[Attained, ...]:
    """Follow every plan in the state that its replication is in.

    Beside them those that go to one configuration at the beginning and stay.
    """
    plans, constants = found.choice.shape[-1], len(found.configurations)
    rows = plans + constants
    rescaler = Rescaler(Flow(job.model, job.world, job.trace, [start] * rows, [seed] * rows))
    begin, lead = job.trace.history_seconds, lead_seconds(job)
    rescaler.advance(begin)
    for row, constant in enumerate(found.configurations, start=plans):
        rescaler.move(row, constant)
    for step in range(job.steps):
        rescaler.advance(max(begin, begin + step * STEP_SECONDS - lead))
        _decide(rescaler, found, step)
    rescaler.advance(job.trace.seconds)
    return tuple(_scored(rescaler.record(row), job) for row in range(rows))


def _decide(rescaler: Rescaler, found: _Found, step: int) -> None:
    """Ask for what each plan chooses."""
    flow, index = rescaler.flow, {one: i for i, one in enumerate(found.configurations)}
    plans = np.arange(found.choice.shape[-1])
    present = [index[flow.replications[row].configuration] for row in plans.tolist()]
    backlog = flow.backlog[: len(plans), flow.now]
    nearest = np.abs(backlog[:, None] - found.nodes).argmin(axis=1)
    wanted = found.choice[step, present, nearest, plans]
    for row in np.flatnonzero((wanted != STAY) & flow.up[: len(plans)]).tolist():
        rescaler.move(row, found.configurations[wanted[row]])


def _scored(record: RunRecord, job: Job) -> Attained:
    cost = cost_of(record.cores, record.memory_gb)
    broken = violated(record.latency, job.limits.processing_latency_seconds)
    return Attained(
        money=cost.money(job.prices),
        violation_seconds=int(broken.sum()),
        actions=record.changes,
        schedule=record.configurations,
    )


def _bound(job: Job, configurations: Sequence[Configuration], seed: int, actions: int) -> Bound:
    best = ceiling(
        job.model,
        job.world,
        job.trace,
        seed,
        limit=job.limits.processing_latency_seconds,
        actions=actions,
    )
    return lower_bound(best, front(job.price(configurations), job.median(configurations)))
