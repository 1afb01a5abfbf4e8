"""The oracle on an hour of a small job."""

from dataclasses import replace

import numpy as np
import pytest

from flow_builders import a_model as without_chance
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.proposal import Reason
from horae.simulation.job.job_model import LogNormal, OutageModel, Outages, Start
from horae.simulation.references.clairvoyant_view import Job, family_of, shortlist
from horae.simulation.references.oracle import Oracle
from horae.simulation.references.schedule import replay
from horae.simulation.score.scores import score
from horae.simulation.world.failures import RANDOM, failures
from horae.simulation.world.record import ActionSeen
from horae.simulation.world.worlds import WORLDS
from oracle_builders import LIMITS, PRICES, a_model, a_wave, sizes

EIGHT = sizes(*range(1, 9))
SIX = EIGHT[5]
SEED = 3


def a_job(world: str = "retrograde") -> Job:
    """A wave of an hour between 1,500 and 4,500 records/s, after ten minutes of history."""
    trace = a_wave(mean=3_000, swing=0.5, history_seconds=600)
    return Job(
        model=a_model(),
        world=WORLDS[world],
        trace=WORLDS[world].offered(trace, SEED),
        limits=LIMITS,
        prices=PRICES,
    )


@pytest.fixture(scope="module")
def known() -> Oracle:
    """One for all tests: it finds everything once."""
    return Oracle(a_job(), EIGHT)


def test_every_plan_is_dearer_than_the_bound_at_its_own_budgets(known: Oracle) -> None:
    """No plan costs less than the bound at what it used itself."""
    plans = known.plans(SEED, SIX)
    assert len({plan.money for plan in plans}) > 10, "they differ"
    for plan in plans:
        used = {"violation_seconds": plan.violation_seconds, "actions": plan.actions}
        bound = known.at(SEED, start=SIX, **used).bound
        assert plan.money >= bound * (1 - 1e-9)


def test_a_plan_is_found_that_is_cheaper_than_to_stay_at_no_more_violation(known: Oracle) -> None:
    """At the violations of the largest constant and with ten changes there is a cheaper plan."""
    job = a_job()
    (record,) = replay(job.model, job.world, job.trace, [()], starts=EIGHT[7:], seeds=[SEED])
    stays = score(record, limits=LIMITS, prices=PRICES)
    allowed = stays.violation_seconds + 120
    found = known.at(SEED, start=EIGHT[7], violation_seconds=allowed, actions=10)
    assert found.plan is not None
    assert found.plan.money < 0.95 * stays.money
    assert found.plan.violation_seconds <= allowed
    assert found.plan.actions <= 10


def test_no_more_changes_are_used_than_allowed(known: Oracle) -> None:
    """With one change it is dearer than with ten, for the cheapest plan needs more than one."""
    few, many = (
        known.at(SEED, start=SIX, violation_seconds=900, actions=most).plan for most in (1, 10)
    )
    assert few is not None
    assert many is not None
    assert few.actions <= 1 < many.actions
    assert few.money > many.money


def test_to_stay_costs_the_oracle_what_it_costs_everybody(known: Oracle) -> None:
    """Without a change the only plan is to stay, and it is scored as any run is."""
    job = a_job()
    (record,) = replay(job.model, job.world, job.trace, [()], starts=[SIX], seeds=[SEED])
    stays = score(record, limits=LIMITS, prices=PRICES)
    used = {"violation_seconds": stays.violation_seconds, "actions": 0}
    found = known.at(SEED, start=SIX, **used)
    assert found.attained == pytest.approx(stays.money)
    assert found.bound <= stays.money


def test_nothing_is_attained_where_no_plan_keeps_within_the_budgets(known: Oracle) -> None:
    """Failures break the limit whatever is planned: without a violation there is no plan."""
    found = known.at(SEED, start=SIX, violation_seconds=0, actions=50)
    assert found.plan is None
    assert found.attained is None


def test_more_may_never_cost_more(known: Oracle) -> None:
    """Neither figure rises with a budget."""
    asked = [(v, a) for v in (300, 600, 3_000) for a in (0, 3, 8)]
    found = {
        each: known.at(SEED, start=SIX, violation_seconds=each[0], actions=each[1])
        for each in asked
    }
    for small in asked:
        for large in asked:
            if small[0] <= large[0] and small[1] <= large[1]:
                assert found[large].bound <= found[small].bound
                if (less := found[small].attained) is not None:
                    assert (found[large].attained or np.inf) <= less


def test_the_same_question_has_the_same_answer(known: Oracle) -> None:
    """Another oracle, asked in another order, says the same to the last digit."""
    other = Oracle(a_job(), EIGHT)
    other.at(SEED, start=SIX, violation_seconds=3_000, actions=100)
    asked = {"start": SIX, "violation_seconds": 500, "actions": 6}
    assert other.at(SEED, **asked) == known.at(SEED, **asked)


def test_the_instants_of_failures_are_not_known() -> None:
    """Where nothing but failures is left to chance, plans differ only once one has struck."""
    model = without_chance(outages=Outages(in_place=OutageModel(seconds=LogNormal(median=7))))
    job = replace(a_job(), model=model, trace=a_wave(3_600, mean=300, swing=0.5))
    known = Oracle(job, EIGHT)
    due = [failures(RANDOM, model.failures, job.trace, seed)[0].due for seed in (1, 2)]
    until = min(due)
    assert until > 600
    assert due[0] != due[1]
    told = [
        [[each for each in plan.schedule if each[0] < until] for plan in known.plans(seed, SIX)]
        for seed in (1, 2)
    ]
    assert told[0] == told[1]
    assert any(len(schedule) > 1 for schedule in told[0]), "some plan moves before"


def test_an_action_that_is_rolled_back_counts_twice() -> None:
    """There and back, whether it ran in the other configuration meanwhile or not."""
    job = a_job()
    begin = job.trace.history_seconds
    there_and_back = [(begin + 100, EIGHT[6]), (begin + 400, SIX)]
    (record,) = replay(
        job.model, job.world, job.trace, [there_and_back], starts=[SIX], seeds=[SEED]
    )
    rolled_back = ActionSeen(
        began=100,
        ended=500,
        reason=Reason.PROTECT,
        result=OutcomeResult.ROLLED_BACK,
        path=RescalePath.IN_PLACE,
        outage_seconds=7.0,
        origin=SIX,
        target=EIGHT[6],
    )
    assert replace(record, actions=(rolled_back,)).changes == 2
    kept = replace(record, configurations=record.configurations[:1])
    assert replace(kept, actions=(rolled_back,)).changes == 2, "it never ran in the other"
    assert kept.changes == 2, "two moves"


def test_a_shortlist_has_the_start_and_the_front_of_the_best_family() -> None:
    """The start stays, whatever it is; of a family that is beaten everywhere only that."""
    poor = [Start(parallelism=n, memory_mb=8_192).configuration() for n in (2, 4)]
    some = shortlist(a_job(), [*EIGHT, *poor], poor[0], most=24)
    assert set(EIGHT) <= set(some)
    assert poor[0] in some
    families = [family_of(one) for one in some]
    assert families == sorted(families, key=lambda each: families.index(each)), "side by side"


def test_a_shortlist_is_short() -> None:
    """However many there are, no more than asked for and the start are left."""
    many = [
        Start(parallelism=n, memory_mb=memory).configuration()
        for n in range(1, 25)
        for memory in (1_024, 2_048, 4_096)
    ]
    some = shortlist(a_job(), many, many[0], most=10)
    assert len(some) <= 11


def test_a_job_that_can_only_be_stopped_has_plans_too() -> None:
    """Where there is no way in place, the plans go by savepoint."""
    outages = Outages(savepoint=OutageModel(seconds=LogNormal(median=20)))
    job = replace(a_job(), model=a_model(outages=outages))
    found = Oracle(job, EIGHT).at(SEED, start=SIX, violation_seconds=1_500, actions=4)
    assert found.plan is not None
    assert 0 < found.plan.actions <= 4
