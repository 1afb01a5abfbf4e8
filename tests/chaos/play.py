"""Plays one case: order an action, let its trouble come, let the cycles after it go on, check."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chaos.case import Case
from chaos.checks import (
    Problem,
    Seen,
    What,
    expected_configuration,
    job_problems,
    ledger_problems,
    outcomes,
)
from chaos.faults import Does, Fault, Kind
from chaos.harm import (
    CANCEL,
    CHANGE,
    CHANGED_PARALLELISM,
    KILL_ALL,
    Rival,
    bring_back_all,
    harm_named,
    resize,
)
from chaos.look import entries_after, is_quiet, ledger_is_whole, newest_checkpoint, seen
from chaos.orders import order, order_restart, target
from chaos.processes import Actor
from chaos.results import Result
from chaos.scene import CLOCK, Scene
from chaos.stand import Stand
from horae.domain.action import RescalePath
from horae.ledger.records import EntryKind

_POLL_SECONDS = 0.1
_QUIET_SECONDS = 3.0
"""For so long nothing must come back to life that a person has ended."""


def play(case: Case, scene: Scene, folder: Path) -> Result:
    """Play a case and check how it ended."""
    began, since = time.time(), entries_after(scene, 0)[-1].number
    if case.path is RescalePath.RESTART:
        _lose_the_job(scene)
    before = newest_checkpoint(scene)
    action = f"{folder.name}-{int(began)}"
    decisions = _order(case, scene, action)
    stand = Stand(case=case, scene=scene, folder=folder, deadline=time.monotonic() + case.seconds)
    _act(stand, decisions)
    _recover(stand, decisions[0], since)
    seconds = time.time() - began
    problems = [*_problems(stand, since, before), *stand.spared()]
    ended = outcomes(entries_after(scene, since))
    return Result(
        case=case.id, kind=case.kind, path=case.path, step=case.step,
        injected=stand.injected, outcomes=tuple(f"{one.result} by {one.path}" for one in ended),
        began=began, seconds=round(seconds, 1), problems=tuple(problems),
    )  # fmt: skip


def unplayed(case: Case, began: float, reason: str) -> Result:
    """The result of a case that could not be played to its end."""
    problem = Problem(what=What.JOB, sentence=f"the case could not be played: {reason}")
    return Result(
        case=case.id, kind=case.kind, path=case.path, step=case.step, injected=(), outcomes=(),
        began=began, seconds=round(time.time() - began, 1), problems=(problem,),
    )  # fmt: skip


def _lose_the_job(scene: Scene) -> None:
    """Without high availability a JobManager that comes back has forgotten it."""
    scene.stack.kill("jobmanager")
    bring_back_all(scene)


def _order(case: Case, scene: Scene, action: str) -> list[str]:
    """The decision of the case, and the rival's."""
    if case.path is RescalePath.RESTART:
        return [order_restart(scene)]
    shown = scene.shown()
    if shown is None or shown.configuration is None:
        raise RuntimeError(f"the case cannot begin: {shown}")
    to = target(case.path, shown.configuration, reshape=case.reshape)
    first = order(scene, action, case.path, to).id
    if case.rival is not Rival.OTHER:
        return [first, first]
    other = next(
        path for path in (RescalePath.SAVEPOINT, RescalePath.IN_PLACE) if path != case.path
    )
    return [first, order(scene, f"{action}-rival", other, target(other, shown.configuration)).id]


def _act(stand: Stand, decisions: Sequence[str]) -> None:
    """The action and its trouble, until its processes have ended or stand idle for too long."""
    case = stand.case
    first = stand.send(decisions[0], case.faults)
    at_once = case.rival is not None and not any(one.does is Does.PAUSE for one in case.faults)
    if at_once:
        _send_rival(stand, decisions[1])
    while any(actor.is_alive for actor in stand.actors) and stand.left:
        if first.is_paused:
            _meanwhile(stand, first, decisions)
        CLOCK.wait(_POLL_SECONDS)
    for actor in stand.actors:
        actor.kill()


def _send_rival(stand: Stand, decision: str) -> Actor:
    """A second process, which is the trouble where nothing is done besides."""
    if stand.case.harm is None:
        stand.harmed.append(stand.case.at)
    return stand.send(decision)


def _meanwhile(stand: Stand, first: Actor, decisions: Sequence[str]) -> None:
    """What happens while the first process stands still, and for a while after."""
    case, scene = stand.case, stand.scene
    if case.rival is not None:
        rival = _send_rival(stand, decisions[1])
        if case.harm != KILL_ALL:
            rival.join(20)
    harm = harm_named(case.harm) if case.harm is not None else None
    if harm is None:
        first.go_on()
        return
    try:
        harm.do(scene, stand.actors)
        stand.harmed.append(case.at)
        first.go_on()
        CLOCK.wait(harm.after_seconds)
    finally:
        harm.undo(scene)


def _recover(stand: Stand, decision: str, since: int) -> None:
    """The next cycles, one after the other, until nothing is left to do."""
    further = list(stand.case.further)
    while stand.left and not (_is_over(stand, since) and not further):
        bring_back_all(stand.scene)
        faults = (further.pop(0),) if further else ()
        actor = _next_process(stand, decision, faults)
        if faults and not actor.injected:
            further = [*faults, *further] if not is_quiet(stand.scene) else []
        CLOCK.wait(_POLL_SECONDS)


def _next_process(stand: Stand, decision: str, faults: tuple[Fault, ...]) -> Actor:
    """The next cycle's; where that finds nothing to do, the task itself is tried again."""
    actor = stand.send(None, faults)
    actor.join(stand.left)
    if (actor.told or {}).get("did") == "nothing" and is_quiet(stand.scene):
        actor = stand.send(decision, faults)
        actor.join(stand.left)
    for one in stand.actors:
        one.kill()
    return actor


def _is_over(stand: Stand, since: int) -> bool:
    """Whether nothing is in flight, and the job is as the ledger says."""
    if not is_quiet(stand.scene):
        return False
    entries = entries_after(stand.scene, since)
    if not any(one.kind is EntryKind.OUTCOME for one in entries):
        return False
    if stand.case.harm == CANCEL:
        return not stand.scene.alive()
    return not list(_job_problems(stand, seen(stand.scene), since, None))


def _problems(stand: Stand, since: int, before: tuple[str, int] | None) -> list[Problem]:
    """All that is wrong in the end; a person's will is undone afterwards, by that person."""
    scene, case = stand.scene, stand.case
    if case.harm == CANCEL:
        _let_cycles_pass(stand)
    now = seen(scene)
    entries = entries_after(scene, since)
    # One that gave up, since the ledger was away for instance, leaves its step to the next too.
    deaths = sum(not actor.told or "error" in actor.told for actor in stand.actors)
    found = [
        *_job_problems(stand, now, since, before),
        *ledger_problems(
            entries, shown=now.configuration, deaths=deaths,
            other_hand=case.kind is Kind.PERSON,
        ),
        *(Problem(what=What.LEDGER, sentence=told) for told in ledger_is_whole(scene)),
    ]  # fmt: skip
    bugs = [actor.told for actor in stand.actors if (actor.told or {}).get("error") == "bug"]
    found += [Problem(what=What.LEDGER, sentence=str(bug["sentence"])) for bug in bugs if bug]
    if case.harm == CANCEL and not scene.alive():
        scene.start_by_hand()
    elif case.harm == CHANGE or (case.reshape and case.path is RescalePath.IN_PLACE):
        resize(scene, 1)  # the next case begins as most do
    return found


def _job_problems(
    stand: Stand, now: Seen, since: int, before: tuple[str, int] | None
) -> list[Problem]:
    """Of the job, against what the ledger says, or what a person wanted."""
    if stand.case.harm == CANCEL:
        return list(job_problems(now, wanted=None, newest_before=before))
    wanted = expected_configuration(entries_after(stand.scene, since))
    if stand.case.harm == CHANGE and now.configuration is not None:
        wanted = replace(now.configuration, parallelism=CHANGED_PARALLELISM)
    if wanted is None:
        return [Problem(what=What.JOB, sentence="the ledger does not say what it must run in")]
    return list(job_problems(now, wanted=wanted, newest_before=before))


def _let_cycles_pass(stand: Stand) -> None:
    """Two cycles, which must leave alone what a person has ended."""
    for _ in range(2):
        actor = stand.send(None)
        actor.join(30)
    CLOCK.wait(_QUIET_SECONDS)
