"""Whatever people and processes do in mode approve: one question at a time, no action unasked."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from control_builders import LINEAGE, a_proposal, a_spec, at
from control_world import World
from horae.control.act import act
from horae.control.approval_answer import Given, understood
from horae.control.approvals import (
    Asked,
    Reply,
    Waiting,
    answer_to,
    answered_entry,
    approval_of,
    asked_entry,
    waiting,
)
from horae.control.decide import decide
from horae.control.decide_on_approval import decide_on_approval
from horae.control.decide_on_wish import decide_on_wish
from horae.control.entries import from_body
from horae.control.history import History
from horae.control.wish import Wish
from horae.domain.decision import Decision
from horae.domain.proposal import Proposal, Stay
from horae.ledger.records import EntryKind
from horae.policy.policy import Situation

STALE, OPEN = 90.0, 300.0  # seconds
EVENTS = ["cycle", "ask", "approve", "edit", "refuse", "silence", "by hand", "wait", "long wait"]


class Restless:
    """A policy that always wants another parallelism."""

    @property
    def name(self) -> str:
        """Always `restless`."""
        return "restless"

    @property
    def foresees(self) -> bool:
        """Never."""
        return False

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Two slots, or one."""
        target = at(1 if situation.current.parallelism > 1 else 2)
        return a_proposal(target, urgent=False)


class Play:
    """What people and processes do to one job, step by step."""

    def __init__(self, folder: Path) -> None:
        guards = {"cooldown_seconds": 1, "return_seconds": 1, "actions_per_day": 1_000}
        self.world = World(folder, spec=a_spec(mode="approve", guards=guards))
        self.steps = 0

    def do(self, event: str) -> None:
        """One event; where it has no object nothing happens."""
        self.steps += 1
        self.world.clock.wait({"wait": 30.0, "long wait": OPEN}.get(event, 2.0))
        if event == "cycle":
            seen = self.world.look(f"c{self.steps}")
            decide(self.world.deciding(policy=Restless()), seen)
        elif event == "ask":
            self.ask()
        elif event == "by hand":
            self.by_hand()
        elif event in ("approve", "edit", "refuse", "silence"):
            self.answer(event)

    def ask(self) -> None:
        """Put the question of the decision that waits to be asked about."""
        found = self.waits()
        if found is None or found.asked is not None:
            return
        asked = Asked(
            decision=found.decision,
            until=self.world.clock.now() + timedelta(seconds=OPEN),
            default=Reply.APPROVE,
            target=at(2),
            dag="rescale",
            dag_run=found.decision,
            task="ask",
            sentence="May it?",
        )
        self.world.ledger.append(
            asked_entry(asked, job="ysb", at=self.world.clock.now(), lineage=LINEAGE)
        )

    def answer(self, event: str) -> None:
        """Answer the newest question, be it open or over."""
        decision = self.newest_unanswered()
        if decision is None:
            return
        told = understood(
            decision,
            Given(
                reply=Reply.REFUSE if event == "refuse" else Reply.APPROVE,
                person=None if event == "silence" else "ada",
                at=self.world.clock.now(),
                values={"parallelism": 4} if event == "edit" else {},
            ),
        )
        self.world.ledger.append(answered_entry(told, job="ysb", lineage=LINEAGE))
        if told.answer is Reply.APPROVE:
            seen = self.world.look(f"a{self.steps}")
            parts = self.world.deciding(policy=Restless())
            self.carry_out(decide_on_approval(parts, seen, decision, told))

    def by_hand(self) -> None:
        """A person's own rescale."""
        wish = Wish(
            id=f"m{self.steps}",
            actor="bob",
            job="ysb",
            decision=None,
            changes={"parallelism": 4},
            reason="",
            dry_run=False,
        )
        seen = self.world.look(f"m{self.steps}")
        self.carry_out(decide_on_wish(self.world.deciding(), seen, wish))

    def carry_out(self, decision: Decision) -> None:
        """As `rescale` does."""
        if decision.execute:
            act(self.world.acting(), decision.id)

    def newest_unanswered(self) -> Decision | None:
        """The newest decision that was asked about and has no answer."""
        ledger = self.world.ledger
        for entry in reversed(self.world.entries(EntryKind.DECISION)):
            key = str(entry.body["id"])
            asked = approval_of(ledger, "ysb", key)
            if asked is not None and asked.answered is None:
                return from_body(Decision, entry.body)
        return None

    def waits(self) -> Waiting | None:
        """What waits now."""
        now = self.world.clock.now()
        return waiting(self.world.ledger, "ysb", now=now, stale_seconds=STALE)

    def open_questions(self) -> int:
        """Decisions that somebody may be asked about, or is."""
        now, count = self.world.clock.now(), 0
        for entry in self.world.entries(EntryKind.DECISION):
            if not entry.body["approval"]:
                continue
            key = str(entry.body["id"])
            asked = approval_of(self.world.ledger, "ysb", key)
            patience = timedelta(seconds=STALE)
            over = entry.time + patience if asked is None else asked.asked.until
            answered = asked is not None and asked.answered is not None
            count += now < over and not answered
        return count


@settings(max_examples=60)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=14))
def test_one_question_is_open_at_most_and_nothing_is_done_unasked(events: list[str]) -> None:
    """Every action is a person's own, or follows from an answer that approves."""
    with TemporaryDirectory() as folder:
        play = Play(Path(folder))
        for event in events:
            play.do(event)
            assert play.open_questions() <= 1
        world = play.world
        history = History(world.ledger, "ysb")
        for entry in world.entries(EntryKind.INTENTION):
            decision = history.decision(str(entry.body["action_id"]))
            assert decision is not None
            if decision.approves is None:
                assert decision.actor == "bob"
                continue
            told = answer_to(world.ledger, "ysb", decision.approves)
            assert told is not None
            assert told.answer is Reply.APPROVE
            assert decision.actor == (told.answered_by or "horae")
