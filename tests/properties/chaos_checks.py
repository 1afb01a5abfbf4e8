"""What must hold once everything has gone wrong and come right again."""

from collections.abc import Iterable, Iterator

from chaos_faults import Kind
from chaos_world import ChaosWorld

from horae.control.entries import from_body
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Reason
from horae.errors import LedgerBroken
from horae.ledger.audit import audit, require_whole
from horae.ledger.records import Entry, EntryKind

# What may make an action fail for good. Processes that die, replies that get lost, a ledger that
# is away and rivals may not; nor may the cluster's own deaths, as long as there is but one.
_HARD = {
    Kind.SAYS_NO,
    Kind.STORAGE,
    Kind.UNFIT,
    Kind.FEWER,
    Kind.LAGS,
    Kind.FAILS,
    Kind.CANCELS,
    Kind.RESIZES,
    Kind.RESTARTS,
    Kind.STARTS_AFRESH,
}
_DEATHS = {Kind.JOB_MANAGER, Kind.JOB_MANAGER_HA, Kind.TASK_MANAGER}
# What changes a job after it was seen as the outcome says.
_CHANGES = _DEATHS | {Kind.UNFIT, Kind.FEWER, Kind.FAILS, Kind.CANCELS, Kind.RESIZES}
_CHANGES |= {Kind.RESTARTS, Kind.STARTS_AFRESH, Kind.PAUSES, Kind.LATE}


def violations(world: ChaosWorld) -> list[str]:
    """Everything that does not hold, in words."""
    return [
        *world.crashes,
        *_records(world),
        *_one_job(world),
        *_ledger(world),
        *_actions(world),
        *_reached(world),
    ]


def _records(world: ChaosWorld) -> Iterator[str]:
    account = world.cluster.account()
    if world.unseen_by_horae():
        return
    if account.lost or account.doubled:
        yield f"{account.lost} records lost, {account.doubled} doubled"
    if account.committed == 0:
        yield "nothing was committed"
    yield from (f"not the newest state: {start}" for start in world.cluster.stale_starts)


def _one_job(world: ChaosWorld) -> Iterator[str]:
    alive = [one.job_id for one in world.cluster.alive]
    if len(alive) > 1:
        yield f"{len(alive)} jobs are alive: {alive}"
    if len(alive) == 1 and world.running() is None:
        yield f"job {alive[0]} does not run"
    if not alive and not world.ended_by_person and not _is_left_to_a_person(world):
        yield "no job is alive, and no person is called"


def _is_left_to_a_person(world: ChaosWorld) -> bool:
    """Whether the ledger says that a person is needed, and where the newest state lies."""
    newest = world.cluster.storage.newest()
    location = newest.snapshot.location if newest and newest.snapshot.location else ""
    for entry in world.ledger.inner.read("ysb", newest_first=True):
        if entry.kind is EntryKind.OUTCOME:
            outcome = from_body(Outcome, entry.body)
            left = outcome.result in (OutcomeResult.FAILED, OutcomeResult.OVERTAKEN)
            return left and location in outcome.sentence
        if entry.kind is EntryKind.DECISION:
            decision = from_body(Decision, entry.body)
            held = decision.verb is Verb.HOLD and decision.reason is Reason.LOST_JOB
            return held and location in decision.sentence
    return False


def _ledger(world: ChaosWorld) -> Iterator[str]:
    try:
        require_whole(audit(world.ledger.inner))
    except LedgerBroken as error:
        yield str(error)
    yield from (f"recorded without a lease: {identity}" for identity in world.ledger.unguarded)


def _actions(world: ChaosWorld) -> Iterator[str]:
    entries = list(world.ledger.inner.read("ysb"))
    ended = [one.body["action_id"] for one in entries if one.kind is EntryKind.OUTCOME]
    for begun in (one for one in entries if one.kind is EntryKind.INTENTION):
        if ended.count(begun.body["action_id"]) != 1:
            yield f"{begun.body['action_id']} has {ended.count(begun.body['action_id'])} outcomes"
    for action_id in ended:
        steps = [one for one in entries if one.body.get("action_id") == action_id]
        yield from _steps(world, [one for one in steps if one.kind is EntryKind.STEP])
    for outcome in outcomes(world):
        yield from _is_called_for(world, outcome)


def _steps(world: ChaosWorld, steps: list[Entry]) -> Iterator[str]:
    intended = [one.body["number"] for one in steps if one.body["phase"] == "intended"]
    results = [one.body["number"] for one in steps if one.body["phase"] == "result"]
    if sorted({*intended, *results}) != list(range(1, len({*intended, *results}) + 1)):
        yield f"steps are numbered {sorted({*intended, *results})}"
    if len(set(results)) != len(results) or len(set(intended)) != len(intended):
        yield f"intentions {intended} and results {results} are not one each"
    found = [one for one in steps if one.body["number"] in set(results) - set(intended)]
    away = world.kinds & {Kind.LEDGER, Kind.LEDGER_REPLY}
    if found and (not away or any(one.body["step"] != "start" for one in found)):
        yield f"a result without an intention: {found}"
    whole = not world.kinds - {Kind.SAME_AGAIN, Kind.RIVAL, Kind.LAGS}
    if whole and intended != results:
        yield f"without any death, {intended} were intended and {results} have results"


def outcomes(world: ChaosWorld) -> list[Outcome]:
    """All outcomes, the oldest first."""
    read = world.ledger.inner.read("ysb", kinds=[EntryKind.OUTCOME])
    return [from_body(Outcome, entry.body) for entry in read]


def _is_called_for(world: ChaosWorld, outcome: Outcome) -> Iterable[str]:
    """Whether something has happened that leads to such an outcome."""
    deaths = sum(event.kind in _DEATHS for _, event, _ in world.happened)
    if outcome.result is OutcomeResult.FAILED and not world.kinds & _HARD and deaths < 2:
        yield f"FAILED for nothing: {outcome.sentence}"
    if outcome.result is OutcomeResult.OVERTAKEN and not world.persons:
        yield f"OVERTAKEN by nobody: {outcome.sentence}"


def _reached(world: ChaosWorld) -> Iterator[str]:
    """What the last outcome says is what the engine shows, unless it was changed since."""
    told = outcomes(world)
    for outcome in told:
        where = outcome.target if outcome.result is OutcomeResult.DONE else outcome.origin
        settled = outcome.result in (OutcomeResult.DONE, OutcomeResult.ROLLED_BACK)
        if settled and outcome.reached != where and not world.kinds & _CHANGES:
            yield f"{outcome.result}, but it reached {outcome.reached}"
    if not told or world.kinds & _CHANGES:
        return
    last = told[-1]
    if last.result is OutcomeResult.ABANDONED and last.reached is None:
        return  # It was not looked at.
    if last.path is not RescalePath.RESTART and last.reached != world.running():
        yield f"the last outcome says {last.reached}, and the job runs in {world.running()}"
