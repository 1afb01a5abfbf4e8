"""Looks at every configuration: exact, and fast enough for thousands."""

from collections.abc import Sequence

from horae.domain.candidate import Candidate
from horae.domain.configuration import Configuration
from horae.optimisation.optimiser import Evaluate


class ExhaustiveOptimiser:
    """An `Optimiser` that evaluates the whole space, in its order."""

    def search(self, space: Sequence[Configuration], evaluate: Evaluate) -> Sequence[Candidate]:
        """Evaluate every configuration of `space` at once."""
        return tuple(evaluate(space))
