"""What a case is: one action, what goes wrong in it, and how long it may take."""

from dataclasses import dataclass

from chaos.faults import Fault, Kind
from chaos.harm import Rival
from chaos.routes import CANCEL as CANCEL_CALL
from chaos.routes import CHECKPOINT, RESIZE, RUN, STOP
from horae.domain.action import RescalePath
from horae.engines.journal import Step

IN_PLACE, SAVEPOINT, CHECKPOINTED, RESTART = RescalePath
STEPS = {
    IN_PLACE: (Step.RECHECK, Step.CHECKPOINT, Step.RESIZE, Step.VERIFY, Step.TIDY),
    SAVEPOINT: (
        Step.RECHECK, Step.PREPARE, Step.STOP, Step.PROVIDE, Step.START, Step.VERIFY, Step.TIDY,
    ),
    CHECKPOINTED: (
        Step.RECHECK, Step.PREPARE, Step.CHECKPOINT, Step.SECURE, Step.PROVIDE, Step.START,
        Step.VERIFY, Step.TIDY,
    ),
    RESTART: (
        Step.RECHECK, Step.SECURE, Step.PROVIDE, Step.START, Step.VERIFY, Step.TIDY,
    ),
}  # fmt: skip
"""What each way goes through where nothing goes wrong: in place no TaskManager has to be added,
and on the other ways they change."""
WRITES = {
    IN_PLACE: (CHECKPOINT, RESIZE),
    SAVEPOINT: (STOP, RUN, CHECKPOINT),
    CHECKPOINTED: (CHECKPOINT, CANCEL_CALL, RUN),
}
WAYS = tuple(WRITES)
_SECONDS = {False: 120.0, True: 180.0}
"""Until the job must run again, by high availability: a failover takes 20 s more, twice."""
_CHAIN_SECONDS = 480.0
"""Some twenty processes are killed one after the other, and each leaves its lease for 3 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One action and its trouble.

    Attributes:
        kind: What kind of trouble.
        path: Which way the action goes.
        at: Where the trouble comes, for people and the report.
        highly_available: On which of the two clusters.
        faults: What goes wrong in the process that acts first.
        further: What goes wrong in the processes after it, one fault each.
        harm: What is done from outside while the process is paused; see `harm`.
        rival: Who else acts at the same time.
        reshape: Other TaskManagers too, or more of them: some are started, and some stopped.
    """

    kind: Kind
    path: RescalePath
    at: str
    highly_available: bool = False
    faults: tuple[Fault, ...] = ()
    further: tuple[Fault, ...] = ()
    harm: str | None = None
    rival: Rival | None = None
    reshape: bool = False

    @property
    def id(self) -> str:
        """The same in every run."""
        stack = "ha" if self.highly_available else "plain"
        more = " / other TaskManagers" if self.reshape else ""
        return f"{stack} / {self.kind} / {self.path} / {self.at}{more}"

    @property
    def step(self) -> str:
        """Where the trouble comes, without the moment."""
        return self.at.rpartition(" at ")[2].partition(":")[0]

    @property
    def seconds(self) -> float:
        """Until the job must run again, from the action's beginning."""
        return _CHAIN_SECONDS if self.further else _SECONDS[self.highly_available]
