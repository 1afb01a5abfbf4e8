"""What can be made to go wrong, and where: the words that cases, actors and reports share."""

from dataclasses import dataclass
from enum import StrEnum

from horae.engines.journal import Step


class Kind(StrEnum):
    """Kinds of trouble, as the report lists them."""

    KILLED = "Horae killed"
    REPLY = "reply lost"
    PART = "part killed"
    SAVEPOINTS = "savepoint folder harmed"
    TWICE = "triggered twice"
    PERSON = "another person"
    LEDGER = "ledger away"
    ALL = "all of Horae killed"


class Does(StrEnum):
    """What happens at a place, within the process that acts."""

    KILL = "kill"  # the process itself, by SIGKILL
    PAUSE = "pause"  # it waits until it is told to go on: somebody does harm meanwhile
    DROP = "drop"  # a call takes effect, and its reply is lost
    DROP_THREE = "drop-three"  # as often as reads are tried
    LATE = "late"  # a call takes effect after its sender has given up
    REFUSE = "refuse"  # a call has no effect and is answered with a no
    DIE = "die"  # a call takes effect, and the process dies before it hears of it


class Moment(StrEnum):
    """When, around the recording of an entry.

    A step is recorded twice: its intention before the engine is called, its result after.
    """

    BEFORE = "before"  # the intention is recorded, the engine was not called
    BETWEEN = "between"  # the engine was called, the result is not recorded
    AFTER = "after"  # the result is recorded


INTENTION, OUTCOME = "intention", "outcome"
"""The entries of an action that are no steps; the first has no moment between."""

TOUCHING = (Step.RESIZE, Step.STOP, Step.SECURE, Step.START)
"""Steps that change the job or end it."""

EVERY = "*"
"""Every call, the first time that it is sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong at one place.

    Attributes:
        does: What happens.
        at: A place of `point`, a route of `routes`, or `EVERY`.
    """

    does: Does
    at: str

    def __str__(self) -> str:
        """As on the command line."""
        return f"{self.does}@{self.at}"

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """The inverse of `str`.

        Raises:
            ValueError: It is not of that form.
        """
        does, found, at = text.partition("@")
        if not found:
            raise ValueError(f"got {text!r}; expected WHAT@WHERE, such as kill@stop:before")
        return cls(Does(does), at)


def point(entry: str, moment: Moment, round_: int = 0) -> str:
    """The place of an entry and a moment: `stop:before`, `back 1 start:after`."""
    return f"{f'back {round_} ' if round_ else ''}{entry}:{moment}"


def points(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Every place of an action with these steps, in the order that it goes through them."""
    inner = (point(step, moment) for step in steps for moment in Moment)
    first, last = point(INTENTION, Moment.BEFORE), point(INTENTION, Moment.AFTER)
    end = (point(OUTCOME, Moment.BETWEEN), point(OUTCOME, Moment.AFTER))
    return (first, last, *inner, *end)
