"""An approval is a wish: looked at anew, guarded anew, and refused where it no longer fits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import (
    LINEAGE,
    NOON,
    SMALL,
    VERSION,
    a_decision,
    a_proposal,
    a_spec,
    an_outcome,
    at,
)
from control_world import World
from horae.control.approval_answer import Given, understood
from horae.control.approvals import Asked, Reply, answered_entry, asked_entry
from horae.control.decide_on_approval import decide_on_approval
from horae.control.entries import ExternalChange, draft, to_body
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.errors import Refused, Unavailable
from horae.ledger.records import EntryKind

HIGH = [400.0] * 100  # records/s: more than one slot carries


@pytest.fixture
def asked(world: World) -> World:
    """A world in mode approve whose policy wants two slots or more; nothing is decided yet."""
    world.spec = a_spec(mode="approve")
    world.load = HIGH
    return world


def approve(
    world: World, decision: Decision, *, person: str | None = "ada", **values: object
) -> Decision:
    """What is decided once somebody, or nobody in time, has approved."""
    now = world.clock.now()
    answer = understood(decision, Given(reply=Reply.APPROVE, person=person, at=now, values=values))
    asked = Asked(
        decision=decision.id,
        until=now + timedelta(minutes=15),
        default=Reply.APPROVE,
        target=at(2),
        dag="rescale",
        dag_run=decision.id,
        task="ask",
        sentence="May it?",
    )
    for entry in (
        asked_entry(asked, job="ysb", at=NOON, lineage=LINEAGE),
        answered_entry(answer, job="ysb", lineage=LINEAGE),
    ):
        if world.ledger.find("ysb", entry.identity) is None:
            world.ledger.append(entry)
    seen = world.look(f"wish-{decision.id}-approved")
    return decide_on_approval(world.deciding(), seen, decision, answer)


def proposed(world: World) -> Decision:
    """The decision that people are asked about."""
    decision = world.decide("c1")
    assert (decision.verb, decision.execute, decision.approval) == (Verb.RESCALE, False, True)
    return decision


def test_an_approval_is_decided_in_the_name_of_the_person(asked: World) -> None:
    """To be carried out; the entry refers to what was approved."""
    first = proposed(asked)
    decision = approve(asked, first, reason="go on")
    assert (decision.id, decision.approves) == (f"{first.id}-approved", first.id)
    assert (decision.verb, decision.execute, decision.approval) == (Verb.RESCALE, True, False)
    assert (decision.actor, decision.reason) == ("ada", Reason.MANUAL)
    assert first.proposal is not None
    assert decision.proposal is not None
    assert decision.proposal.target == first.proposal.target
    assert decision.sentence.startswith(
        f"ada approved decision {first.id}, {first.proposal.target}: go on."
    )
    entry = asked.entries(EntryKind.DECISION)[-1]
    assert (entry.actor, entry.references["approves"]) == ("ada", first.id)


def test_it_rests_on_a_look_of_its_own(asked: World) -> None:
    """Not on the window that was asked about."""
    first = proposed(asked)
    asked.clock.wait(600)
    approve(asked, first)
    old, new = (entry.references["window"] for entry in asked.entries(EntryKind.DECISION))
    assert old != new


def test_a_repeated_approval_gives_the_same_decision(asked: World) -> None:
    """A task that is tried again finds it, even where the job is gone by then."""
    first = proposed(asked)
    decision = approve(asked, first)
    asked.engine.snapshot("ysb", trigger_id="t", stop=True)
    assert approve(asked, first) == decision
    assert len(asked.entries(EntryKind.DECISION)) == 2


def test_a_decision_that_took_the_id_of_the_approved_one_is_not_taken_for_it(
    asked: World,
) -> None:
    """A run of `rescale` may be given any id by hand, and its decision is named after the run."""
    first = proposed(asked)
    asked.record(a_decision(f"{first.id}-approved"))
    with pytest.raises(Refused, match="does not follow from it; nothing is done"):
        approve(asked, first)


def test_all_guards_are_asked_again(asked: World) -> None:
    """The kill switch was thrown meanwhile: refused, and recorded in the person's name."""
    first = proposed(asked)
    asked.halted = lambda: "an incident"
    decision = approve(asked, first)
    assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.GUARD_REFUSED)
    assert "kill-switch: An incident." in decision.sentence
    assert [answer.guard for answer in decision.guards] == [a.guard for a in first.guards]


def test_edited_beyond_the_search_space_it_is_refused(asked: World) -> None:
    """By the guard that names what is legal."""
    decision = approve(asked, proposed(asked), parallelism=64)
    assert decision.reason is Reason.GUARD_REFUSED
    assert "Parallelism 64 is not legal, but 1, 2, 4" in decision.sentence


def test_what_is_urgent_stays_urgent_unless_it_reduces(asked: World) -> None:
    """So a cool-down does not hold back what a person approved as urgent, also a larger one."""
    small = a_decision(
        "ysb-c1", execute=False, approval=True, origin=at(2), proposal=a_proposal(at(4))
    )
    asked.engine = type(asked.engine)(asked.clock, at(2), job="ysb")
    asked.record(small)
    decision = approve(asked, small)
    assert decision.proposal is not None
    assert decision.proposal.urgent
    fewer = approve(asked, asked.record(replace(small, id="ysb-c2")), parallelism=1)
    assert fewer.proposal is not None
    assert not fewer.proposal.urgent


def test_predictions_are_kept_for_what_they_were_made_for(asked: World) -> None:
    """Catching up and gain belong to the very target and way."""
    proposal = a_proposal(at(2), predicted_catch_up_seconds=7.0, benefit_money=0.5)
    first = a_decision("ysb-c1", execute=False, approval=True, proposal=proposal)
    asked.record(first)
    kept = approve(asked, first).proposal
    assert kept is not None
    assert (kept.predicted_catch_up_seconds, kept.benefit_money) == (7.0, 0.5)
    other = approve(asked, asked.record(replace(first, id="ysb-c2")), parallelism=4).proposal
    assert other is not None
    assert (other.predicted_catch_up_seconds, other.benefit_money) == (None, None)
    by_savepoint = replace(proposal, path=RescalePath.SAVEPOINT)
    third = asked.record(replace(first, id="ysb-c3", proposal=by_savepoint))
    another_way = approve(asked, third).proposal
    assert another_way is not None
    assert another_way.benefit_money is None


def after(world: World, kind: EntryKind, value: object) -> None:
    """Have something in the ledger that happened since."""
    entry = draft(kind, job="ysb", key="later", at=NOON, body=to_body(value), actor="bob")
    world.ledger.append(entry)


@pytest.mark.parametrize("person", ["ada", None])
def test_an_action_since_makes_it_stale(asked: World, person: str | None) -> None:
    """Somebody's own rescale for instance; also one that was rolled back."""
    first = proposed(asked)
    after(asked, EntryKind.OUTCOME, an_outcome("ysb-manual", result=OutcomeResult.ROLLED_BACK))
    decision = approve(asked, first, person=person)
    assert (decision.verb, decision.reason, decision.execute) == (Verb.HOLD, Reason.STALE, False)
    assert decision.sentence == (
        f"Decision {first.id} was made for {SMALL}, and no longer fits: action ysb-manual, asked "
        "for by bob, has ended at 2026-03-02 12:00:10 UTC (rolled back): The job runs in it."
    )


def test_what_was_abandoned_has_changed_nothing(asked: World) -> None:
    """The job is as it was."""
    first = proposed(asked)
    after(
        asked, EntryKind.OUTCOME, an_outcome("ysb-0", result=OutcomeResult.ABANDONED, reached=None)
    )
    assert approve(asked, first).execute


def test_a_change_by_somebody_else_makes_it_stale(asked: World) -> None:
    """A new deployment, in the same configuration."""
    first = proposed(asked)
    change = ExternalChange(
        job="ysb",
        before=SMALL,
        after=SMALL,
        job_id_before="first",
        job_id_after="second",
        version_before="older",
        version_after=VERSION.id,
        sentence="somebody else deployed it",
    )
    after(asked, EntryKind.EXTERNAL_CHANGE, change)
    decision = approve(asked, first)
    assert decision.reason is Reason.STALE
    assert decision.sentence.endswith("no longer fits: somebody else deployed it")


def test_another_configuration_makes_it_stale_though_nothing_is_recorded(asked: World) -> None:
    """What was asked about began elsewhere."""
    first = asked.record(a_decision("ysb-c1", execute=False, approval=True, origin=at(4)))
    decision = approve(asked, first)
    assert decision.reason is Reason.STALE
    assert decision.sentence.endswith(f"the job now runs in {SMALL}")


def test_an_engine_that_is_away_is_no_change(asked: World) -> None:
    """Hold for what it is: nothing is known of the job now."""
    first = proposed(asked)
    asked.engine.fail("describe", Fault(Unavailable("away")))
    decision = approve(asked, first)
    assert (decision.reason, decision.approves) == (Reason.SOURCE_UNAVAILABLE, first.id)


def test_silence_that_approves_lets_horae_act_by_its_own_rules(asked: World) -> None:
    """It still wants the same, and its guards allow it: in its own name, with all it rests on."""
    first = proposed(asked)
    decision = approve(asked, first, person=None)
    assert (decision.actor, decision.execute, decision.approval) == ("horae", True, False)
    assert decision.reason is first.reason
    assert {"forecast", "model", "approves"} <= set(
        asked.entries(EntryKind.DECISION)[-1].references
    )


def test_silence_approves_nothing_that_is_no_longer_wanted(asked: World) -> None:
    """The load has fallen meanwhile: Hold, with the policy's own reason."""
    first = proposed(asked)
    asked.load = [50.0] * 100
    asked.clock.wait(600)
    decision = approve(asked, first, person=None)
    assert (decision.verb, decision.approves) == (Verb.HOLD, first.id)
    assert decision.reason in {Reason.BEST_ALREADY, Reason.NOT_PROVEN, Reason.GAIN_TOO_SMALL}


def test_silence_approves_no_other_target(asked: World) -> None:
    """Nobody was asked about what is wanted by now."""
    first = proposed(asked)
    assert first.proposal is not None
    other = replace(first, proposal=replace(first.proposal, target=at(1, memory_mb=1024)))
    decision = approve(asked, other, person=None)
    assert decision.reason is Reason.STALE
    assert decision.sentence.startswith(f"Nobody answered about {at(1, memory_mb=1024)}")


def test_silence_approves_only_in_mode_approve(asked: World) -> None:
    """In recommend by now, nothing is carried out in Horae's name; a person may have it done."""
    first = proposed(asked)
    asked.spec = a_spec(mode="recommend")
    decision = approve(asked, first, person=None)
    assert (decision.verb, decision.execute) == (Verb.RESCALE, False)
    again = replace(first, id="ysb-c2")
    assert approve(asked, asked.record(again)).execute


def test_a_person_named_horae_is_a_person(asked: World) -> None:
    """Names are not what tells who acts unasked."""
    decision = approve(asked, proposed(asked), person="horae")
    assert decision.reason is Reason.MANUAL


def test_time_passes_between_question_and_answer(asked: World) -> None:
    """Fifteen minutes later the decision itself would be far too old; the look is not."""
    first = proposed(asked)
    asked.clock.wait(900)
    decision = approve(asked, first)
    assert decision.execute
    assert decision.decided_at == first.decided_at + timedelta(seconds=900)
