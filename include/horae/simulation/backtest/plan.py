"""What a back-test consists of."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from horae.simulation.backtest.backtest import Rehearsal
from horae.simulation.backtest.contenders import Contender
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.worlds import World

FIRST_SEED = 1
"""Seeds are counted from it, and its runs are plotted."""

Scene = tuple[Rehearsal, ...]
"""Runs of all contenders under the same trace, world and seed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A back-test.

    Attributes:
        model: The job.
        traces: Loads, each with another name.
        worlds: What is added to the model.
        contenders: Who takes part, each with another name.
        seeds: How many.
        terms: What they are measured by.
        references: Also look for the best constant configuration and the oracle.
    """

    model: JobModel
    traces: tuple[Trace, ...]
    worlds: tuple[World, ...]
    contenders: tuple[Contender, ...]
    seeds: int
    terms: Terms
    references: bool = True

    def scenes(self) -> Iterator[Scene]:
        """By trace, world and seed."""
        seeds = range(FIRST_SEED, FIRST_SEED + self.seeds)
        for trace, world, seed in product(self.traces, self.worlds, seeds):
            yield tuple(
                Rehearsal(
                    model=self.model,
                    world=world,
                    trace=trace,
                    contender=contender,
                    seed=seed,
                    terms=self.terms,
                )
                for contender in self.contenders
            )

    def stages(self) -> Iterator[tuple[Scene, ...]]:
        """By trace and world: the scenes of all seeds."""
        scenes = list(self.scenes())
        for begin in range(0, len(scenes), self.seeds):
            yield tuple(scenes[begin : begin + self.seeds])

    @property
    def steps(self) -> int:
        """Things to make: runs, and where there are references one more a scene and a stage."""
        scenes = len(self.traces) * len(self.worlds) * self.seeds
        references = scenes + scenes // self.seeds if self.references else 0
        return scenes * len(self.contenders) + references
