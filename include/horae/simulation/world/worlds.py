"""Worlds: how the truth may differ from what any planner assumes."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import PUBLISHED, RANDOM, Regime

Knot = tuple[str | float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is added to a job model.

    Attributes:
        name: For people and the command line.
        sentence: What is different in it.
        regime: Which failures occur, and when.
        retrograde: Cost of talking to each other, the kappa of Gunther's universal scalability
            law: capacity is divided by 1 + kappa n (n - 1) for n TaskManagers.
        hot_key: Share of all records that have one key: its subtask gets them on top of its even
            part of the rest.
        memory_cliff_mb: MiB a slot below which the state no longer fits; None: no such cliff.
        memory_cliff_share: Share of the capacity that is left below it.
        drift: Share of the capacity that is lost from the end of the history to the end.
        run_deviation: Deviation of ln C from one start to the next; None: the model's.
        warp: How far the seasons are stretched and squeezed, and their height with them.
    """

    name: str
    sentence: str
    regime: Regime = PUBLISHED
    retrograde: float = 0.0
    hot_key: float = 0.0
    memory_cliff_mb: float | None = None
    memory_cliff_share: float = 0.3
    drift: float = 0.0
    run_deviation: float | None = None
    warp: float = 0.0

    def capacity(self, model: JobModel, configuration: Configuration) -> float:
        """Records/s that a configuration sustains here, but for drift and what runs differ by."""
        misfit = model.capacity.misfit * _score(model, configuration)
        return float(
            model.capacity.median(configuration)
            * model.narrowest(configuration)
            * np.exp(misfit)
            * self._beyond_form(configuration)
        )

    def deviation_between_runs(self, model: JobModel) -> float:
        """Deviation of ln C from one start to the next."""
        return model.capacity.run_deviation if self.run_deviation is None else self.run_deviation

    def drifted(self, trace: Trace) -> Floats:
        """`T`, share of the capacity that is left in each second."""
        scored = np.arange(trace.seconds) - trace.history_seconds
        left: Floats = 1 - self.drift * np.maximum(0, scored) / max(1, scored[-1])
        return left

    def offered(self, trace: Trace, seed: int) -> Trace:
        """The load of a run: the trace, warped where this world does so after the history."""
        if not self.warp:
            return trace
        return replace(trace, load=_warped(trace, self.warp, seed))

    def _beyond_form(self, configuration: Configuration) -> float:
        many, subtasks = configuration.task_managers, configuration.parallelism
        factor = 1 / (1 + self.retrograde * many * (many - 1))
        factor /= 1 + self.hot_key * (subtasks - 1)
        cliff = self.memory_cliff_mb
        if cliff is not None and configuration.memory_mb / configuration.slots < cliff:
            factor *= self.memory_cliff_share
        return factor


def _score(model: JobModel, configuration: Configuration) -> float:
    """A normal score of what its TaskManagers are, the same in every run of every process.

    What a model is started in is what it was measured in: there the score is 0, and near it it is
    given that (the conditional distribution of normal scores).
    """
    score, knots = _free_score(model.name, configuration)
    there, those = _free_score(model.name, model.start.configuration())
    return score - sum(knots[knot] * those.get(knot, 0.0) for knot in knots) * there


def _free_score(name: str, configuration: Configuration) -> tuple[float, dict[Knot, float]]:
    """Score without any condition, and the weights of what it is made of.

    One TaskManager more changes little, twice as many a lot: it is drawn at each power of two of
    the parallelism, and in between it is a line, stretched to deviation 1.
    """
    octave, part = divmod(math.log2(configuration.parallelism), 1)
    shape = configuration.shape
    told = (name, shape.slots, float(shape.cpu_cores), shape.memory_mb)
    length = math.hypot(1 - part, part)
    knots: dict[Knot, float] = {
        (*told, octave): (1 - part) / length,
        (*told, octave + 1): part / length,
    }
    return sum(weight * _normal(knot) for knot, weight in knots.items()), knots


@lru_cache(maxsize=4_096)
def _normal(told: Knot) -> float:
    """A normal score that follows from what is told."""
    digest = hashlib.sha256(repr(told).encode()).digest()
    return float(np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal())


def _warped(trace: Trace, strength: float, seed: int) -> Floats:
    """Time runs faster and slower by up to `strength`, and the height swings by it.

    Two slow waves of random phase; the history stays as it is, and the height comes away from it
    within a tenth of a season. Where the time would run past the end of the trace, all of it runs
    slower, so that it just arrives there.
    """
    phase, height_phase = np.random.default_rng([seed, 6]).uniform(0, 2 * np.pi, size=2)
    span = trace.seconds - trace.history_seconds
    seconds = np.arange(span, dtype=np.float64)
    season = trace.season_seconds or float(span)
    speed = 1 + strength * np.sin(2 * np.pi * seconds / (1.7 * season) + phase)
    speed *= min(1.0, span / speed.sum())
    swing = np.sin(2 * np.pi * seconds / (2.3 * season) + height_phase)
    height = 1 + strength * swing * np.minimum(1.0, seconds / (0.1 * season))
    at = trace.history_seconds + np.cumsum(speed) - speed
    later = np.interp(at, np.arange(trace.seconds, dtype=np.float64), trace.load) * height
    return np.concatenate([trace.load[: trace.history_seconds], later])


def _of(*worlds: World) -> Mapping[str, World]:
    return MappingProxyType({world.name: world for world in worlds})


WORLDS = _of(
    World(name="published", sentence="The model as fitted; a failure every 2,700 s."),
    World(
        name="retrograde",
        sentence="More TaskManagers talk more: past some number another one costs capacity.",
        retrograde=0.0006,
        regime=RANDOM,
    ),
    World(
        name="skewed",
        sentence="One key has 1.5 % of all records, on top of the even part of its subtask.",
        hot_key=0.015,
        regime=RANDOM,
    ),
    World(
        name="cliff",
        sentence="Below 1.5 GiB a slot the state does not fit: 30 % of the capacity is left.",
        memory_cliff_mb=1536,
        regime=RANDOM,
    ),
    World(
        name="drifting",
        sentence="The capacity falls by 20 % from the beginning to the end.",
        drift=0.2,
        regime=RANDOM,
    ),
    World(
        name="noisy",
        sentence="One start differs from the next by 10 %.",
        run_deviation=0.1,
        regime=RANDOM,
    ),
    World(
        name="warped",
        sentence="Seasons are stretched and squeezed by 20 %, and their height with them.",
        warp=0.2,
        regime=RANDOM,
    ),
    World(
        name="worst",
        sentence="All at once: a key with 0.5 % of the records, a drift of 10 %, starts that "
        "differ by 10 %, seasons warped by 10 %.",
        hot_key=0.005,
        drift=0.1,
        run_deviation=0.1,
        warp=0.1,
        regime=RANDOM,
    ),
)
"""Name to world.

Strong enough that a plan without any reserve breaks its limits, and so weak that 24 TaskManagers
of the model `tsw` carry the load that it was measured with: where nothing can help, every policy
looks alike.
"""
