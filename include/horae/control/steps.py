"""The stages by name and id, as the DAGs call them: what travels between tasks is small text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from horae.control import wiring
from horae.control.act import act
from horae.control.audit import audit_ledger, heads_file
from horae.control.cycle import Stages, run_cycle
from horae.control.decide import decide
from horae.control.decide_on_wish import decide_on_wish
from horae.control.entries import Observation, from_body
from horae.control.history import History
from horae.control.observe import observe
from horae.control.retrain import retrain
from horae.control.surroundings import Surroundings
from horae.control.telling import told
from horae.control.validate import validate
from horae.control.wish import Wish
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.decision import Decision, Verb
from horae.errors import ActionError, NotReady, Refused
from horae.ledger.records import EntryKind

WENT_WRONG = frozenset({OutcomeResult.ROLLED_BACK, OutcomeResult.FAILED})
"""Results that a person must hear of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it travels between tasks.

    Attributes:
        job: The job's name.
        decision: Its id.
        execute: Whether it is to be carried out.
        sentence: For people.
    """

    job: str
    decision: str
    execute: bool
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
    """Decide about the newest look at a job.

    Raises:
        NotReady: It was never looked at.
    """
    with wiring.deciding(place, job) as parts:
        seen = History(parts.ledger, job).last_observation()
        if seen is None:
            raise NotReady(f"job {job} was never observed; `observe` comes first")
        return _decided(decide(parts, seen))


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
    """Carry a decision out; returns how it ended, and a sentence on it.

    Raises:
        ActionError: It ended in a roll-back or worse; the outcome is in the ledger.
    """
    with wiring.acting(place, wish.job) as parts:
        outcome = act(parts, decision_id, actor=wish.actor)
    if outcome.result in WENT_WRONG:
        raise ActionError(f"{outcome.result}: {outcome.sentence}")
    return {"result": outcome.result.value, "sentence": outcome.sentence}


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
    with wiring.opened_ledger(place) as ledger:
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


def _decide_wish(place: Surroundings, wish: Wish) -> Decision:
    cycle = f"wish-{wish.id}"
    with wiring.observing(place, wish.job) as looking:
        seen = observe(looking, cycle)
    with wiring.validating(place, [wish.job]) as judging:
        validate(judging, [seen])
    with wiring.deciding(place, wish.job) as parts:
        return decide_on_wish(parts, seen, wish)


def _decided(decision: Decision) -> Decided:
    return Decided(
        job=decision.job,
        decision=decision.id,
        execute=decision.execute,
        sentence=decision.sentence,
    )
