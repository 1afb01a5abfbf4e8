"""An intention before, every step, an outcome after; and nothing done that no longer holds."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from control_builders import LINEAGE, NOON, SMALL, World, a_decision, a_proposal, a_spec, at
from horae.control.act import act
from horae.control.entries import draft, from_body, to_body
from horae.control.unfinished import unfinished_action
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.decision import Decision, Verb
from horae.domain.verdict import BrokenRule, Severity, Verdict
from horae.engines.fake import FakeEngine, Fault
from horae.errors import LeaseTaken, Refused, Unavailable
from horae.ledger.leases import Lease
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import Entry, EntryDraft, EntryKind

TOUCHING = {"checkpoint", "stop", "resize", "start", "provide", "end"}
AWAY = Unavailable("connection refused")


def decided(world: World, decision_id: str = "ysb-1", **changes: object) -> Decision:
    """A decision in the ledger; without changes: from one slot to two, in place."""
    return world.record(a_decision(decision_id, **changes))


def untouched(world: World) -> bool:
    """Whether nothing was called that changes anything."""
    return not TOUCHING & set(world.engine.calls)


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


class Killed(BaseException):
    """The process is gone."""


class DeadlyLedger(MemoryLedger):
    """Its process dies with a step's entry, before or after it was taken, and can do no more."""

    def __init__(self, entries: int, *, after: bool) -> None:
        super().__init__()
        self._left = entries
        self._after = after
        self.dead = False

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Append, or die."""
        if draft.kind is EntryKind.STEP and not self.dead:
            self._left -= 1
            self.dead = self._left == 0
            if self.dead:
                if self._after:
                    super().append(draft, lease)
                raise Killed
        return super().append(draft, lease)

    def release_lease(self, lease: Lease) -> None:
        """A dead process gives nothing back."""
        if not self.dead:
            super().release_lease(lease)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("entry", range(1, 15))
@pytest.mark.parametrize("path", [RescalePath.SAVEPOINT, RescalePath.CHECKPOINT])
def test_an_action_whose_process_dies_is_resumed(
    world: World, path: RescalePath, entry: int, after: bool
) -> None:
    """Seven steps, an entry before and after each: after any of them another process ends it."""
    world.ledger = ledger = DeadlyLedger(entry, after=after)
    target = at(2, checkpoint_interval_seconds=20.0)
    decision = decided(world, proposal=a_proposal(target, path=path))
    with pytest.raises(Killed):
        act(world.acting(), decision.id)
    assert unfinished_action(ledger, "ysb", world.clock.now()) is None  # its lease still lasts
    world.clock.wait(31)
    ledger.dead = True
    assert unfinished_action(ledger, "ysb", world.clock.now()) == decision.id
    outcome = act(world.acting(), decision.id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, target)
    assert sum(one.ended_at is None for one in world.engine.incarnations) == 1
    assert len(world.engine.incarnations) == 2
    assert len(world.entries(EntryKind.OUTCOME)) == 1
    assert unfinished_action(ledger, "ysb", world.clock.now()) is None


def test_an_action_given_up_half_way_takes_back_what_it_added(world: World) -> None:
    """Its process died with two TaskManagers added; an hour later the decision is stale."""
    world.ledger = ledger = DeadlyLedger(4, after=True)  # recheck and prepare, before and after
    target = at(2, slots=2)
    decision = decided(world, proposal=a_proposal(target, path=RescalePath.SAVEPOINT))
    with pytest.raises(Killed):
        act(world.acting(), decision.id)
    assert world.engine.task_managers == {SMALL.shape: 1, target.shape: 1}
    world.clock.wait(3_600)
    ledger.dead = True
    outcome = act(world.acting(), decision.id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, SMALL)
    assert "the decision is 1:00:" in outcome.sentence
    assert world.engine.task_managers == {SMALL.shape: 1}


def test_an_engine_away_when_an_action_is_resumed_leaves_it_open(world: World) -> None:
    """What was added would stay for ever if it were given up unseen."""
    world.ledger = ledger = DeadlyLedger(4, after=True)
    decision = decided(world, proposal=a_proposal(at(2, slots=2), path=RescalePath.SAVEPOINT))
    with pytest.raises(Killed):
        act(world.acting(), decision.id)
    world.clock.wait(31)
    ledger.dead = True
    world.engine.fail("describe", Fault(AWAY))
    with pytest.raises(Unavailable):
        act(world.acting(), decision.id)
    assert world.entries(EntryKind.OUTCOME) == []
    world.clock.wait(31)
    assert act(world.acting(), decision.id).result is OutcomeResult.DONE


def test_a_live_process_is_not_resumed_by_another(world: World) -> None:
    """Who holds the lease goes on alone, and a rival decision is refused, recorded with why."""
    decided(world)
    rival = decided(world, "ysb-2")
    now = world.clock.now()
    world.ledger.take_lease("ysb", action_id="ysb-1", holder="alive", now=now, seconds=30)
    for decision_id in ("ysb-1", rival.id):
        with pytest.raises(LeaseTaken, match="is being acted on by alive for action ysb-1"):
            act(world.acting(), decision_id)
    assert untouched(world)
    (refusal,) = world.entries(EntryKind.REFUSAL)
    assert (refusal.body["action_id"], refusal.body["rival"]) == ("ysb-2", "ysb-1")


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


def test_an_intention_from_long_ago_is_not_taken_up(world: World) -> None:
    """Its process was lost: tried again after an hour, the decision is stale."""
    decision = decided(world)
    body = {"action_id": decision.id, "sentence": decision.sentence}
    world.ledger.append(draft(EntryKind.INTENTION, job="ysb", key=decision.id, at=NOON, body=body))
    world.clock.time = NOON + timedelta(hours=1)
    outcome = act(world.acting(), decision.id)
    assert outcome.result is OutcomeResult.ABANDONED
    assert outcome.sentence.startswith("the decision is 1:00:00 old")


def test_the_engine_knows_the_job_by_its_own_name(world: World) -> None:
    """The ledger's name and the cluster's may differ; the outcome is the ledger's."""
    world.spec = a_spec(engine={"job_name": "clicks-v2"})
    world.engine = FakeEngine(world.clock, SMALL, job="clicks-v2")
    outcome = act(world.acting(), decided(world).id)
    assert (outcome.result, outcome.job) == (OutcomeResult.DONE, "ysb")
