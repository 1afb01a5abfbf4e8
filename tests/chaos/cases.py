"""Every case of the suite: one action, what goes wrong in it, and how long it may take."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chaos.faults import EVERY, Does, Fault, Kind, Moment, point, points
from chaos.harm import CANCEL, CHANGE, DATABASE, KILL_ALL, PARTS, SAVEPOINTS, Rival
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
"""What each way goes through where nothing goes wrong, and no TaskManager has to be added."""
WRITES = {
    IN_PLACE: (CHECKPOINT, RESIZE),
    SAVEPOINT: (STOP, RUN, CHECKPOINT),
    CHECKPOINTED: (CHECKPOINT, CANCEL_CALL, RUN),
}
WAYS = tuple(WRITES)
_TOUCHING = (Step.RESIZE, Step.STOP, Step.SECURE, Step.START)
_TWICE_IN_THE_SLICE = (Kind.KILLED, Kind.REPLY, Kind.PART, Kind.PERSON)
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
        reshape: Other TaskManagers too.
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
        return f"{stack} / {self.kind} / {self.path} / {self.at}"

    @property
    def step(self) -> str:
        """Where the trouble comes, without the moment."""
        return self.at.rpartition(" at ")[2].partition(":")[0]

    @property
    def seconds(self) -> float:
        """Until the job must run again, from the action's beginning."""
        return _CHAIN_SECONDS if self.further else _SECONDS[self.highly_available]


def all_cases() -> tuple[Case, ...]:
    """All cases of each cluster, mixed so that any beginning of them is as varied as the whole."""
    kinds = (
        _killed(), _killed_on_the_way_back(), _killed_again_and_again(), _replies(), _parts(),
        _savepoints(), _twice(), _person(), _ledger(), _all_killed(),
    )  # fmt: skip
    spread = _mixed([_on_both(kind) for kind in kinds])
    return tuple(sorted(spread, key=lambda case: case.highly_available))


def _on_both(cases: Iterable[Case]) -> list[Case]:
    """Every other case on the cluster with high availability, where no job is ever lost."""
    told = list(cases)
    return [
        replace(case, highly_available=number % 2 == 1 and case.path is not RESTART)
        for number, case in enumerate(told)
    ]


def _mixed(kinds: Sequence[Sequence[Case]]) -> Iterator[Case]:
    placed = [
        ((number + 0.5) / len(cases), case) for cases in kinds for number, case in enumerate(cases)
    ]
    return (case for _, case in sorted(placed, key=lambda each: each[0]))


def _killed() -> Iterator[Case]:
    places = [(path, place) for path in WAYS for place in points(STEPS[path])]
    places += [(RESTART, point(step, Moment.BETWEEN)) for step in STEPS[RESTART]]
    for path, place in places:
        yield Case(kind=Kind.KILLED, path=path, at=place, faults=(Fault(Does.KILL, place),))


def _killed_on_the_way_back() -> Iterator[Case]:
    """The start is refused, so that the action goes back, and the process dies on that way."""
    refused = Fault(Does.REFUSE, RUN)
    for path in (SAVEPOINT, CHECKPOINTED):
        for step in (Step.SECURE, Step.START, Step.VERIFY):
            place = point(step, Moment.BETWEEN, 1)
            faults = (refused, Fault(Does.KILL, place))
            yield Case(kind=Kind.KILLED, path=path, at=place, faults=faults)


def _killed_again_and_again() -> Iterator[Case]:
    for path in WAYS:
        first, *rest = (Fault(Does.KILL, place) for place in points(STEPS[path]))
        yield Case(
            kind=Kind.KILLED, path=path, at="every place in turn", faults=(first,),
            further=tuple(rest),
        )  # fmt: skip


def _replies() -> Iterator[Case]:
    kind = Kind.REPLY
    for path in (*WAYS, RESTART):
        for does in (Does.DROP, Does.DROP_THREE):
            yield Case(
                kind=kind, path=path, at=f"{does} at every call", faults=(Fault(does, EVERY),)
            )
    for path, calls in WRITES.items():
        for call in calls:
            for does in (Does.DROP, Does.LATE, Does.DIE, Does.REFUSE):
                yield Case(
                    kind=kind, path=path, at=f"{does} at {call}", faults=(Fault(does, call),)
                )


def _parts() -> Iterator[Case]:
    for path in WAYS:
        for step in STEPS[path]:
            for part in PARTS:
                yield _harmed(Kind.PART, path, f"kill {part}", point(step, Moment.BEFORE))


def _savepoints() -> Iterator[Case]:
    for harm in SAVEPOINTS:
        for place in (point(Step.PREPARE, Moment.AFTER), point(Step.STOP, Moment.BEFORE)):
            yield _harmed(Kind.SAVEPOINTS, SAVEPOINT, harm, place)
    for harm in SAVEPOINTS:
        yield _harmed(Kind.SAVEPOINTS, SAVEPOINT, harm, point(Step.START, Moment.BEFORE))


def _twice() -> Iterator[Case]:
    for rival in (Rival.SAME, Rival.OTHER):
        for path in WAYS:
            yield Case(kind=Kind.TWICE, path=path, at=f"{rival} at once", rival=rival)
            touching = next(step for step in STEPS[path] if step in _TOUCHING)
            place = point(touching, Moment.BEFORE)
            yield Case(
                kind=Kind.TWICE, path=path, at=f"{rival} at {place}", rival=rival,
                faults=(Fault(Does.PAUSE, place),),
            )  # fmt: skip


def _person() -> Iterator[Case]:
    """Never between the last look and the call that ends or resizes the job.

    Flink has no compare-and-set: who comes in these milliseconds cannot be told from Horae.
    """
    after, before = Moment.AFTER, Moment.BEFORE
    places = {
        IN_PLACE: (
            point(Step.RECHECK, before), point(Step.RECHECK, after), point(Step.CHECKPOINT, after),
            point(Step.RESIZE, after), point(Step.VERIFY, before),
        ),
        SAVEPOINT: (
            point(Step.RECHECK, after), point(Step.PREPARE, before), point(Step.START, after),
            point(Step.VERIFY, before),
        ),
        CHECKPOINTED: (
            point(Step.PREPARE, after), point(Step.CHECKPOINT, before),
            point(Step.START, after), point(Step.VERIFY, before),
        ),
    }  # fmt: skip
    for path, told in places.items():
        for harm in (CANCEL, CHANGE):
            for place in told:
                yield _harmed(Kind.PERSON, path, harm, place)


def _ledger() -> Iterator[Case]:
    for path in WAYS:
        for step in STEPS[path]:
            moments = [Moment.BEFORE, Moment.BETWEEN] if step in _TOUCHING else [Moment.BEFORE]
            for moment in moments:
                yield _harmed(Kind.LEDGER, path, DATABASE, point(step, moment))


def _all_killed() -> Iterator[Case]:
    rivals = (Rival.SAME, Rival.OTHER)
    places = [
        (path, point(step, moment))
        for path in WAYS
        for step in STEPS[path]
        if step in (*_TOUCHING, Step.VERIFY)
        for moment in (Moment.BEFORE, Moment.BETWEEN)
    ]
    for number, (path, place) in enumerate(places):
        yield Case(
            kind=Kind.ALL, path=path, at=place, harm=KILL_ALL, rival=rivals[number // 2 % 2],
            faults=(Fault(Does.PAUSE, place),),
        )  # fmt: skip


def _harmed(kind: Kind, path: RescalePath, harm: str, place: str) -> Case:
    faults = (Fault(Does.PAUSE, place),)
    return Case(kind=kind, path=path, at=f"{harm} at {place}", harm=harm, faults=faults)


def wanted(cases: Iterable[Case], words: Sequence[str]) -> tuple[Case, ...]:
    """The cases whose id holds one of the words; all, if there are none."""
    return tuple(case for case in cases if not words or any(word in case.id for word in words))


def slice_of_all() -> tuple[Case, ...]:
    """A dozen cases on the cluster without high availability: each kind, and each way."""
    every = [case for case in all_cases() if not case.highly_available and not case.further]
    chosen: list[Case] = []
    for number, kind in enumerate((*Kind, *_TWICE_IN_THE_SLICE)):
        left = [case for case in every if case.kind is kind and case not in chosen]
        as_due = [case for case in left if case.path is WAYS[number % len(WAYS)]]
        chosen.append((as_due or left)[0])
    return tuple(chosen)
