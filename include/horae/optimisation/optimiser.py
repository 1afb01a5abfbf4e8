"""Who searches the configurations a job could run in."""

from collections.abc import Callable, Sequence
from typing import Protocol

from horae.domain.candidate import Candidate
from horae.domain.configuration import Configuration

Evaluate = Callable[[Sequence[Configuration]], Sequence[Candidate]]
"""Predicts the objectives of configurations, in their order."""


class Optimiser(Protocol):
    """Searches a space of configurations."""

    def search(self, space: Sequence[Configuration], evaluate: Evaluate) -> Sequence[Candidate]:
        """Evaluate the promising configurations of `space`.

        Returns:
            Evaluated candidates in a reproducible order; at least every non-dominated one that
            was found.
        """
        ...
