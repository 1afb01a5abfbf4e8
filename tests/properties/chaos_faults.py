"""What may happen while an action is under way, and when."""

from dataclasses import dataclass
from enum import StrEnum

import hypothesis.strategies as st


class Kind(StrEnum):
    """A fault, or somebody else's doing."""

    DIES = "the process is killed"
    IS_TERMINATED = "the process is ended and tidies up behind itself"
    PAUSES = "the process stands still"
    NO_ANSWER = "the engine does not answer the next call"
    LOST_REPLY = "the next call takes effect, and its reply is lost"
    LATE = "the next request takes effect only seconds after it was given up"
    SAYS_NO = "the engine refuses the next call"
    JOB_MANAGER = "the JobManager dies"
    JOB_MANAGER_HA = "the JobManager dies, with high availability"
    TASK_MANAGER = "a TaskManager dies"
    STORAGE = "the storage is away"
    LEDGER = "the ledger is away"
    LEDGER_REPLY = "the ledger takes the next entry, and its reply is lost"
    SAME_AGAIN = "a second process acts on the same decision"
    RIVAL = "a second process acts on another decision"
    CANCELS = "a person cancels the job"
    RESIZES = "a person resizes the job"
    RESTARTS = "a person starts the job anew"
    STARTS_AFRESH = "a person starts the job afresh, without state"
    HALTS = "the kill switch is thrown"
    UNFIT = "the job does not get to run in its target"
    FEWER = "the job gets fewer subtasks than it asks for"
    LAGS = "the lag grows"
    FAILS = "the job fails for good"


PERSONS = {Kind.CANCELS, Kind.RESIZES, Kind.RESTARTS, Kind.STARTS_AFRESH}
SECONDS = (1.0, 7.0, 25.0, 80.0, 400.0)


@dataclass(frozen=True, slots=True)
class Event:
    """What happens.

    Attributes:
        gap: At the so-many-eth point after the event before it.
        kind: What.
        amount: How long or how much, an index of `SECONDS`.
    """

    gap: int
    kind: Kind
    amount: int

    @property
    def seconds(self) -> float:
        """How long."""
        return SECONDS[self.amount]


def _events(longest_gap: int) -> st.SearchStrategy[Event]:
    return st.builds(
        Event,
        gap=st.integers(0, longest_gap),
        kind=st.sampled_from(list(Kind)),
        amount=st.integers(0, len(SECONDS) - 1),
    )


# An action has some 80 to 150 points, of which the first 45 lie before the job is touched.
PLANS = st.builds(
    lambda first, more: [first, *more], _events(90), st.lists(_events(45), max_size=5)
)

# Somebody starts the job without state, and what was not ended goes wrong then.
AFRESH = st.builds(
    lambda before, gap, after: [*before, Event(gap, Kind.STARTS_AFRESH, 0), *after],
    st.lists(_events(60), max_size=1),
    st.integers(0, 90),
    st.lists(_events(45), min_size=1, max_size=3),
)
