"""A run cut where the processing started anew: within a piece one configuration holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from horae.domain.configuration import Configuration
from horae.simulation.world.flow import Flow
from horae.simulation.world.replication import Replication


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some seconds after one start of the processing, before the next.

    Attributes:
        number: Of the start, 0 for the first.
        started: Second of the start.
        begin: First second of the piece.
        end: Second after its last one.
        configuration: What the job ran in.
    """

    number: int
    started: int
    begin: int
    end: int
    configuration: Configuration

    @property
    def span(self) -> slice:
        """Its seconds."""
        return slice(self.begin, self.end)


def pieces(flow: Flow, row: int, since: int) -> Iterator[Piece]:
    """The pieces from a second up to the present."""
    one = flow.replications[row]
    number, begin = len(one.started) - 1, since
    while number > 0 and one.started[number] > since:
        number -= 1
    while begin < flow.now:
        end = min([flow.now, *one.started[number + 1 : number + 2]])
        if end > begin:
            yield Piece(
                number=number,
                started=one.started[number],
                begin=begin,
                end=end,
                configuration=configuration_after(one, number),
            )
        begin, number = end, number + 1


def configuration_after(one: Replication, number: int) -> Configuration:
    """What a job ran in after its start of that number."""
    at = one.started[number]
    return next(each for second, each in reversed(one.configurations) if second <= at)
