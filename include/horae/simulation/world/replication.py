"""What is told of each replication one by one."""

from dataclasses import dataclass, field

from horae.domain.configuration import Configuration
from horae.simulation.world.failures import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A failure that occurred.

    Attributes:
        at: Second of the failure.
        kind: Of the model's.
        visible_at: When the output stopped; not before `at`.
        resumed_at: When the processing resumed, or will as things stand; the end of the run or
            later: not within it.
        replayed_records: Records that were read again for it; 0 for one that struck before
            another was over, which already loses what there is to lose.
        interval_seconds: The checkpoint interval then.
    """

    at: int
    kind: str
    visible_at: int
    resumed_at: int
    replayed_records: float
    interval_seconds: float


@dataclass(slots=True, kw_only=True)
class Replication:
    """What is told one by one of each replication.

    Attributes:
        seed: Of its chances.
        due: Failures that will occur, in the order of time.
        configuration: What it runs in, or is started in.
        configurations: Second at which each came into force, in the order of time.
        struck: Failures that occurred, those under way included.
        started: Second of each start so far.
        replayed: Records that were read again after actions.
        pending: Number of failures under way; they are the last of `struck`.
    """

    seed: int
    due: list[Failure]
    configuration: Configuration
    configurations: list[tuple[int, Configuration]] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    replayed: float = 0.0
    pending: int = 0
