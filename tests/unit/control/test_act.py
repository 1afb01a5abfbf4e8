"""An intention before, every step, an outcome after; and nothing done that no longer holds."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from action_builders import AWAY, decided, untouched
from control_builders import LINEAGE, NOON, SMALL, a_proposal, a_spec, at
from control_world import World
from horae.control.act import act
from horae.control.entries import draft, from_body, to_body
from horae.control.unfinished import unfinished_action
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.decision import Verb
from horae.domain.verdict import BrokenRule, Severity, Verdict
from horae.engines.fake import FakeEngine, Fault
from horae.errors import LeaseTaken, Refused, Unavailable
from horae.ledger.leases import Lease
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import Entry, EntryDraft, EntryKind


def test_the_job_is_moved_and_everything_recorded_in_order(world: World) -> None:
    """Intention, each step before and after, outcome; all name the decision, spec and code."""
    decision = decided(world)
    outcome = act(world.acting(), decision.id)
    assert outcome.result is OutcomeResult.DONE
    assert (outcome.job, outcome.reached) == ("ysb", at(2))
    assert world.engine.describe("ysb").configuration == at(2)
    kinds = [entry.kind for entry in world.entries()]
    assert kinds[:2] == [EntryKind.DECISION, EntryKind.INTENTION]
    assert set(kinds[2:-1]) == {EntryKind.STEP}
    assert kinds[-1] is EntryKind.OUTCOME
    for entry in world.entries()[1:]:
        assert dict(entry.references) == {**LINEAGE, "decision": decision.id}


def test_every_step_is_recorded_before_and_after(world: World) -> None:
    """In place: recheck, prepare, checkpoint, resize, verify, tidy; each intended, then done."""
    act(world.acting(), decided(world).id)
    told = [
        (entry.body["number"], entry.body["step"], entry.body["phase"])
        for entry in world.entries(EntryKind.STEP)
    ]
    names = ["recheck", "prepare", "checkpoint", "resize", "verify", "tidy"]
    assert told == [
        (number, name, phase)
        for number, name in enumerate(names, start=1)
        for phase in ("intended", "result")
    ]


def test_the_recorded_outcome_is_the_returned_one(world: World) -> None:
    """Outage and times included; its time is the end of the action."""
    outcome = act(world.acting(), decided(world).id)
    (entry,) = world.entries(EntryKind.OUTCOME)
    assert from_body(Outcome, entry.body) == outcome
    assert outcome.outage_seconds == pytest.approx(3.0)  # what the fake engine takes
    assert entry.time == outcome.ended_at


def test_the_other_way_leads_over_a_savepoint(world: World) -> None:
    """A new interval: stopped, started again, and there."""
    target = at(2, checkpoint_interval_seconds=20.0)
    proposal = a_proposal(target, path=RescalePath.SAVEPOINT)
    outcome = act(world.acting(), decided(world, proposal=proposal).id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, target)
    assert {"stop", "start"} <= set(world.engine.calls)


def test_a_person_is_named_by_intention_and_outcome(world: World) -> None:
    """Who triggered it did it."""
    act(world.acting(), decided(world, actor="ada").id, actor="ada")
    actors = {entry.actor for entry in world.entries(EntryKind.INTENTION, EntryKind.OUTCOME)}
    assert actors == {"ada"}


def test_a_repeat_gives_the_same_outcome_and_does_nothing(world: World) -> None:
    """A task that is tried again finds what was done."""
    decision = decided(world)
    first = act(world.acting(), decision.id)
    entries, calls = world.entries(), list(world.engine.calls)
    assert act(world.acting(), decision.id) == first
    assert world.entries() == entries
    assert world.engine.calls == calls


def test_an_unknown_decision_is_refused(world: World) -> None:
    """Nothing is recorded: no intention without a decision."""
    with pytest.raises(Refused, match="decision 'ysb-9' is not in the ledger; nothing was done"):
        act(world.acting(), "ysb-9")
    assert world.entries() == []
    assert untouched(world)


@pytest.mark.parametrize(
    "changes",
    [
        {"verb": Verb.HOLD, "execute": False},
        {"verb": Verb.RESCALE, "execute": False},
        {"proposal": None},
        {"origin": None},
    ],
    ids=["hold", "recommendation", "no target", "no origin"],
)
def test_what_orders_nothing_is_refused(world: World, changes: dict[str, object]) -> None:
    """A Hold, a recommendation, or a decision without target or origin is never carried out."""
    decision = decided(world, **changes)
    with pytest.raises(Refused, match="nothing was done"):
        act(world.acting(), decision.id)
    assert [entry.kind for entry in world.entries()] == [EntryKind.DECISION]
    assert untouched(world)


def grow_stale(world: World) -> World:
    """91 s pass, and 90 s are allowed."""
    world.clock.wait(91)
    return world


def be_changed(world: World) -> World:
    """Somebody else rescales the job."""
    world.engine.incarnations[0].configuration = at(4)
    return world


def be_halted(world: World) -> World:
    """Somebody throws the kill switch."""
    world.halted = lambda: "maintenance until noon"
    return world


def have_a_rival(world: World) -> World:
    """Another action of the job has begun."""
    rival = draft(
        EntryKind.INTENTION, job="ysb", key="ysb-0", at=NOON, body={"action_id": "ysb-0"}
    )
    world.ledger.append(rival)
    return world


def stop(world: World) -> World:
    """The job ends."""
    world.engine.incarnations[0].ended_at = NOON
    return world


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (grow_stale, "the decision is 0:01:31 old, and at most 0:01:30 is allowed"),
        (be_changed, f"the job now shows {at(4)}, not {SMALL}"),
        (be_halted, "the kill switch is thrown: maintenance until noon"),
        (have_a_rival, "action ysb-0 of the same job has not ended"),
        (stop, f"the job now shows ended, not {SMALL}"),
    ],
)
def test_what_no_longer_holds_is_abandoned(
    world: World, happens: Callable[[World], World], sentence: str
) -> None:
    """Recorded with the reason, and nothing was called that changes anything."""
    decision = decided(world)
    outcome = act(happens(world).acting(), decision.id)
    assert (outcome.result, outcome.sentence) == (OutcomeResult.ABANDONED, sentence)
    assert outcome.reached is None
    assert untouched(world)
    assert world.entries()[-1].kind is EntryKind.OUTCOME


def test_the_kill_switch_stops_an_action_before_its_next_step(world: World) -> None:
    """Thrown after the recheck: the job was not touched, and that is the outcome."""
    answers = iter([None, None])  # the check before, the first step
    outcome = act(world.acting(halted=lambda: next(answers, "enough")), decided(world).id)
    assert outcome.result is OutcomeResult.ABANDONED
    assert "the kill switch is thrown: enough" in outcome.sentence
    assert untouched(world)


def test_an_engine_that_is_away_is_raised_and_recorded(world: World) -> None:
    """Nothing was touched: abandoned, and the task that asked for it fails."""
    decision = decided(world)
    world.engine.fail("describe", Fault(AWAY))
    with pytest.raises(Unavailable, match="connection refused"):
        act(world.acting(), decision.id)
    (entry,) = world.entries(EntryKind.OUTCOME)
    assert (entry.body["result"], entry.body["sentence"]) == ("abandoned", "connection refused")
    assert untouched(world)


def test_a_move_that_does_not_hold_is_rolled_back(world: World) -> None:
    """The job never gets its second subtask: back to one, and the outcome says so."""
    world.engine.reachable_parallelism = 1
    outcome = act(world.acting(), decided(world).id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, SMALL)
    assert world.entries(EntryKind.OUTCOME)[0].body["result"] == "rolled back"


def test_a_move_that_can_go_neither_way_has_failed(world: World) -> None:
    """Stopped with a savepoint, and refused by every start: a person is needed."""
    world.engine.fail("start", Fault(Refused("no such jar"), times=99))
    target = at(2, checkpoint_interval_seconds=20.0)
    proposal = a_proposal(target, path=RescalePath.SAVEPOINT)
    outcome = act(world.acting(), decided(world, proposal=proposal).id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.FAILED, None)
    assert "A person is needed." in outcome.sentence
    assert world.entries(EntryKind.OUTCOME)[0].body["result"] == "failed"


class LedgerWithPauses(MemoryLedger):
    """Is away for steps from a number on."""

    def __init__(self, steps_before: int) -> None:
        super().__init__()
        self._left = steps_before

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Refuse steps once the number is used up."""
        if draft.kind is EntryKind.STEP:
            self._left -= 1
            if self._left < 0:
                raise Unavailable("database is gone")
        return super().append(draft, lease)


def test_a_ledger_away_before_the_job_is_touched_holds_the_action_up(world: World) -> None:
    """What cannot be recorded is not begun; the action has no outcome, so that it is resumed."""
    world.ledger = LedgerWithPauses(steps_before=2)
    with pytest.raises(Unavailable, match="database is gone"):
        act(world.acting(), decided(world).id)
    assert "resize" not in world.engine.calls
    assert unfinished_action(world.ledger, "ysb", world.clock.now()) == "ysb-1"


def test_a_ledger_away_afterwards_does_not_leave_the_job_half_way(world: World) -> None:
    """Seven entries are taken: two each of three steps, and the intention to resize."""
    world.ledger = LedgerWithPauses(steps_before=7)
    outcome = act(world.acting(), decided(world).id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, at(2))
    assert "The ledger was away for 5 entries of this action." in outcome.sentence


def test_a_window_that_cannot_be_trusted_since_the_decision_holds_it_back(world: World) -> None:
    """A fresher verdict than the decision's says that it must not be relied on."""
    decision = decided(world)
    world.clock.wait(5)
    rule = BrokenRule(
        rule="fresh", metric="load", severity=Severity.BLOCKS, sentence="the newest row is old"
    )
    verdict = Verdict(job="ysb", window="w-2", usable=False, broken=(rule,), rules=70)
    world.ledger.append(
        draft(EntryKind.VERDICT, job="ysb", key="2", at=world.clock.now(), body=to_body(verdict))
    )
    outcome = act(world.acting(), decision.id)
    assert outcome.result is OutcomeResult.ABANDONED
    assert outcome.sentence.endswith("cannot be trusted: the newest row is old")


def test_of_two_that_act_at_once_exactly_one_acts(world: World) -> None:
    """Two threads, two decisions: one moves the job, the other is refused or finds it moved."""
    targets = {"ysb-1": at(2), "ysb-2": at(4)}
    for decision_id, target in targets.items():
        decided(world, decision_id, proposal=a_proposal(target))
    outcomes: dict[str, Outcome | None] = {}
    start = Barrier(2)

    def run(decision_id: str) -> None:
        start.wait(timeout=30)
        try:
            outcomes[decision_id] = act(world.acting(), decision_id)
        except LeaseTaken:
            outcomes[decision_id] = None

    threads = [Thread(target=run, args=(decision_id,)) for decision_id in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(outcomes) == 2
    (done,) = [one for one in outcomes.values() if one and one.result is OutcomeResult.DONE]
    assert world.engine.describe("ysb").configuration == targets[done.action_id]
    assert world.engine.calls.count("resize") == 1


def test_the_engine_knows_the_job_by_its_own_name(world: World) -> None:
    """The ledger's name and the cluster's may differ; the outcome is the ledger's."""
    world.spec = a_spec(engine={"job_name": "clicks-v2"})
    world.engine = FakeEngine(world.clock, SMALL, job="clicks-v2")
    outcome = act(world.acting(), decided(world).id)
    assert (outcome.result, outcome.job) == (OutcomeResult.DONE, "ysb")
