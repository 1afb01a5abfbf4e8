"""One decision a cycle: every Hold has its reason, every Rescale its guards."""

from dataclasses import replace

import pytest

from control_builders import LINEAGE, NOON, SMALL, VERSION, a_spec, ramp
from control_world import World
from horae.control.decide import decide
from horae.control.entries import draft, from_body
from horae.control.observe import observe
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.errors import Unavailable
from horae.ledger.records import EntryKind

AWAY = Unavailable("connection refused")
RISING = ramp(100, 400)
"""Past the 250 records/s of one slot for the last five of ten minutes."""


def held(decision: Decision) -> Reason:
    """The reason of a Hold."""
    assert (decision.verb, decision.execute) == (Verb.HOLD, False)
    return decision.reason


def decided_in_mode(world: World, mode: str) -> Decision:
    """What is decided under a rising load."""
    world.spec, world.load = a_spec(mode=mode), RISING
    return world.decide("c1")


def test_the_whole_pipeline_protects_a_job_that_is_overloaded(world: World) -> None:
    """400 records/s on a slot that carries 250: out, urgently, and it is to be carried out."""
    decision = decided_in_mode(world, "auto")
    assert (decision.verb, decision.execute, decision.reason) == (
        Verb.RESCALE,
        True,
        Reason.PROTECT,
    )
    assert decision.proposal is not None
    assert decision.proposal.target.parallelism > SMALL.parallelism
    assert decision.proposal.urgent
    assert decision.origin == SMALL
    assert len(decision.guards) >= 10
    assert all(answer.allowed for answer in decision.guards)
    assert decision.evidence["lag_limit_records"] == pytest.approx(10 * 400)  # 10 s at 400/s


def test_the_entry_names_all_that_the_decision_rests_on(world: World) -> None:
    """Window, verdict, forecast, model, job version, spec and code version, each by its id."""
    decided_in_mode(world, "auto")
    (entry,) = world.entries(EntryKind.DECISION)
    ids = {kind: world.entries(kind)[0].id for kind in EntryKind if world.entries(kind)}
    assert dict(entry.references) == {
        **LINEAGE,
        "window": world.entries(EntryKind.WINDOW)[0].body["window"],
        "verdict": ids[EntryKind.VERDICT],
        "forecast": ids[EntryKind.FORECAST],
        "model": ids[EntryKind.MODEL],
        "job_version": VERSION.id,
    }


def test_the_entry_tells_what_there_was_to_choose_from(world: World) -> None:
    """The front, what was excluded and why, and which axes were fixed."""
    decided_in_mode(world, "auto")
    (entry,) = world.entries(EntryKind.DECISION)
    members = entry.body["front"]["members"]
    assert {Configuration.from_json(one["configuration"]).parallelism for one in members} <= {
        1, 2, 4,
    }  # fmt: skip
    assert len(members) >= 1
    assert entry.body["excluded"] == []
    assert entry.body["fixed"] == {}


def test_a_policy_that_foresees_nothing_rests_on_nothing_foreseen(world: World) -> None:
    """No forecast and no models are made: the entry names neither, nor a front."""
    world.spec = a_spec(policy={"name": "hold"})
    world.decide("c1")
    assert world.entries(EntryKind.FORECAST, EntryKind.MODEL) == []
    (entry,) = world.entries(EntryKind.DECISION)
    assert set(entry.references) == {*LINEAGE, "window", "verdict", "job_version"}
    assert "front" not in entry.body
    assert (entry.body["excluded"], entry.body["fixed"]) == ([], {})


def test_a_policy_that_foresees_nothing_needs_no_long_past(world: World) -> None:
    """Five rows are too few for any forecaster, which is not asked."""
    world.spec, world.load = a_spec(policy={"name": "hold"}), [100.0] * 5
    assert held(world.decide("c1")) is Reason.POLICY_HOLD


def test_a_repeated_cycle_gives_the_same_decision(world: World) -> None:
    """Asked again, whatever the job does by then: no second entry, nothing asked."""
    first = decided_in_mode(world, "auto")
    count, calls = len(world.entries()), list(world.engine.calls)
    seen = observe(world.observing(), "c1")
    assert decide(world.deciding(), seen) == first
    assert len(world.entries()) == count
    assert world.engine.calls == calls


def test_what_is_recorded_reads_back_as_the_decision(world: World) -> None:
    """Also a proposal with all its figures and guards."""
    decision = decided_in_mode(world, "auto")
    (entry,) = world.entries(EntryKind.DECISION)
    assert from_body(Decision, entry.body) == decision


def test_the_same_world_decides_the_same(world: World) -> None:
    """Chance comes from job and window alone."""
    world.load = RISING
    seen = world.look("c1")
    first = decide(world.deciding(), seen)
    other = World(world.folder, load=RISING)
    assert other.decide("c1") == first


def test_a_recommendation_is_not_executed(world: World) -> None:
    """In mode recommend the same Rescale is recorded, and left alone."""
    decision = decided_in_mode(world, "recommend")
    assert (decision.verb, decision.execute) == (Verb.RESCALE, False)


def test_mode_grow_executes_more_resources(world: World) -> None:
    """A growth is carried out."""
    assert decided_in_mode(world, "grow").execute


def test_mode_observe_decides_nothing(world: World) -> None:
    """The policy is not even asked, and that is recorded."""
    assert held(decided_in_mode(world, "observe")) is Reason.POLICY_HOLD
    assert world.entries(EntryKind.FORECAST) == []


def test_an_easy_load_is_a_stay(world: World) -> None:
    """100 records/s on one slot: the smallest is best, and nothing was asked of the guards."""
    decision = world.decide("c1")
    assert held(decision) is Reason.BEST_ALREADY
    assert (decision.proposal, decision.guards) == (None, ())


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"name": "hold"}, Reason.POLICY_HOLD),
        (
            {"name": "threshold", "metric": "busy", "target": 0.6},
            Reason.WITHIN_THRESHOLDS,
        ),
        ({"name": "ds2", "metrics_seconds": 60}, Reason.WITHIN_THRESHOLDS),
    ],
    ids=lambda value: str(value["name"]) if isinstance(value, dict) else str(value),
)
def test_the_policy_of_the_spec_is_asked(
    world: World, policy: dict[str, object], reason: Reason
) -> None:
    """At 150 of 250 records/s, 60 % busy, those that react are content, and `hold` always is."""
    world.spec, world.load = a_spec(policy=policy), ramp(150, 150)
    assert held(world.decide("c1")) is reason


def test_an_engine_that_is_away_is_a_hold(world: World) -> None:
    """Nothing is decided blindly; the sentence says what the engine said."""
    world.engine.fail("describe", Fault(AWAY))
    decision = world.decide("c1")
    assert held(decision) is Reason.SOURCE_UNAVAILABLE
    assert decision.sentence == "the engine did not answer: connection refused"


def test_a_job_that_does_not_run_is_a_hold(world: World) -> None:
    """It was stopped; the sentence says so."""
    world.engine.snapshot("ysb", trigger_id="t", stop=True)
    decision = world.decide("c1")
    assert held(decision) is Reason.NOT_RUNNING
    assert decision.sentence == "the job is finished: ended"


def test_no_window_yet_is_a_hold(world: World) -> None:
    """Nothing was measured: not ready, which is not an error."""
    seen = replace(world.look("c1"), window=None, unavailable={})
    assert held(decide(world.deciding(), seen)) is Reason.NOT_READY


def test_a_window_nobody_judged_is_a_hold(world: World) -> None:
    """A window without a verdict is not trusted."""
    decision = decide(world.deciding(), observe(world.observing(), "c1"))
    assert held(decision) is Reason.NOT_READY
    assert decision.sentence == "the newest window was not judged yet"


def test_a_stale_window_is_a_hold(world: World) -> None:
    """91 s after the look, with 90 s allowed."""
    seen = world.look("c1")
    world.clock.wait(91)
    decision = decide(world.deciding(), seen)
    assert held(decision) is Reason.UNUSABLE_WINDOW
    assert decision.sentence == "the newest window is 91 s old, and at most 90 s is allowed"


def test_an_unusable_window_is_a_hold_that_names_the_broken_rules(world: World) -> None:
    """A load of minus one record: the sentence says what came, the entry names the verdict."""
    world.load = [*ramp(100, 100), -1.0]
    decision = world.decide("c1")
    assert held(decision) is Reason.UNUSABLE_WINDOW
    assert decision.sentence.startswith("the window cannot be trusted: load_records_per_second")
    references = world.entries(EntryKind.DECISION)[0].references
    assert references["verdict"] == world.entries(EntryKind.VERDICT)[0].id
    told = world.entries(EntryKind.VERDICT)[0].body["broken"]
    assert dict(decision.evidence) == {f"{r['rule']}:{r['metric']}": r["sentence"] for r in told}
    assert len(decision.evidence) >= 1


def test_a_silent_source_is_named_before_the_rules_that_break_by_it(world: World) -> None:
    """What must be mended is the source; what it left broken is told and in the evidence."""
    world.load, world.unavailable = [*ramp(100, 100), -1.0], {"kafka": "no broker"}
    decision = world.decide("c1")
    assert held(decision) is Reason.SOURCE_UNAVAILABLE
    assert decision.sentence.startswith(
        "kafka did not answer: no broker; the window cannot be trusted: load_records_per_second"
    )
    assert "range:load_records_per_second" in decision.evidence


@pytest.mark.parametrize("unknown", ["configuration", "version"])
def test_a_job_that_runs_in_nobody_knows_what_is_a_hold(world: World, unknown: str) -> None:
    """It runs, and the engine does not show in what: nothing can be chosen from there."""
    seen = replace(world.look("c1"), **{unknown: None}, detail="but takes no checkpoints")
    decision = decide(world.deciding(), seen)
    assert held(decision) is Reason.UNKNOWN_CONFIGURATION
    assert decision.sentence == "what the job runs in is not known: but takes no checkpoints"


def test_too_short_a_past_is_a_hold(world: World) -> None:
    """Five rows, and six are the least that any forecaster needs."""
    world.load = [100.0] * 5
    decision = world.decide("c1")
    assert held(decision) is Reason.NOT_READY
    assert "5 grid points" in decision.sentence


def test_kafka_away_is_a_hold(world: World) -> None:
    """Without the number of partitions nothing can be chosen."""
    world.partitions = Unavailable("no broker")
    decision = world.decide("c1")
    assert held(decision) is Reason.SOURCE_UNAVAILABLE
    assert decision.sentence == "no broker"


def test_an_engine_that_went_away_since_the_look_is_a_hold(world: World) -> None:
    """What it can do is asked again for every decision."""
    seen = world.look("c1")
    world.engine.fail("capabilities", Fault(AWAY))
    assert held(decide(world.deciding(), seen)) is Reason.SOURCE_UNAVAILABLE


def test_a_lost_window_is_a_hold(world: World) -> None:
    """Its file is gone by the time of the decision."""
    seen = world.look("c1")
    (file,) = world.folder.glob("windows/ysb/*.parquet")
    file.unlink()
    assert held(decide(world.deciding(), seen)) is Reason.SOURCE_UNAVAILABLE


def test_a_refusal_keeps_the_proposal_and_every_answer(world: World) -> None:
    """The kill switch holds the Rescale back: Hold, with what would have been done."""
    world.halted = lambda: "maintenance until noon"
    decision = decided_in_mode(world, "auto")
    assert held(decision) is Reason.GUARD_REFUSED
    assert decision.proposal is not None
    refusing = [answer.guard for answer in decision.guards if not answer.allowed]
    assert refusing == ["kill-switch"]
    assert len(decision.guards) > len(refusing)
    assert decision.sentence.endswith("Refused by kill-switch: Maintenance until noon.")


def test_an_action_in_flight_holds_the_next_back(world: World) -> None:
    """An intention without an outcome: one action at a time."""
    body = {"action_id": "ysb-0"}
    world.ledger.append(draft(EntryKind.INTENTION, job="ysb", key="ysb-0", at=NOON, body=body))
    decision = decided_in_mode(world, "auto")
    refused = {answer.guard: answer.sentence for answer in decision.guards if not answer.allowed}
    assert refused == {"one-action-in-flight": "Action ysb-0 has not ended."}
