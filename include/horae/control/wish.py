"""What a person (or `optimise`) wants of the `rescale` DAG."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from horae.domain.configuration import Configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An order as it was given.

    Attributes:
        id: The same for the same order, such as the DAG run's id.
        actor: Who gave it.
        job: The job's name.
        decision: A recorded decision to carry out; None: the wish itself is to be decided about.
        changes: Axis of the configuration to wanted value; axes left out stay, but that another
            parallelism is that of all vertices.
        vertices: Vertices that shall have a parallelism of their own, by id or by the beginning
            of a name that only one has; the others keep theirs.
        reason: In the person's words.
        dry_run: Ask the guards, record, do not act.
    """

    id: str
    actor: str
    job: str
    decision: str | None
    changes: Mapping[str, float]
    reason: str
    dry_run: bool
    vertices: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def axes() -> tuple[str, ...]:
        """Names that `changes` may have."""
        return tuple(axis.name for axis in fields(Configuration) if axis.name != "vertices")

    def target(self, current: Configuration) -> Configuration:
        """The configuration wanted, starting from the present one, but for single vertices."""
        return current.changed(self.changes)
