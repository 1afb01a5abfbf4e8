"""An action that was left half way is taken up, by one process, or given up."""

from datetime import timedelta

import pytest

from action_builders import AWAY, Killed, decided, untouched
from control_builders import NOON, SMALL, a_proposal, at
from control_world import World
from horae.control.act import act
from horae.control.entries import draft
from horae.control.unfinished import unfinished_action
from horae.domain.action import OutcomeResult, RescalePath
from horae.engines.fake import Fault
from horae.errors import LeaseTaken, Unavailable
from horae.ledger.leases import Lease
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import Entry, EntryDraft, EntryKind


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


def test_an_intention_from_long_ago_is_not_taken_up(world: World) -> None:
    """Its process was lost: tried again after an hour, the decision is stale."""
    decision = decided(world)
    body = {"action_id": decision.id, "sentence": decision.sentence}
    world.ledger.append(draft(EntryKind.INTENTION, job="ysb", key=decision.id, at=NOON, body=body))
    world.clock.time = NOON + timedelta(hours=1)
    outcome = act(world.acting(), decision.id)
    assert outcome.result is OutcomeResult.ABANDONED
    assert outcome.sentence.startswith("the decision is 1:00:00 old")
