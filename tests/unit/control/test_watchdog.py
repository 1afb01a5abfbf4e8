"""The watchdog: what it sees, and what it does while no cycle does it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from control_builders import SMALL, a_decision, an_outcome, at
from control_world import World
from horae.control.act import act
from horae.control.entries import draft, to_body
from horae.control.watchdog import Minded, mind
from horae.domain.action import OutcomeResult
from horae.domain.decision import Verb
from horae.domain.job import JobDescription
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.engines.fake_harm import kill_job_manager, person_cancels
from horae.errors import Unavailable
from horae.ledger.records import EntryKind
from watchdog_builders import ALLOWANCE, SAFE, spec_of, unattended

LOW = np.full(120, 100.0)  # ten minutes, two seasons, of 100 records/s


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A job that nobody looks after."""
    return unattended(tmp_path)


def silent(world: World) -> Minded:
    """A round when the allowance is over."""
    world.clock.wait(ALLOWANCE + 1)
    return mind(world.minding())


def held(world: World) -> str:
    """What a round says that changes nothing."""
    calls = len(world.engine.incarnations)
    seen = silent(world)
    assert seen.outcome is None
    assert world.entries(EntryKind.INTENTION) == []
    assert len(world.engine.incarnations) == calls
    return seen.sentence


def test_a_job_that_nobody_looks_after_is_brought_to_safety(world: World) -> None:
    """Once the allowance is over; the decision is its own, and says what it rests on."""
    seen = silent(world)
    assert seen.outcome is not None
    assert seen.outcome.result is OutcomeResult.DONE
    assert world.engine.describe("ysb").configuration == SAFE
    (entry,) = world.entries(EntryKind.DECISION)
    assert (entry.actor, entry.body["reason"]) == ("watchdog", Reason.SAFE)
    assert entry.body["verb"] == Verb.RESCALE
    assert entry.body["evidence"]["load_records_per_second"] == pytest.approx(400)
    assert 100 < entry.body["evidence"]["capacity_p05_records_per_second"] < 300
    assert "no cycle came to a conclusion for 1801 s" in entry.body["sentence"]
    assert {answer["guard"] for answer in entry.body["guards"]} >= {
        "kill-switch",
        "possible-path",
        "transaction-timeout",
        "not-known-bad",
    }


def test_the_next_round_finds_it_safe(world: World) -> None:
    """It acts once."""
    silent(world)
    seen = mind(world.minding())
    assert seen.outcome is None
    assert "its safe configuration" in seen.sentence
    assert "is not more than" in seen.sentence


def test_within_the_allowance_it_waits(world: World) -> None:
    """A cycle came to a conclusion a while ago."""
    world.record(a_decision("ysb-c1", verb=Verb.HOLD, execute=False, reason=Reason.BEST_ALREADY))
    world.clock.wait(ALLOWANCE)
    seen = mind(world.minding())
    assert (seen.outcome, seen.sentence) == (None, "sees a conclusion 1800 s ago")
    world.clock.wait(1)
    assert mind(world.minding()).outcome is not None


@pytest.mark.parametrize(
    ("reason", "actor", "counts"),
    [
        (Reason.BEST_ALREADY, "horae", True),
        (Reason.GUARD_REFUSED, "horae", True),
        (Reason.UNUSABLE_WINDOW, "horae", False),
        (Reason.SOURCE_UNAVAILABLE, "horae", False),
        (Reason.NOT_READY, "horae", False),
        (Reason.MANUAL, "ada", False),
    ],
)
def test_only_a_cycle_that_concluded_something_counts(
    world: World, reason: Reason, actor: str, counts: bool
) -> None:
    """One that was blind did not, and a person's wish is none."""
    world.clock.wait(ALLOWANCE + 1)
    now = world.clock.now()
    world.record(
        a_decision("x", verb=Verb.HOLD, execute=False, reason=reason, actor=actor, decided_at=now)
    )
    world.clock.wait(10)
    # What counts is 10 s old. Otherwise only that entry or the first of all is known, and the
    # older of the two is the look at the beginning.
    said = mind(world.minding()).sentence
    assert said.startswith("sees a conclusion 10 s ago") is counts


def test_a_load_that_the_job_carries_is_no_danger(world: World) -> None:
    """100 records/s, when one slot carries 250."""
    world.load = LOW
    world.look("c2")
    said = held(world)
    assert "100 may come" in said
    assert said.startswith("holds: no cycle came to a conclusion")


@pytest.mark.parametrize("mode", ["observe", "recommend"])
def test_a_job_that_horae_may_not_touch_is_left_alone(
    world: World, tmp_path: Path, mode: str
) -> None:
    """Only grow and auto let it act."""
    world.spec = spec_of(tmp_path, mode=mode)
    assert held(world) == f"leaves it alone: the mode is {mode}"


def test_in_mode_grow_it_acts(world: World, tmp_path: Path) -> None:
    """It only ever adds resources."""
    world.spec = spec_of(tmp_path, mode="grow")
    assert silent(world).outcome is not None


def test_the_kill_switch_is_respected(world: World) -> None:
    """With its reason."""
    world.halted = lambda: "a holiday"
    assert held(world) == "holds: the kill switch is thrown: a holiday"


def redeployed(world: World) -> None:
    """Somebody deploys another plan of the job; no look sees it."""
    describe = world.engine.describe

    def shown(job: str) -> JobDescription:
        seen = describe(job)
        other = replace(seen.version, plan_hash="1" * 64) if seen.version else None
        return replace(seen, version=other)

    world.engine.describe = shown  # type: ignore[method-assign]


def test_a_job_that_was_deployed_anew_meanwhile_is_brought_to_safety_too(world: World) -> None:
    """What counts is the version that the watchdog has seen itself, not that of the last look."""
    redeployed(world)
    seen = silent(world)
    assert seen.outcome is not None
    assert seen.outcome.result is OutcomeResult.DONE, seen.sentence
    (entry,) = world.entries(EntryKind.DECISION)
    assert entry.body["version"] == f"{'1' * 12}-fake"


def test_a_job_that_is_deployed_anew_after_the_order_is_left_as_it_is(world: World) -> None:
    """The order was about another one."""
    acts = world.acting()
    decision = a_decision(decided_at=world.clock.now(), version=f"{'0' * 12}-fake")
    world.record(decision)
    redeployed(world)
    world.look("c2")  # adopted as the version that is known
    outcome = act(acts, decision.id)
    assert outcome.result is OutcomeResult.ABANDONED
    assert f"version {'1' * 12}-fake, not {'0' * 12}-fake" in outcome.sentence


def test_never_to_fewer_resources(world: World, tmp_path: Path) -> None:
    """More slots on fewer TaskManagers are fewer cores: one of one core for four slots."""
    world.engine.cluster.provide(at(2), keep=False)
    world.engine.resize("ysb", at(2))
    world.spec = spec_of(tmp_path, safe_configuration=at(4, slots=4).to_json())
    assert "is not more than" in held(world)


def test_without_a_safe_configuration_it_says_what_to_set(world: World, tmp_path: Path) -> None:
    """The job was seen once: it has not carried a season in what it was first seen in."""
    world.spec = spec_of(tmp_path, safe_configuration=None)
    assert "the spec names none (safe_configuration)" in held(world)


def test_without_a_window_it_holds_and_says_so(tmp_path: Path) -> None:
    """A job that no window was ever stored of."""
    world = World(tmp_path, spec=spec_of(tmp_path))
    assert "never observed" in mind(world.minding()).sentence


def test_without_the_partitions_it_holds_and_says_so(world: World) -> None:
    """The broker is away as well."""
    world.partitions = Unavailable("no broker answers")
    seen = silent(world)
    assert seen.sentence == "holds: no broker answers"
    assert isinstance(seen.error, Unavailable)


def test_an_engine_that_is_away_is_told(world: World) -> None:
    """Nothing can be ordered from it."""
    world.engine.fail("describe", Fault(Unavailable("connection refused")))
    assert held(world) == "holds: connection refused"


def test_a_job_that_a_person_ended_is_left_ended(world: World) -> None:
    """It is not for the watchdog to start it."""
    person_cancels(world.engine.cluster)
    assert "the job is finished" in held(world)


def test_what_failed_a_while_ago_is_not_tried_again(world: World) -> None:
    """The safe configuration itself was rolled back from an hour ago."""
    world.clock.wait(10)
    now = world.clock.now()
    world.record(a_decision("ysb-1", decided_at=now))
    outcome = an_outcome(
        result=OutcomeResult.ROLLED_BACK, target=SAFE, reached=SMALL, ended_at=now
    )
    world.ledger.append(
        draft(EntryKind.OUTCOME, job="ysb", key="ysb-1", at=now, body=to_body(outcome))
    )
    assert "not-known-bad" in held(world)


def test_a_path_that_is_not_there_is_told(world: World) -> None:
    """Neither in place nor by a new start."""
    for name in world.engine.capable:
        world.engine.capable[name] = False
    assert "possible-path" in held(world)


def test_its_action_can_end_badly_and_that_is_told(world: World) -> None:
    """Rolled back, since the slots never came."""
    world.engine.reachable_parallelism = 1
    seen = silent(world)
    assert seen.outcome is not None
    assert seen.outcome.result is not OutcomeResult.DONE
    assert seen.sentence.startswith(f"{seen.outcome.result}: ")


def test_a_lost_job_is_started_again_where_that_is_allowed(world: World, tmp_path: Path) -> None:
    """Without Airflow nobody else notices."""
    engine = {
        "restart_lost": True,
        "program": {"kind": "sql", "script": str(tmp_path / "ysb.sql")},
    }
    world.spec = spec_of(tmp_path, engine=engine)
    world.clock.wait(30)
    kill_job_manager(world.engine.cluster, high_availability=False)
    seen = silent(world)
    assert seen.outcome is not None
    assert seen.outcome.result is OutcomeResult.DONE
    (entry,) = world.entries(EntryKind.DECISION)
    assert (entry.actor, entry.body["reason"]) == ("watchdog", Reason.LOST_JOB)


def test_a_lost_job_that_must_not_be_started_is_told_every_round(world: World) -> None:
    """With the command; but the ledger is not filled with it."""
    world.clock.wait(30)
    kill_job_manager(world.engine.cluster, high_availability=False)
    for _ in range(2):
        assert "`horae action restart ysb`" in held(world)
    assert world.entries(EntryKind.DECISION) == []


def test_a_rival_that_was_quicker_is_no_accident(world: World) -> None:
    """Another process took the lease between the look and the order."""
    world.clock.wait(ALLOWANCE + 1)
    minding = world.minding()
    original = world.ledger.take_lease

    def taken(job: str, **terms: Any) -> Any:
        world.ledger.take_lease = original  # type: ignore[method-assign]
        original(job, action_id="other", holder="rival", now=terms["now"], seconds=30)
        return original(job, **terms)

    world.ledger.take_lease = taken  # type: ignore[method-assign]
    seen = mind(minding)
    assert seen.outcome is None
    assert "is being acted on by rival" in seen.sentence
