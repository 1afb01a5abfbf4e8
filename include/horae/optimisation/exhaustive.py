"""Looks at every configuration: exact, and fast enough for thousands."""

from horae.domain.candidate import Candidates
from horae.domain.configurations import Configurations
from horae.optimisation.optimiser import Evaluate


class ExhaustiveOptimiser:
    """An `Optimiser` that evaluates the whole space, in its order."""

    def search(self, space: Configurations, evaluate: Evaluate) -> Candidates:
        """Evaluate every configuration of `space` at once."""
        return evaluate(space)
