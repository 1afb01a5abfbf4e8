"""Every case of the suite."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chaos.case import CHECKPOINTED, IN_PLACE, RESTART, SAVEPOINT, STEPS, WAYS, WRITES, Case
from chaos.faults import EVERY, TOUCHING, Does, Fault, Kind, Moment, point, points
from chaos.harm import CANCEL, CHANGE, DATABASE, KILL_ALL, PARTS, SAVEPOINTS, STILL, Rival
from chaos.routes import RUN
from horae.domain.action import RescalePath
from horae.engines.journal import Step

_TWICE_IN_THE_SLICE = (Kind.KILLED, Kind.REPLY, Kind.PART, Kind.PERSON)
_MANNED = (Step.PREPARE, Step.START)
"""Steps at which TaskManagers come and go where the target has others."""


def all_cases() -> tuple[Case, ...]:
    """All cases of each cluster, mixed so that any beginning of them is as varied as the whole."""
    kinds = (
        _killed(), _killed_on_the_way_back(), _killed_again_and_again(), _replies(), _parts(),
        _savepoints(), _twice(), _person(), _ledger(), _all_killed(), _grown_in_place(),
    )  # fmt: skip
    spread = _mixed([_on_both(kind) for kind in kinds])
    return tuple(sorted(spread, key=lambda case: case.highly_available))


def _on_both(cases: Iterable[Case]) -> list[Case]:
    """Every other case on the cluster with high availability, where no job is ever lost."""
    told = list(cases)
    return [
        replace(
            case,
            highly_available=number % 2 == 1 and case.path is not RESTART,
            reshape=case.reshape or _reshapes(case),
        )
        for number, case in enumerate(told)
    ]


def _reshapes(case: Case) -> bool:
    """Whether the target has other TaskManagers: where one dies that starts or stops some.

    Each of them takes ten seconds more, so that not every case does; where none of them changes,
    nothing is provided.
    """
    if case.path not in (SAVEPOINT, CHECKPOINTED):
        return False
    if case.step == Step.PROVIDE or case.further:
        return True
    if case.step not in _MANNED:
        return False
    by_savepoint = case.path is SAVEPOINT
    if case.kind is Kind.KILLED:
        return by_savepoint or case.at.endswith(Moment.BETWEEN)
    harms = ("kill taskmanager", "kill jobmanager") if by_savepoint else ("kill taskmanager",)
    return case.kind is Kind.PART and case.harm in harms


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


def _grown_in_place() -> Iterator[Case]:
    """To more subtasks than there are slots, so that a TaskManager is added first."""
    for moment in (Moment.BETWEEN, Moment.AFTER):
        place = point(Step.PREPARE, moment)
        yield Case(
            kind=Kind.KILLED, path=IN_PLACE, at=place, faults=(Fault(Does.KILL, place),),
            reshape=True,
        )  # fmt: skip
    place = point(Step.PREPARE, Moment.BEFORE)
    yield replace(_harmed(Kind.PART, IN_PLACE, "kill taskmanager", place), reshape=True)


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
            touching = next(step for step in STEPS[path] if step in TOUCHING)
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
            moments = [Moment.BEFORE, Moment.BETWEEN] if step in TOUCHING else [Moment.BEFORE]
            for moment in moments:
                yield _harmed(Kind.LEDGER, path, DATABASE, point(step, moment))
    for step in (Step.STOP, Step.START):
        yield _harmed(Kind.LEDGER, SAVEPOINT, STILL, point(step, Moment.BEFORE))


def _all_killed() -> Iterator[Case]:
    rivals = (Rival.SAME, Rival.OTHER)
    places = [
        (path, point(step, moment))
        for path in WAYS
        for step in STEPS[path]
        if step in (*TOUCHING, Step.VERIFY)
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
