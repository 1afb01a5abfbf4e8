"""What would Horae do: asked with all it knows, told as a supposition, never carried out."""

from dataclasses import replace
from typing import Any

import pytest

from control_builders import LINEAGE, SMALL, a_spec, at, ramp
from control_world import World
from horae.control.act import act
from horae.control.blindness import last_conclusion
from horae.control.entries import Observation, from_body
from horae.control.history import History
from horae.control.supposition import Supposition, what_if_id
from horae.control.what_if import Asking, what_if
from horae.domain.decision import Decision, Verb
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.errors import Refused, Unavailable
from horae.ledger.records import Entry, EntryKind

RUN = "manual__2026-03-02T12:00:00+00:00"
STEADY = ramp(100, 100)
"""Two fifths of what one slot carries."""


def ask(
    world: World, seen: Observation | None = None, *, run: str = RUN, **supposed: Any
) -> Decision:
    """What Ada is told, who asks about the newest look."""
    asking = Asking(run=run, actor="ada", supposition=Supposition(**supposed))
    return what_if(world.deciding(), seen or world.look("c1"), asking)


def recorded(world: World) -> Entry:
    """The one answer in the ledger."""
    (entry,) = world.entries(EntryKind.WHAT_IF)
    return entry


def test_a_load_that_one_slot_cannot_carry_calls_for_more(world: World) -> None:
    """600 records/s from now on, 250 a slot: out, to the four slots that come after two."""
    answer = ask(world, load_records_per_second=600)
    assert (answer.verb, answer.execute, answer.reason) == (Verb.RESCALE, False, Reason.PROTECT)
    assert answer.proposal is not None
    assert answer.proposal.target.parallelism == 4
    assert answer.sentence.startswith("Supposing a load of 600 records/s from now on: ")
    assert answer.evidence["load_records_per_second"] == 600
    assert answer.evidence["lag_limit_records"] == 10 * 600  # 10 s at 600/s


def test_a_factor_multiplies_what_is_foreseen(world: World) -> None:
    """A steady 100 records/s, six times: as much as no slot carries; once: nothing to do."""
    seen = world.look("c1")
    more = ask(world, seen, run="more", load_factor=6)
    same = ask(world, seen, run="same", load_factor=1)
    assert more.reason is Reason.PROTECT
    assert more.evidence["load_records_per_second"] == 600
    assert more.sentence.startswith("Supposing 6 times the load that is foreseen: ")
    assert same.verb is Verb.HOLD


def test_a_supposed_configuration_is_where_the_answer_starts_from(world: World) -> None:
    """With four slots for 100 records/s nothing protects, and the origin is the supposed one."""
    answer = ask(world, changes={"parallelism": 4})
    assert answer.origin == at(4)
    assert answer.reason is not Reason.PROTECT
    assert f"Supposing the job in {at(4)}: " in answer.sentence
    body = recorded(world).body["supposed"]
    assert (body["present"], body["really"]) == (at(4).to_json(), SMALL.to_json())


def test_overload_in_what_really_runs_is_none_in_what_is_supposed(world: World) -> None:
    """One slot is saturated at 285 records/s, and its backlog grows; two slots carry 500.

    From 100 evenly to 285 within 600 s, past 250 for the last 114 s: 114^2 / 2 x 185 / 600 = 2,000
    records wait, as long as one slot takes 8 s for. That is less than the limit of 10 s, so only
    that the slot is busy all the time speaks of an overload.
    """
    world.load = ramp(100, 285)
    seen = world.look("c1")
    really = ask(world, seen, run="really")
    supposed = ask(world, seen, run="supposed", changes={"parallelism": 2})
    assert really.reason is Reason.PROTECT
    assert supposed.evidence["backlog_age_seconds"] == pytest.approx(8.5, abs=0.5)
    assert supposed.reason is not Reason.PROTECT


@pytest.mark.parametrize("load", [STEADY, ramp(100, 400)])
def test_supposing_nothing_is_what_the_cycle_decides(world: World, load: Any) -> None:
    """The same look, the same chance: the same proposal, guards, figures; only not to be done."""
    world.load = load
    seen = world.look("c1")
    answer = ask(world, seen)
    decided = world.decide("c1")
    as_decided = replace(
        answer,
        id=decided.id,
        actor=decided.actor,
        execute=decided.execute,
        sentence=answer.sentence.removeprefix("As things are: "),
    )
    assert as_decided == decided


def test_nobody_who_reads_decisions_meets_an_answer(world: World) -> None:
    """One entry of its own kind; no decision, forecast or model, and no conclusion of a cycle."""
    seen = world.look("c1")
    before = [entry.kind for entry in world.entries()]
    answer = ask(world, seen, load_records_per_second=600)
    assert [entry.kind for entry in world.entries()] == [*before, EntryKind.WHAT_IF]
    assert History(world.ledger, "ysb").decision(answer.id) is None
    first = world.entries()[0]
    assert last_conclusion(world.ledger, "ysb") == first.time


def test_an_answer_cannot_be_carried_out(world: World) -> None:
    """Not even where somebody gives its id to `rescale`."""
    answer = ask(world, load_records_per_second=600)
    with pytest.raises(Refused, match="not in the ledger; nothing was done"):
        act(world.acting(), answer.id)
    assert world.engine.describe("ysb").configuration == SMALL


def test_the_entry_holds_all_that_was_supposed_foreseen_and_offered(world: World) -> None:
    """Who asked, why, what for; the supposed forecast and the front stand in the entry itself."""
    answer = ask(world, load_records_per_second=600, note="the sale on Friday")
    entry = recorded(world)
    assert entry.identity == f"what_if:{what_if_id('ysb', RUN)}"
    assert entry.actor == answer.actor == "ada"
    assert from_body(Decision, entry.body) == answer
    assert set(entry.references) == {*LINEAGE, "window", "verdict", "job_version"}
    assert entry.body["supposed"] == {
        "load_records_per_second": 600,
        "load_factor": None,
        "present": None,
        "really": SMALL.to_json(),
        "note": "the sale on Friday",
    }
    assert entry.body["forecast"]["forecaster"] == "supposed"
    assert {value for row in entry.body["forecast"]["quantiles"] for value in row} == {600}
    assert entry.body["front"]["members"]
    assert entry.body["models"]["proven_load"] == pytest.approx(100, rel=0.1)


def test_guards_of_horaes_own_moves_are_asked(world: World) -> None:
    """A person wants to know what Horae would do, so quiet hours and the rest hold as for it."""
    world.halted = lambda: "Bob works on it"
    answer = ask(world, load_records_per_second=600)
    assert (answer.verb, answer.reason) == (Verb.HOLD, Reason.GUARD_REFUSED)
    assert answer.proposal is not None
    assert "Bob works on it" in answer.sentence
    mode = next(one for one in answer.guards if one.guard == "mode")
    assert mode.sentence == "The mode is auto."


def test_a_job_that_is_only_observed_can_be_asked_about(world: World) -> None:
    """In mode observe a cycle decides nothing; a person may ask all the same."""
    world.spec = a_spec(mode="observe")
    assert ask(world, load_records_per_second=600).reason is Reason.PROTECT


def test_a_repeated_run_gives_the_same_answer(world: World) -> None:
    """A task that is tried again asks nobody and records nothing, whatever is known by then."""
    first = ask(world, load_records_per_second=600)
    seen, calls = world.look("c2"), list(world.engine.calls)
    assert ask(world, seen, load_records_per_second=600) == first
    assert world.engine.calls == calls
    assert len(world.entries(EntryKind.WHAT_IF)) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"parallelism": 3}, "parallelism 3 is not legal, but 1, 2, 4"),
        ({"slots": 2}, "slots 2 is not legal, but 1"),
        ({"checkpoint_interval_seconds": 7}, "7 is not legal, but 5, 10, 20"),
    ],
)
def test_what_the_job_may_not_run_in_cannot_be_supposed(
    world: World, changes: dict[str, float], why: str
) -> None:
    """The answer is recorded: it names the axis and its legal values."""
    answer = ask(world, changes=changes)
    assert (answer.verb, answer.reason) == (Verb.HOLD, Reason.NO_CANDIDATE)
    assert why in answer.sentence
    assert recorded(world).body["sentence"] == answer.sentence


def test_what_the_job_runs_in_may_always_be_supposed(world: World) -> None:
    """Also where the settings do not name it: parallelism 1 is not among 2 and 4."""
    world.spec = a_spec(search={"parallelism": [2, 4]})
    answer = ask(world, load_records_per_second=100, changes={"parallelism": 1})
    assert answer.reason is not Reason.NO_CANDIDATE


@pytest.mark.parametrize("supposed", [{"load_factor": 2.0}, {"changes": {"parallelism": 2}}])
def test_a_policy_that_only_looks_back_cannot_be_asked(
    world: World, supposed: dict[str, Any]
) -> None:
    """It says so, and which policy can; what it does as things are can be asked."""
    world.spec = a_spec(policy={"name": "hold"})
    seen = world.look("c1")
    answer = ask(world, seen, run="a", **supposed)
    assert (answer.verb, answer.reason) == (Verb.HOLD, Reason.NOT_MEASURED)
    assert "policy hold looks only at what was measured" in answer.sentence
    assert ask(world, seen, run="b").reason is Reason.POLICY_HOLD


def test_a_job_that_does_not_run_gives_no_answer(world: World) -> None:
    """Nothing is known of what it would run in; that is recorded like any answer."""
    seen = replace(
        world.look("c1"), presence=JobPresence.FINISHED, configuration=None, version=None
    )
    answer = ask(world, seen, load_records_per_second=600)
    assert (answer.verb, answer.reason) == (Verb.HOLD, Reason.NOT_RUNNING)
    assert recorded(world).body["supposed"]["really"] is None


def test_an_engine_that_is_away_is_told(world: World) -> None:
    """What the job may run in is not known then."""
    seen = world.look("c1")
    world.engine.fail("capabilities", Fault(error=Unavailable("connection refused")))
    answer = ask(world, seen, load_records_per_second=600)
    assert answer.reason is Reason.SOURCE_UNAVAILABLE


def test_a_past_that_is_too_short_for_a_factor_is_told(world: World) -> None:
    """Five rows are too few for any forecaster, so there is nothing to multiply."""
    world.load = [100.0] * 5
    answer = ask(world, load_factor=2)
    assert answer.reason is Reason.NOT_READY


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"load_records_per_second": 1, "load_factor": 1}, "leave one field empty"),
        ({"load_records_per_second": -1}, "expected a number from 0"),
        ({"load_records_per_second": float("nan")}, "expected a number from 0"),
        ({"load_factor": 0}, "expected a number above 0"),
        ({"load_factor": float("inf")}, "expected a number above 0"),
    ],
)
def test_a_load_that_is_none_is_refused(wrong: dict[str, float], message: str) -> None:
    """The message says what came and what to do."""
    with pytest.raises(Refused, match=message):
        Supposition(**wrong)


def test_the_id_of_an_answer_is_short_enough_for_the_ledger() -> None:
    """The run's own id, and the hash of one that is too long: 63 + 9 + 16 of 200 characters."""
    assert what_if_id("ysb", RUN) == f"ysb-what-if-{RUN}"
    assert len(what_if_id("x" * 63, "r" * 250)) == 63 + len("-what-if-") + 16


def test_nobody_is_asked_to_approve_an_answer(world: World) -> None:
    """In mode approve a cycle would ask a person; a supposition is nothing to approve."""
    world.spec = a_spec(mode="approve")
    answer = ask(world, load_records_per_second=600)
    assert answer.verb is Verb.RESCALE
    assert not answer.approval
    assert not answer.execute
