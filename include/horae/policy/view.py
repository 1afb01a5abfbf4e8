"""A situation as the planner sees it: beliefs, the future, and what each move now would cost."""

import math
from dataclasses import dataclass

import numpy as np

from horae.domain.action import RescalePath
from horae.performance.models import Floats
from horae.policy.beliefs import Beliefs, believe, failure_seconds
from horae.policy.dynamic_program import Program, solve
from horae.policy.first_move import Moves, Standing, roll, stand
from horae.policy.paths import PATHS
from horae.policy.policy import Situation
from horae.policy.signals import Signals, load_history, read_signals
from horae.policy.timeline import Pace, Timeline, lay_out
from horae.settings.policy_settings import PlannerSettings

AGE_NODES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0)
"""Ages of a backlog that are told apart, in latency limits: closest where the limit breaks."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """All that PROTECT and SAVE look at.

    Attributes:
        situation: Where it comes from.
        settings: Of the planner.
        pace: Times to keep.
        signals: Newest state.
        beliefs: Configurations and their performance; index 0 is the present one.
        timeline: The future.
        standing: The solved program, where an action of now would take effect.
        moves: Each first move by its cheapest way.
        broken_seconds: `D`, seconds beyond the limit over the horizon when nothing is done.
    """

    situation: Situation
    settings: PlannerSettings
    pace: Pace
    signals: Signals
    beliefs: Beliefs
    timeline: Timeline
    standing: Standing
    moves: Moves
    broken_seconds: Floats

    @property
    def look_ahead_seconds(self) -> float:
        """Before an action of the next cycle has ended: what PROTECT must look ahead."""
        return self.situation.action_delay_seconds + self.beliefs.longest_outage

    def gains(self, index: int) -> tuple[Floats, float]:
        """What a move gains, `D`, and how long the plan would stay there, mean seconds.

        The gain is against keeping the present configuration for that stay; the interruption and
        what the plan does after the stay are in it.
        """
        way = int(self.moves.way[index])
        stay = float(self.standing.stay_seconds(index, way).mean())
        return self.standing.costs_of_keeping(stay) - self.moves.costs[:, index], stay

    def path(self, index: int) -> RescalePath:
        """The cheapest way to a configuration that can be reached."""
        return PATHS[self.moves.way[index]]

    def largest_loads(self, begin: float, end: float) -> Floats:
        """Largest load of each forecast path from `begin` to `end` seconds from now, records/s.

        At least one step is looked at; beyond the horizon there is none.
        """
        forecast = self.situation.forecast
        first = min(round(begin / forecast.grid_seconds), forecast.steps - 1)
        last = forecast.steps if math.isinf(end) else round(end / forecast.grid_seconds)
        largest: Floats = forecast.paths[:, first : max(first + 1, last)].max(axis=1)
        return largest

    @property
    def expected(self) -> Floats:
        """`X`, mean money of each first move."""
        mean: Floats = self.moves.costs.mean(axis=0)
        return mean


def look(situation: Situation, settings: PlannerSettings, pace: Pace) -> View:
    """Ask models and forecast, and solve the dynamic program."""
    signals = read_signals(situation.window)
    beliefs = believe(
        situation,
        draws=settings.draws,
        proven_factor=settings.proven_factor,
        failures_per_hour=settings.failures_per_hour,
    )
    timeline = lay_out(
        situation.forecast,
        load_history(situation.window),
        pace,
        draws=settings.draws,
        rng=situation.rng,
    )
    program = _program(situation, settings, beliefs, timeline)
    age = 0.0 if math.isnan(signals.age_seconds) else signals.age_seconds
    standing = stand(solve(program), current=0, age_seconds=age)
    until = max(timeline.horizon_steps, standing.step + 1)
    return View(
        situation=situation,
        settings=settings,
        pace=pace,
        signals=signals,
        beliefs=beliefs,
        timeline=timeline,
        standing=standing,
        moves=standing.moves(),
        broken_seconds=roll(program, current=0, age_seconds=age, until=until)[1],
    )


def _program(
    situation: Situation, settings: PlannerSettings, beliefs: Beliefs, timeline: Timeline
) -> Program:
    prices, limit = situation.prices, situation.limits.processing_latency_seconds
    capacity = beliefs.capacity[: settings.draws]
    horizon = float(timeline.seconds[: timeline.horizon_steps].sum())
    failures = failure_seconds(
        situation.models.recovery,
        beliefs.configurations,
        load=timeline.load.mean(axis=0),
        capacity=capacity,
        longest=max(horizon, limit),
    )
    return Program(
        seconds=timeline.seconds,
        decides=timeline.decides,
        load=timeline.load,
        capacity=np.resize(capacity, (settings.draws, capacity.shape[1])),
        outage=beliefs.outage,
        replayed=beliefs.replayed,
        in_place=np.array([path is RescalePath.IN_PLACE for path in PATHS]),
        possible=beliefs.possible,
        price=beliefs.money_per_hour / 3600,
        failures=prices.violation_second * settings.failures_per_hour / 3600 * failures,
        violation=prices.violation_second,
        action=prices.action,
        limit=limit,
        ages=limit * np.array(AGE_NODES),
    )
