"""Who searches the configurations a job could run in."""

from collections.abc import Callable
from typing import Protocol

from horae.domain.candidate import Candidates
from horae.domain.configurations import Configurations

Evaluate = Callable[[Configurations], Candidates]
"""Predicts the objectives of configurations, in their order."""


class Optimiser(Protocol):
    """Searches a space of configurations."""

    def search(self, space: Configurations, evaluate: Evaluate) -> Candidates:
        """Evaluate the promising configurations of `space`.

        Returns:
            Evaluated candidates in a reproducible order; at least every non-dominated one that
            was found.
        """
        ...
