"""When failures occur, and what each of them takes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from horae.simulation.job.job_model import FailureModel
from horae.simulation.load.traces import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """Which failures occur.

    Attributes:
        every_seconds: From one to the next; the mean where they are random.
        random: They come by chance (a Poisson process), not by the clock.
        mixed: All kinds of the model occur; False: only its first.
        before_checkpoint_seconds: Each is put off to so many seconds before the next checkpoint;
            None: it comes when it comes.
        skipped_while_down: One that is due while the job is down does not occur.
    """

    every_seconds: float
    random: bool = False
    mixed: bool = False
    before_checkpoint_seconds: float | None = None
    skipped_while_down: bool = False


PUBLISHED = Regime(every_seconds=2_700, before_checkpoint_seconds=5, skipped_while_down=True)
"""As in Demeter's experiments (arXiv 2403.02129): easier on jobs that are often down anyway."""

RANDOM = Regime(every_seconds=2_700, random=True, mixed=True)
"""As often, but by chance, of all kinds, and never skipped."""

NONE = Regime(every_seconds=float("inf"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure that will occur, whatever is decided.

    Attributes:
        due: Second at which it is due.
        kind: Of the model's.
        visible: Seconds until the output stops.
        dark: Further seconds until the processing resumes, a failed restart included.
    """

    due: int
    kind: str
    visible: int
    dark: int


def failures(
    regime: Regime, kinds: Mapping[str, FailureModel], trace: Trace, seed: int
) -> tuple[Failure, ...]:
    """The failures of one run, in the order of time; the same for every policy.

    Args:
        regime: Which occur.
        kinds: What each kind takes.
        trace: The run's; none is due in its history, and a regular one not before one distance
            after it.
        seed: Of the run.
    """
    if not kinds or not np.isfinite(regime.every_seconds):
        return ()
    found: list[Failure] = []
    at, number = float(trace.history_seconds), 0
    while True:
        rng = np.random.default_rng([seed, 1, number])
        at += rng.exponential(regime.every_seconds) if regime.random else regime.every_seconds
        if at >= trace.seconds:
            return tuple(found)
        found.append(_drawn(regime, kinds, int(at), rng))
        number += 1


def _drawn(
    regime: Regime, kinds: Mapping[str, FailureModel], due: int, rng: np.random.Generator
) -> Failure:
    names = list(kinds)
    weights = np.array([kinds[name].weight for name in names])
    chosen = rng.choice(len(names), p=weights / weights.sum()) if regime.mixed else 0
    model = kinds[names[chosen]]
    scores = rng.standard_normal(3)
    again = model.again.at(scores[2]) if rng.random() < model.fails_again else 0.0
    return Failure(
        due=due,
        kind=names[chosen],
        visible=max(1, round(model.visible.at(scores[0]))),
        dark=max(1, round(model.dark.at(scores[1]) + again)),
    )
