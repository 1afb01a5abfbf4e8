"""How the speed of a start rises, from how long recoveries really took.

After an outage the backlog's age falls by (speed - 1) a second, the speed as a multiple of the
load. Recoveries take longer than that: the full speed is not there at once. How much longer is one
number, the time lost; it is told as the seconds in which the speed rises in a line.
"""

from dataclasses import dataclass

import numpy as np

from horae.errors import NotReady
from horae.performance.models import Floats
from horae.simulation.calibration.part import Comparison, Fitted
from horae.simulation.job.job_model import RecoveryModel

RAMP_FROM = RecoveryModel.model_fields["ramp_from"].default
"""Share of the speed that is there at once: fixed, for the time lost is one number and the shape
of the rise cannot be told from it."""
LONGEST_RAMP = 120
LONGEST_RECOVERY = 1800
FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CatchUps:
    """Recoveries from when the processing resumed; all `n`.

    Attributes:
        age: Of the backlog then, seconds.
        speed: Processed over offered records while catching up.
        seconds: Until latency was within its limit.
    """

    age: Floats
    speed: Floats
    seconds: Floats

    def __len__(self) -> int:
        return len(self.age)


def explicable(rows: CatchUps) -> CatchUps:
    """Without rows that lack something, or that no speed above the load explains."""
    known = np.isfinite(rows.age + rows.speed + rows.seconds)
    known &= (rows.age > 0) & (rows.seconds > 0) & (rows.seconds < LONGEST_RECOVERY)
    known &= rows.speed > 1
    return CatchUps(
        age=rows.age[known],
        speed=rows.speed[known],
        seconds=rows.seconds[known],
    )


def fit_ramp(
    catch_ups: CatchUps, *, after: str, limit: float, draws: int, rng: np.random.Generator
) -> Fitted[float | None]:
    """Fit `ramp_seconds`, by the least mean absolute error of the recoveries.

    Args:
        catch_ups: Recoveries.
        after: What they followed, for the report.
        limit: Age of a backlog that counts as normal, seconds.
        draws: Of the bootstrap over rows.
        rng: Source of chance.

    Raises:
        NotReady: Too few recoveries.
    """
    rows = explicable(catch_ups)
    if len(rows) < FEWEST:
        raise NotReady(
            f"{len(rows)} recoveries tell age, speed and how long they took; {FEWEST} are needed"
        )
    ramps = np.arange(1, LONGEST_RAMP + 1)
    predicted = np.array([predicted_seconds(rows, float(ramp), limit) for ramp in ramps])
    errors = np.abs(predicted - rows.seconds)
    picks = rng.integers(len(rows), size=(max(draws, 2), len(rows)))
    drawn = [float(ramps[errors[:, pick].mean(axis=1).argmin()]) for pick in picks]
    best = int(errors.mean(axis=1).argmin())
    comparison = Comparison(
        title=f"recovery after {after}",
        unit="s",
        predicted=predicted[best],
        measured=rows.seconds,
        logarithmic=True,
        note="From resuming until latency is normal, each with its own measured speed: what is "
        "left is how the speed rises, and chance.",
    )
    return Fitted(
        value=float(ramps[best]),
        deviations={"ramp_seconds": float(np.std(drawn, ddof=1))},
        quality={
            "recoveries": float(len(rows)),
            "median error of recoveries, s": float(np.median(errors[best])),
        },
        comparisons=(comparison,),
    )


def predicted_seconds(catch_ups: CatchUps, ramp_seconds: float, limit: float) -> Floats:
    """Seconds from resuming until the backlog's age is at most `limit`: `n`.

    The load is constant; the longest recovery that is looked at where it is never reached.
    """
    times = np.arange(LONGEST_RECOVERY)[:, None]
    risen = RAMP_FROM + (1 - RAMP_FROM) * np.minimum(times / ramp_seconds, 1.0)
    age = catch_ups.age + np.cumsum(1 - catch_ups.speed * risen, axis=0)
    over = age > limit
    return np.where(over[-1], LONGEST_RECOVERY, over.argmin(axis=0) + 1).astype(np.float64)
