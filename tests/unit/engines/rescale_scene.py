"""A job in a fake engine that is rescaled, with a journal that can fail; for several tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from horae.domain.action import Outcome, Rescale, RescalePath
from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.engines.fake import FakeEngine
from horae.engines.journal import StepState, Taken
from horae.engines.rescaling import rescale
from horae.errors import Refused, Unavailable
from journals import LonelyJournal

ORIGIN = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=10
)
UP = replace(ORIGIN, parallelism=4)
DOWN = replace(ORIGIN, parallelism=1)
OTHER = replace(ORIGIN, parallelism=4, slots=2, memory_mb=1024, checkpoint_interval_seconds=20)

NO = Refused("told to refuse")
AWAY = Unavailable("told to be away")


@dataclass
class Diary(LonelyJournal):
    """A journal that remembers, and halts or breaks before a given step.

    It breaks at the first step `break_from` that follows a step `break_after`.
    """

    halt_before: str | None = None
    break_from: str | None = None
    break_after: str = "recheck"
    asked: int = 0
    entries: list[Taken] = field(default_factory=list)
    broken: bool = False

    @property
    def intended(self) -> list[str]:
        """Steps begun."""
        return [one.step.value for one in self.entries if one.state is StepState.OPEN]

    def write(self, taken: Taken) -> None:
        """Remember, or break."""
        begins = taken.state is StepState.OPEN
        broken = taken.step == self.break_from and self.break_after in self.intended
        self.broken |= begins and broken
        if self.broken:
            raise Unavailable("the database is away")
        self.entries.append(taken)

    def halted(self) -> str | None:
        """A reason once the next step is the one to halt before."""
        self.asked += 1
        done = len([one for one in self.entries if one.state is not StepState.OPEN])
        order = ["recheck", "prepare", "checkpoint", "resize", "none"]
        if self.halt_before is None or order[done] != self.halt_before:
            return None
        return "maintenance"


@dataclass
class Scene:
    """A fake engine and what was done with it."""

    clock: ManualClock = field(default_factory=ManualClock)
    diary: Diary = field(default_factory=Diary)

    def __post_init__(self) -> None:
        """Build the engine."""
        self.engine = FakeEngine(self.clock, ORIGIN, job="ysb", outage_seconds=3.0)

    def go(
        self,
        target: Configuration,
        path: RescalePath = RescalePath.IN_PLACE,
        limit: float = 100,
        taken: Sequence[Taken] = (),
    ) -> Outcome:
        """Rescale, or go on with it."""
        order = Rescale(
            job="ysb", action_id="action-1", origin=ORIGIN, target=target, path=path,
            lag_limit_records=limit,
        )  # fmt: skip
        return rescale(self.engine, order, journal=self.diary, clock=self.clock, taken=taken)

    @property
    def alive(self) -> int:
        """Live incarnations."""
        return sum(1 for one in self.engine.incarnations if one.ended_at is None)

    @property
    def changes(self) -> list[str]:
        """Calls that change something."""
        silent = ("describe", "progress", "capabilities", "fate", "newest_state")
        return [call for call in self.engine.calls if call not in silent]
