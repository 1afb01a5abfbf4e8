"""What each action on a job takes, drawn from the seed of the run and the action's number."""

import math

import numpy as np

from horae.domain.configuration import Configuration
from horae.simulation.job.job_model import JobModel, OutageModel

_CHANCES = 3


class ActionChances:
    """Draws for one action after the other; the n-th one of every policy meets the same luck.

    Args:
        model: Of the job.
        seed: Of the run.
    """

    def __init__(self, model: JobModel, seed: int) -> None:
        self._model, self._seed = model, seed
        self._number = 0

    @property
    def path_down(self) -> OutageModel | None:
        """Of a stop and a start; None: the model tells nothing of it."""
        return self._model.outages.pod_restart or self._model.outages.savepoint

    def preparation(self, path: OutageModel | None) -> int:
        """Whole seconds from asking until the processing stops; asking again draws the same."""
        return 0 if path is None else math.ceil(path.prepare.at(self._scores()[1]))

    def outage(self, path: OutageModel | None, configuration: Configuration) -> int:
        """Whole seconds without processing, at least one; the action is over with it."""
        score = self._scores()[0]
        self._number += 1
        if path is None:
            return 1
        return max(1, round(path.drawn(configuration, self._model.checkpoints.state_gb, score)))

    def _scores(self) -> list[float]:
        rng = np.random.default_rng([self._seed, _CHANCES, self._number])
        return [float(score) for score in rng.standard_normal(2)]
