"""What may come of a decision, each as a chain of the entries that it leaves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from decision_story_builders import CALM, LARGE, SMALL, THREE, Chain, a_move
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import GuardAnswer, Verb
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.ledger.records import EntryKind


def done(chain: Chain) -> None:
    """Carried out, and looked at a minute later: 0.5 s old, limit 10 s."""
    chain.carry_out(chain.decide(references=chain.foreseen()))
    chain.wait(60).look("c2", configuration=LARGE, latency=0.5, lag=20.0)


def did_not_help(chain: Chain) -> None:
    """Looked at a minute later: 30 s old."""
    chain.carry_out(chain.decide(references=chain.foreseen()))
    chain.wait(60).look("c2", configuration=LARGE, latency=30.0, lag=9_000.0, broken=60.0)


def too_early(chain: Chain) -> None:
    """Nobody has looked since."""
    chain.carry_out(chain.decide(references=chain.foreseen()))


def rolled_back(chain: Chain) -> None:
    """Its start failed."""
    chain.carry_out(
        chain.decide(),
        result=OutcomeResult.ROLLED_BACK,
        reached=SMALL,
        sentence="The job runs again in one slot, for step start failed: no slots.",
    )


def failed(chain: Chain) -> None:
    """And no way back."""
    chain.carry_out(
        chain.decide(),
        result=OutcomeResult.FAILED,
        reached=None,
        outage_seconds=None,
        sentence="Step start failed. A person is needed.",
    )


def abandoned(chain: Chain) -> None:
    """The kill switch was thrown before it began."""
    chain.carry_out(
        chain.decide(),
        result=OutcomeResult.ABANDONED,
        reached=None,
        outage_seconds=None,
        sentence="the kill switch is thrown: maintenance",
    )


def not_begun(chain: Chain) -> None:
    """Nobody took it up."""
    chain.decide()


def under_way(chain: Chain) -> None:
    """It is stopping."""
    decision = chain.decide()
    chain.wait(5).begin(decision)
    chain.wait(1).step(decision, 3, "stop", phase="intended")


def recommended(chain: Chain) -> None:
    """In mode recommend."""
    chain.mode = chain.mode.RECOMMEND
    chain.decide(references=chain.foreseen(), execute=False)


def dry_run(chain: Chain) -> None:
    """Of a person."""
    chain.decide(execute=False, actor="ada", reason=Reason.MANUAL)


def refused(chain: Chain) -> None:
    """By two guards."""
    names = ("cool-down", "budget")
    chain.decide(
        verb=Verb.HOLD,
        execute=False,
        reason=Reason.GUARD_REFUSED,
        guards=tuple(GuardAnswer(guard=g, allowed=False, sentence=f"{g} says no") for g in names),
    )


def wished(chain: Chain) -> None:
    """By ada, and done; her words stand in the proposal's sentence."""
    move = a_move(reason=Reason.MANUAL, urgent=False, sentence=f"ada asks for {LARGE}: a sale.")
    chain.carry_out(chain.decide(actor="ada", reason=Reason.MANUAL, proposal=move))


def saved(chain: Chain) -> None:
    """To something smaller, for money; looked at a minute later."""
    move = a_move(target=SMALL, reason=Reason.SAVE, urgent=False, benefit_money=3.0)
    evidence = {**CALM, "save_gain_money": 3.0, "save_gain_p10_money": 1.0,
                "save_stay_seconds": 7_200.0}  # fmt: skip
    chain.look(configuration=LARGE)
    decision = chain.decide(
        origin=LARGE, reason=Reason.SAVE, proposal=move, evidence=evidence,
        references={"window": "ysb@c1"},
    )  # fmt: skip
    chain.carry_out(decision, outage_seconds=20.0)
    chain.wait(60).look("c2", latency=1.0)


def saved_too_much(chain: Chain) -> None:
    """The same, and it does not keep up."""
    saved(chain)
    chain.wait(60).look("c3", latency=60.0)


def not_interrupted(chain: Chain) -> None:
    """The engine told of no outage."""
    chain.carry_out(chain.decide(), outage_seconds=None)


def moved_on(chain: Chain) -> None:
    """To another size by a later decision."""
    done(chain)
    more = a_move(target=replace(SMALL, parallelism=8))
    chain.carry_out(chain.wait(600).decide("c3", origin=LARGE, proposal=more))


def no_saving(chain: Chain) -> None:
    """A hold that says what spoke against the nearest saving."""
    evidence = {**CALM, "save_gain_money": 0.5, "save_obstacle": "the gain is not certain"}
    chain.hold(reason=Reason.GAIN_TOO_SMALL, evidence=evidence)


def wish_not_understood(chain: Chain) -> None:
    """A person named a vertex that there is not."""
    chain.hold(actor="ada", reason=Reason.NO_CANDIDATE, sentence="there is no vertex x")


def not_told(chain: Chain) -> None:
    """An entry without a verb."""
    chain.append(EntryKind.DECISION, "ysb-c1", {"sentence": "Hm."})


def in_the_way(chain: Chain) -> None:
    """Another action was under way."""
    decision = chain.decide()
    body = {"action_id": decision.id, "rival": "ysb-x", "sentence": "action ysb-x is under way"}
    chain.append(EntryKind.REFUSAL, f"{decision.id}:ysb-x", body)


def to_be_asked(chain: Chain) -> None:
    """In mode approve, before anybody was asked."""
    chain.decide(execute=False, approval=True)


def either(chain: Chain) -> None:
    """Not executed, and the mode is not recorded."""
    chain.decide(execute=False)


def calm(chain: Chain) -> None:
    """A hold, and the load kept to what was foreseen."""
    chain.hold(references=chain.foreseen())
    chain.wait(120).look("c2", load=149.0)


def wrongly_calm(chain: Chain) -> None:
    """A hold, and the load did not."""
    chain.hold(references=chain.foreseen())
    chain.wait(60).look("c2", load=700.0)


def a_little_more(chain: Chain) -> None:
    """A hold, and the load came to more than was foreseen, but not than is carried."""
    chain.hold(references=chain.foreseen())
    chain.wait(60).look("c2", load=180.0)


def brave(chain: Chain) -> None:
    """A hold although the load may exceed what is sure, for acting costs more."""
    evidence = {**CALM, "protect_headroom_records_per_second": -50.0}
    chain.hold(references=chain.foreseen(), evidence=evidence)


def untrusted(chain: Chain) -> None:
    """A hold without any policy."""
    chain.hold(
        reason=Reason.UNUSABLE_WINDOW, sentence="the window cannot be trusted: stale", evidence={}
    )


def lost(chain: Chain) -> None:
    """Not started again."""
    chain.hold(reason=Reason.LOST_JOB, sentence="The engine has lost the job.", evidence={})


def restarted(chain: Chain) -> None:
    """Started again."""
    move = a_move(target=SMALL, path=RescalePath.RESTART, reason=Reason.LOST_JOB, sentence="Lost.")
    chain.carry_out(chain.decide(reason=Reason.LOST_JOB, proposal=move, evidence={}))


def to_safety(chain: Chain) -> None:
    """By the watchdog, without a look."""
    move = a_move(reason=Reason.SAFE, sentence="For safety: nobody concluded anything.")
    chain.carry_out(
        chain.decide("safe-1", actor="watchdog", reason=Reason.SAFE, proposal=move, evidence={})
    )


def undone(chain: Chain) -> None:
    """Taken back by a later decision."""
    done(chain)
    back = a_move(target=SMALL, reason=Reason.SAVE, urgent=False)
    chain.carry_out(chain.wait(600).decide("c3", origin=LARGE, proposal=back))


def away(chain: Chain) -> None:
    """The engine did not answer at the last look."""
    calm(chain)
    chain.wait(60).look("c3", presence=None, configuration=None, load=None)


def gone(chain: Chain) -> None:
    """The job was not there at the last look."""
    calm(chain)
    chain.wait(60).look("c3", presence=JobPresence.FAILED, configuration=None, load=None)


def waiting(chain: Chain) -> None:
    """For a person's answer."""
    chain.decide(execute=False, approval=True)
    until = (THREE + timedelta(minutes=15)).isoformat()
    body = {"event": "approval-asked", "until": until, "default": "refuse"}
    chain.append(EntryKind.CONTROL, "approval-asked:ysb-c1", body)


def answered(chain: Chain, **said: Any) -> None:
    """With an answer."""
    waiting(chain)
    body = {"event": "approval-answered", "answered_by": "ada", "reason": "go on"} | said
    chain.wait(30).append(EntryKind.CONTROL, "approval-answered:ysb-c1", body)


def approved(chain: Chain) -> None:
    """And done."""
    answered(chain, answer="approve")
    chain.carry_out(chain.decide("c1-approved", actor="ada", approves="ysb-c1"))


def approved_too_late(chain: Chain) -> None:
    """It was changed meanwhile."""
    answered(chain, answer="approve")
    chain.hold("c1-approved", actor="ada", sentence="the job was changed since")


def declined(chain: Chain) -> None:
    """By ada."""
    answered(chain, answer="refuse", reason="not now")


def nobody_answered(chain: Chain) -> None:
    """Within the time."""
    answered(chain, answer="refuse", answered_by=None)
