"""Mode approve: what waits, for how long, and what an answer leads to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import LINEAGE, NOON, SMALL, a_decision, a_proposal, a_spec, an_outcome, at
from control_world import World
from horae.control.approval_answer import Given, understood
from horae.control.approvals import (
    Asked,
    Reply,
    Waiting,
    answered_entry,
    approval_of,
    approvals,
    asked_entry,
    waiting,
)
from horae.control.entries import draft, to_body
from horae.domain.decision import Decision
from horae.ledger.records import EntryKind
from horae.settings.approval import ApprovalSettings

TO_APPROVE = a_decision("ysb-c1", execute=False, approval=True)
STALE = 90.0  # seconds, as the spec of the world has it


def a_question(decision: Decision = TO_APPROVE, *, seconds: float = 900) -> Asked:
    """To go to two slots, open for so long from noon."""
    return Asked(
        decision=decision.id,
        until=NOON + timedelta(seconds=seconds),
        default=Reply.REFUSE,
        target=at(2),
        dag="rescale",
        dag_run=decision.id,
        task="ask",
        sentence="May it?",
    )


def ask(world: World, decision: Decision = TO_APPROVE, *, seconds: float = 900) -> None:
    """Have a decision and the question about it in the ledger."""
    world.record(decision)
    question = a_question(decision, seconds=seconds)
    world.ledger.append(asked_entry(question, job="ysb", at=world.clock.now(), lineage=LINEAGE))


def reply(
    world: World, decision: Decision = TO_APPROVE, *, said: Reply, person: str | None = "ada"
) -> None:
    """Have an answer in the ledger."""
    told = understood(decision, Given(reply=said, person=person, at=world.clock.now()))
    world.ledger.append(answered_entry(told, job="ysb", lineage=LINEAGE))


def waits(world: World) -> Waiting | None:
    """What waits now."""
    return waiting(world.ledger, "ysb", now=world.clock.now(), stale_seconds=STALE)


def test_nothing_waits_where_nobody_is_asked(world: World) -> None:
    """Neither in an empty ledger nor after decisions that are carried out or only recommended."""
    assert waits(world) is None
    world.record(a_decision("ysb-1"))
    world.record(a_decision("ysb-2", execute=False))
    assert waits(world) is None


def test_a_decision_waits_from_the_moment_it_is_made(world: World) -> None:
    """Until it is too old to be carried out: its run may never have been started."""
    world.record(TO_APPROVE)
    found = waits(world)
    assert found is not None
    assert (found.decision, found.asked) == ("ysb-c1", None)
    assert (found.since, found.until) == (NOON, NOON + timedelta(seconds=90))
    world.clock.time = NOON + timedelta(seconds=90)
    assert waits(world) is not None
    world.clock.time = NOON + timedelta(seconds=91)
    assert waits(world) is None


def test_a_question_waits_until_its_time_is_over(world: World) -> None:
    """Whatever becomes of the run that asked: nothing blocks a job for ever."""
    ask(world)
    world.clock.time = NOON + timedelta(seconds=899)
    found = waits(world)
    assert found is not None
    assert found.sentence == (
        "decision ysb-c1 waits for approval since 2026-03-02 12:00:00 UTC, until "
        "2026-03-02 12:15:00 UTC"
    )
    world.clock.time = NOON + timedelta(seconds=900)
    assert waits(world) is None


@pytest.mark.parametrize("said", list(Reply))
@pytest.mark.parametrize("person", ["ada", None])
def test_an_answer_ends_the_waiting(world: World, said: Reply, person: str | None) -> None:
    """Also that nobody gave one, for then the time was over."""
    ask(world)
    reply(world, said=said, person=person)
    assert waits(world) is None


def test_a_question_and_its_answer_are_read_as_they_were_written(world: World) -> None:
    """Both name the decision among their references; the answer is in the person's name."""
    ask(world)
    assert approval_of(world.ledger, "ysb", "ysb-c2") is None
    asked = approval_of(world.ledger, "ysb", "ysb-c1")
    assert asked is not None
    assert (asked.asked, asked.asked_at, asked.answered) == (a_question(), NOON, None)
    reply(world, said=Reply.APPROVE)
    answered = approval_of(world.ledger, "ysb", "ysb-c1")
    assert answered is not None
    assert answered.answered is not None
    assert (answered.answered.answered_by, answered.answered.target) == ("ada", at(2))
    entries = world.entries(EntryKind.CONTROL)
    assert [entry.actor for entry in entries] == ["horae", "ada"]
    assert [entry.body["event"] for entry in entries] == ["approval-asked", "approval-answered"]
    assert all(entry.references["decision"] == "ysb-c1" for entry in entries)


def test_other_entries_of_control_are_no_questions(world: World) -> None:
    """A savepoint that was deleted, written before questions were, has no event."""
    entry = draft(EntryKind.CONTROL, job="ysb", key="deleted:1", at=NOON, body={"location": "/s"})
    world.ledger.append(entry)
    assert waits(world) is None


def lately_refused(world: World) -> list[str]:
    """What guards are told of refusals, in the world's spec: for half an hour."""
    found = approvals(
        world.ledger, "ysb", ApprovalSettings(), now=world.clock.now(), stale_seconds=STALE
    )
    return [past.sentence for past in found.refused]


def test_what_a_person_refused_is_remembered_for_a_while(world: World) -> None:
    """Half an hour unless the spec says otherwise."""
    ask(world)
    reply(world, said=Reply.REFUSE)
    assert lately_refused(world) == ["it was refused: ada refused it: no reason given"]
    world.clock.time = NOON + timedelta(seconds=1_800)
    assert lately_refused(world) == []


def test_silence_is_no_refusal_of_a_persons(world: World) -> None:
    """Somebody may be there the next time."""
    ask(world)
    reply(world, said=Reply.REFUSE, person=None)
    assert lately_refused(world) == []


def test_an_approval_is_no_refusal(world: World) -> None:
    """Nor is one that cannot be understood: what was meant is not known."""
    ask(world)
    given = Given(reply=Reply.APPROVE, person="ada", at=NOON, values={"parallelism": "many"})
    world.ledger.append(answered_entry(understood(TO_APPROVE, given), job="ysb", lineage=LINEAGE))
    assert lately_refused(world) == []


def test_horae_is_held_back_while_one_waits_and_only_in_mode_approve(world: World) -> None:
    """The next decisions are made and recorded all the same; in mode auto nobody is asked."""
    world.load = [400.0] * 100
    world.spec = a_spec(mode="approve")
    first = world.decide("c1")
    assert (first.approval, first.execute) == (True, False)
    second = world.decide("c2")
    assert (second.approval, second.execute) == (False, False)
    assert "Refused by approval: Decision ysb-c1 waits for approval" in second.sentence
    world.spec = a_spec(mode="auto")
    assert world.decide("c3").execute


def test_what_was_approved_and_done_asks_nothing_of_the_next(world: World) -> None:
    """An outcome of another action does not matter to what waits."""
    ask(world)
    outcome = an_outcome("ysb-0")
    world.ledger.append(
        draft(EntryKind.OUTCOME, job="ysb", key="ysb-0", at=NOON, body=to_body(outcome))
    )
    assert waits(world) is not None


def test_a_decision_without_a_target_cannot_have_been_refused(world: World) -> None:
    """An old or foreign entry is left out rather than guessed at."""
    ask(world)
    reply(world, said=Reply.REFUSE)
    other = replace(TO_APPROVE, id="ysb-c9", proposal=a_proposal(SMALL))
    reply(world, other, said=Reply.REFUSE)  # its decision is not in the ledger
    assert len(lately_refused(world)) == 1
