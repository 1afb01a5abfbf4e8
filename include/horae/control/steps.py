"""The stages by name and id, as the DAGs call them: what travels between tasks is small text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from horae.control import adapters, wiring
from horae.control.act import act
from horae.control.acting import Acting
from horae.control.audit import audit_ledger, heads_file
from horae.control.cycle import Stages, run_cycle
from horae.control.decide_on_wish import decide_on_wish
from horae.control.entries import Observation, from_body
from horae.control.history import History
from horae.control.observe import observe
from horae.control.retrain import retrain
from horae.control.runbook import known_of, runbook
from horae.control.savepoint_care import care_for_savepoints
from horae.control.surroundings import Surroundings
from horae.control.telling import told
from horae.control.turn import Unfinished, take_turn
from horae.control.validate import validate
from horae.control.watchdog import Minded, mind
from horae.control.wish import Wish
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.decision import Decision, Verb
from horae.errors import ActionError, HoraeError, LeaseTaken, NotReady, Refused
from horae.ledger.records import EntryKind

WENT_WRONG = frozenset({OutcomeResult.ROLLED_BACK, OutcomeResult.FAILED})
"""Results that a person must hear of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it travels between tasks.

    Attributes:
        job: The job's name.
        decision: Its id.
        run: Id of the run that carries it out; another one where it is gone on with.
        execute: Whether it is to be carried out.
        approval: Whether a person is to be asked about it.
        sentence: For people.
    """

    job: str
    decision: str
    run: str
    execute: bool
    approval: bool
    sentence: str


def cycle_id(at: datetime) -> str:
    """Id of the cycle that was due at a time: `20260102T030405Z`."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def observe_job(place: Surroundings, job: str, *, at: datetime) -> str:
    """Look at a job and record it; returns the cycle's id."""
    cycle = cycle_id(at)
    with wiring.observing(place, job) as parts:
        observe(parts, cycle)
    return cycle


def judge(place: Surroundings, looks: Sequence[Mapping[str, str]]) -> int:
    """Judge what was seen of the jobs that were looked at.

    Args:
        place: Where.
        looks: A `job` and its `cycle` each; a job that is not named is left alone, so that its
            faulty spec holds nobody else back.

    Returns:
        The number of usable windows.
    """
    cycles = {look["job"]: look["cycle"] for look in looks}
    with wiring.validating(place, sorted(cycles)) as parts:
        seen = [
            from_body(Observation, entry.body)
            for job, cycle in sorted(cycles.items())
            if (entry := parts.ledger.find(job, f"{EntryKind.WINDOW}:{cycle}")) is not None
        ]
        return sum(verdict.usable for verdict in validate(parts, seen))


def decide_job(place: Surroundings, job: str) -> Decided:
    """Decide about the newest look at a job, or name the action that somebody has to go on with.

    Raises:
        NotReady: It was never looked at.
    """
    with wiring.deciding(place, job) as parts:
        seen = History(parts.ledger, job).last_observation()
        if seen is None:
            raise NotReady(f"job {job} was never observed; `observe` comes first")
        return _decided(take_turn(parts, seen), seen.cycle)


def decision_to_carry_out(place: Surroundings, wish: Wish) -> str | None:
    """Id of the decision that a wish leads to; None where it must not be carried out.

    Raises:
        Refused: A guard refuses it; the decision with every guard's answer is in the ledger.
    """
    if wish.decision is not None:
        return wish.decision
    decision = _decide_wish(place, wish)
    if decision.verb is Verb.HOLD:
        raise Refused(f"refused, and recorded as decision {decision.id}: {decision.sentence}")
    return decision.id if decision.execute else None


def carry_out(place: Surroundings, wish: Wish, decision_id: str) -> dict[str, Any]:
    """Carry a decision out, or go on with it; returns how it ended, and sentences on it.

    One that was carried out gives its outcome again, so that repeating it is safe.

    Raises:
        ActionError: It ended in a roll-back or worse; the outcome is in the ledger.
        LeaseTaken: Another process carries it out; later its outcome can be had.
        Refused: Another action of the job is under way, which is recorded as a refusal.
    """
    with wiring.acting(place, wish.job) as parts:
        try:
            outcome = act(parts, decision_id, actor=_who_acts(parts, wish, decision_id))
        except LeaseTaken as taken:
            raise _refusal_of(parts, decision_id, taken) from taken
        remarks = care_for_savepoints(parts)
    if outcome.result in WENT_WRONG:
        raise ActionError(f"{outcome.result}: {outcome.sentence}")
    return {
        "result": outcome.result.value,
        "sentence": outcome.sentence,
        "savepoints": list(remarks),
    }


def _who_acts(parts: Acting, wish: Wish, decision_id: str) -> str:
    """Whoever asked for it; of what was approved, who approved it."""
    decision = History(parts.ledger, parts.spec.name).decision(decision_id)
    approved = decision is not None and decision.approves is not None
    return decision.actor if decision is not None and approved else wish.actor


def _refusal_of(parts: Acting, decision_id: str, taken: LeaseTaken) -> HoraeError:
    """What a lease that is another's means for a decision: wait for it, or give it up."""
    held = parts.ledger.lease_of(parts.spec.name, now=parts.clock.now())
    if held is None or held.action_id == decision_id:
        return taken
    return Refused(f"decision {decision_id} is not carried out: {taken}")


def tidy_savepoints(place: Surroundings, job: str) -> str:
    """Delete the savepoints of ours that nobody needs any more; a sentence on it."""
    with wiring.acting(place, job) as parts:
        return " ".join(care_for_savepoints(parts)) or "nothing to delete"


def mind_job(place: Surroundings, job: str) -> Minded:
    """One round of the watchdog for a job; what is wrong is told, not raised."""
    try:
        with wiring.minding(place, job) as parts:
            return mind(parts)
    except HoraeError as error:
        now = place.clock.now()
        return Minded(job=job, at=now, sentence=f"holds: {error}", error=error)


def runbook_of(place: Surroundings, job: str) -> str:
    """What to do by hand for a job while Horae is down, with what is known of it now.

    Raises:
        HoraeError: The spec, the connection or the ledger cannot be read. What the engine would
            tell is left out where it does not answer.
    """
    with wiring.acting(place, job) as parts:
        return runbook(known_of(parts, place.flink(parts.spec.engine.connection)))


def retrain_job(place: Surroundings, job: str, *, at: datetime) -> str:
    """Back-test and promote for one job; a sentence on it."""
    with wiring.retraining(place, job) as parts:
        try:
            promotions = retrain(parts, at=at)
        except NotReady as error:
            return f"nothing to compare yet: {error}"
    return " ".join(promotion.sentence for promotion in promotions)


def audit(place: Surroundings) -> str:
    """Verify the ledger against the heads kept by the audit before; a sentence on it.

    Raises:
        LedgerBroken: Names each entry that does not hold.
    """
    with adapters.opened_ledger(place) as ledger:
        kept = heads_file(place.environment.home, place.environment.ledger_url)
        return audit_ledger(ledger, kept, place.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One whole cycle.

    Attributes:
        decision: What was decided.
        outcome: What came of it; None where nothing was carried out.
    """

    decision: Decision
    outcome: Outcome | None

    @property
    def went_wrong(self) -> bool:
        """Whether an action was carried out and ended in a roll-back or worse."""
        return self.outcome is not None and self.outcome.result in WENT_WRONG


def whole_cycle(
    place: Surroundings, job: str, *, act_on_it: bool, tell: Callable[[str, str], None]
) -> Told:
    """Run one cycle of a job at one go.

    Args:
        place: Where.
        job: The job's name.
        act_on_it: Carry the decision out where its mode lets it; otherwise the decision says that
            it is not to be carried out.
        tell: Hears each stage's name and a sentence on its result.

    Raises:
        HoraeError: The spec has faults, or the ledger is not available.
    """
    stages = Stages(
        observing=partial(wiring.observing, place, job),
        validating=partial(wiring.validating, place, [job]),
        deciding=partial(wiring.deciding, place, job),
        acting=partial(wiring.acting, place, job) if act_on_it else None,
    )
    now = cycle_id(place.clock.now())
    decision, outcome = run_cycle(stages, now, lambda result: tell(*told(result)))
    return Told(decision=decision, outcome=outcome)


def look_for_wish(place: Surroundings, wish: Wish) -> Observation:
    """A look of its own for a wish, judged; the same one where it is repeated."""
    with wiring.observing(place, wish.job) as looking:
        seen = observe(looking, f"wish-{wish.id}")
    with wiring.validating(place, [wish.job]) as judging:
        validate(judging, [seen])
    return seen


def _decide_wish(place: Surroundings, wish: Wish) -> Decision:
    seen = look_for_wish(place, wish)
    with wiring.deciding(place, wish.job) as parts:
        return decide_on_wish(parts, seen, wish)


def _decided(turn: Decision | Unfinished, cycle: str) -> Decided:
    if isinstance(turn, Unfinished):
        return Decided(
            job=turn.decision.job,
            decision=turn.decision.id,
            run=f"{turn.decision.id}-resume-{cycle}",
            execute=True,
            approval=False,
            sentence=turn.sentence,
        )
    return Decided(
        job=turn.job,
        decision=turn.id,
        run=turn.id,
        execute=turn.execute,
        approval=turn.approval,
        sentence=turn.sentence,
    )
