"""What a person wishes passes the same guards and stands in the ledger with their name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import LINEAGE, NOON, SMALL, VERSION, a_spec, an_outcome, at
from control_world import World
from horae.control.decide_on_wish import decide_on_wish
from horae.control.entries import draft, to_body
from horae.control.wish import Wish
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.errors import Unavailable
from horae.ledger.records import EntryKind

WISH = Wish(
    id="manual-1",
    actor="ada",
    job="ysb",
    decision=None,
    changes={"parallelism": 2},
    reason="a campaign starts at one",
    dry_run=False,
)


def wished(world: World, *, dry_run: bool = False, **changes: float) -> Decision:
    """What is decided about a wish of Ada's."""
    wish = replace(WISH, changes=changes or WISH.changes, dry_run=dry_run)
    return decide_on_wish(world.deciding(), world.look(f"wish-{wish.id}"), wish)


def refusals(decision: Decision) -> dict[str, str]:
    """Guard to what it says, where it refuses."""
    return {answer.guard: answer.sentence for answer in decision.guards if not answer.allowed}


def test_a_wish_is_decided_in_the_name_of_the_person(world: World) -> None:
    """Allowed: to be carried out; name and reason are in the decision and its entry."""
    decision = wished(world)
    assert (decision.verb, decision.execute) == (Verb.RESCALE, True)
    assert (decision.actor, decision.reason) == ("ada", Reason.MANUAL)
    assert decision.sentence == f"ada asks for {at(2)}: a campaign starts at one."
    (entry,) = world.entries(EntryKind.DECISION)
    assert entry.actor == "ada"
    assert entry.body["sentence"] == decision.sentence


def test_the_entry_names_what_it_rests_on(world: World) -> None:
    """The window that was looked at for the wish, its verdict, and the job's version."""
    wished(world)
    (entry,) = world.entries(EntryKind.DECISION)
    assert dict(entry.references) == {
        **LINEAGE,
        "window": world.entries(EntryKind.WINDOW)[0].body["window"],
        "verdict": world.entries(EntryKind.VERDICT)[0].id,
        "job_version": VERSION.id,
    }


def test_a_wish_meets_the_guards_that_horae_meets(world: World) -> None:
    """The same list, in the same order."""
    own = World(world.folder, load=[400.0] * 100).decide("c1")
    assert [answer.guard for answer in wished(world).guards] == [
        answer.guard for answer in own.guards
    ]


def test_a_wish_goes_the_gentlest_way(world: World) -> None:
    """Parallelism alone in place; another interval takes a savepoint."""
    proposal = wished(world).proposal
    assert proposal is not None
    assert proposal.path is RescalePath.IN_PLACE
    other = replace(WISH, id="manual-2", changes={"checkpoint_interval_seconds": 20})
    proposal = decide_on_wish(world.deciding(), world.look("c2"), other).proposal
    assert proposal is not None
    assert proposal.path is RescalePath.SAVEPOINT


@pytest.mark.parametrize("mode", ["recommend", "grow", "auto"])
def test_the_mode_does_not_hold_a_person_back(world: World, mode: str) -> None:
    """It says how far Horae may go by itself."""
    world.spec = a_spec(mode=mode)
    assert wished(world).execute


def test_mode_observe_refuses_a_person_too(world: World) -> None:
    """Such a job is only looked at."""
    world.spec = a_spec(mode="observe")
    assert list(refusals(wished(world))) == ["mode"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parallelism": 64}, "Parallelism 64 is not legal, but 1, 2, 4"),
        ({"parallelism": 3}, "Parallelism 3 is not legal, but 1, 2, 4"),
        (
            {"checkpoint_interval_seconds": 7},
            "Checkpoint_interval_seconds 7 is not legal, but 5, 10, 20",
        ),
        ({"slots": 8}, "Slots 8 is not legal, but 1"),
    ],
)
def test_an_illegal_wish_is_refused_naming_what_is_legal(
    world: World, changes: dict[str, float], said: str
) -> None:
    """It is recorded as a Hold; the sentence says which values there are."""
    decision = wished(world, **changes)
    assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.GUARD_REFUSED)
    assert refusals(decision)["legal-configuration"] == f"{said}."
    assert said in decision.sentence
    assert len(world.entries(EntryKind.DECISION)) == 1


def test_more_than_there_is_room_for_is_refused(world: World) -> None:
    """Parallelism 8 with one slot each needs eight TaskManagers; four can be had."""
    decision = wished(world, parallelism=8)
    assert refusals(decision)["possible-path"] == (
        "It needs 8 TaskManagers, and at most 4 can be had."
    )


def test_what_the_job_runs_in_already_is_refused(world: World) -> None:
    """There is nothing to do."""
    assert refusals(wished(world, parallelism=1)) == {
        "possible-path": "The job runs in it already."
    }


def test_a_dry_run_asks_and_does_not_act(world: World) -> None:
    """Every guard has answered, and nothing is to be carried out."""
    decision = wished(world, dry_run=True)
    assert (decision.verb, decision.execute) == (Verb.RESCALE, False)
    assert all(answer.allowed for answer in decision.guards)


def test_a_job_that_does_not_run_cannot_be_moved(world: World) -> None:
    """Hold, recorded in the person's name."""
    world.engine.snapshot("ysb", trigger_id="t", stop=True)
    decision = wished(world)
    assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.NOT_RUNNING)
    assert world.entries(EntryKind.DECISION)[0].actor == "ada"


def test_an_engine_that_is_away_is_recorded(world: World) -> None:
    """Hold, with what the engine said."""
    world.engine.fail("describe", Fault(Unavailable("connection refused")))
    decision = wished(world)
    assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.SOURCE_UNAVAILABLE)
    assert decision.sentence == "the engine did not answer: connection refused"


def test_a_job_that_runs_in_nobody_knows_what_cannot_be_moved(world: World) -> None:
    """It runs, which is not the same as to be absent."""
    seen = replace(world.look("c1"), configuration=None)
    decision = decide_on_wish(world.deciding(), seen, WISH)
    assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.UNKNOWN_CONFIGURATION)


def test_a_wish_is_recorded_though_its_window_is_lost(world: World) -> None:
    """Nothing is known to be legal, so it is refused; and no lag limit is known."""
    seen = world.look("c1")
    for file in world.folder.glob("windows/ysb/*.parquet"):
        file.unlink()
    decision = decide_on_wish(world.deciding(), seen, WISH)
    assert "legal-configuration" in refusals(decision)
    assert decision.evidence["lag_limit_records"] is None
    assert len(world.entries(EntryKind.DECISION)) == 1


def test_what_could_not_be_found_out_is_refused(world: World) -> None:
    """The engine describes the job, but does not say what it can do."""
    seen = world.look("c1")
    world.engine.fail("capabilities", Fault(Unavailable("away")))
    decision = decide_on_wish(world.deciding(), seen, WISH)
    assert {"legal-configuration", "possible-path"} <= set(refusals(decision))
    assert decision.verb is Verb.HOLD


def test_a_wish_without_a_window_is_refused(world: World) -> None:
    """Nothing was measured, so nothing is known to be legal, and no lag limit either."""
    seen = replace(world.look("c1"), window=None)
    decision = decide_on_wish(world.deciding(), seen, WISH)
    assert decision.verb is Verb.HOLD
    assert decision.evidence["lag_limit_records"] is None


def test_a_repeated_wish_gives_the_same_decision(world: World) -> None:
    """A task that is tried again finds its decision, even where the job is gone by then."""
    first = wished(world)
    world.engine.snapshot("ysb", trigger_id="t", stop=True)
    assert wished(world) == first
    assert len(world.entries(EntryKind.DECISION)) == 1


def test_a_wish_changes_only_what_it_names() -> None:
    """Axes left out stay; whole ones become whole numbers."""
    wish = replace(WISH, changes={"parallelism": 2.0, "checkpoint_interval_seconds": 20})
    target = wish.target(SMALL)
    assert target == at(2, checkpoint_interval_seconds=20.0)
    assert isinstance(target.parallelism, int)
    assert replace(WISH, changes={}).target(SMALL) == SMALL


def test_the_axes_of_a_wish_are_those_of_a_configuration() -> None:
    """What a form may ask for."""
    assert Wish.axes() == (
        "parallelism",
        "slots",
        "cpu_cores",
        "memory_mb",
        "checkpoint_interval_seconds",
    )


def wished_vertices(world: World, changes: dict[str, float], **vertices: int) -> Decision:
    """What is decided about single vertices; the job has `source` and `window`."""
    wish = replace(WISH, changes=changes, vertices=vertices)
    return decide_on_wish(world.deciding(), world.look(f"wish-{wish.id}"), wish)


def test_a_wish_may_give_a_vertex_a_parallelism_of_its_own(world: World) -> None:
    """Four for the job, two for the source, named by the beginning of its name; in place."""
    decision = wished_vertices(world, {"parallelism": 4}, sour=2)
    assert (decision.verb, decision.execute) == (Verb.RESCALE, True)
    assert decision.proposal is not None
    assert decision.proposal.target == replace(at(4), vertices=(("source", 2),))
    assert decision.proposal.path is RescalePath.IN_PLACE


def test_an_unknown_vertex_is_refused_with_the_ones_there_are(world: World) -> None:
    """Recorded as a Hold in the person's name."""
    decision = wished_vertices(world, {}, sink=2)
    assert (decision.verb, decision.actor) == (Verb.HOLD, "ada")
    assert decision.reason is Reason.NO_CANDIDATE
    assert "there is no vertex 'sink'" in decision.sentence
    assert "source (source), window (window)" in decision.sentence
    assert len(world.entries(EntryKind.DECISION)) == 1


def test_a_vertex_of_no_subtasks_is_refused_by_the_guard(world: World) -> None:
    """The guard names the vertex and what it may have."""
    decision = wished_vertices(world, {"parallelism": 4}, source=0)
    assert refusals(decision) == {
        "legal-configuration": "Vertex source cannot have 0 subtasks, but 1 to 4."
    }


def test_single_vertices_go_with_another_interval_by_a_savepoint(world: World) -> None:
    """They are set once the job was started with the new interval."""
    changes = {"parallelism": 4, "checkpoint_interval_seconds": 20}
    decision = wished_vertices(world, changes, source=2)
    assert decision.proposal is not None
    assert decision.proposal.path is RescalePath.SAVEPOINT
    assert "possible-path" not in refusals(decision)


def test_an_engine_that_does_not_show_the_vertices_is_not_guessed_at(world: World) -> None:
    """Hold, for a name could mean anything."""
    seen = world.look("c1")
    world.engine.fail("describe", Fault(Unavailable("away")))
    wish = replace(WISH, vertices={"source": 1})
    decision = decide_on_wish(world.deciding(), seen, wish)
    assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.SOURCE_UNAVAILABLE)


def test_another_parallelism_is_that_of_all_vertices() -> None:
    """An interval alone leaves single vertices as they are."""
    current = replace(SMALL, parallelism=4, vertices=(("source", 2),))
    assert replace(WISH, changes={"parallelism": 2}).target(current) == at(2)
    interval = replace(WISH, changes={"checkpoint_interval_seconds": 20}).target(current)
    assert interval.vertices == (("source", 2),)


def test_a_wish_is_told_the_outage_that_is_expected(world: World) -> None:
    """By the priors: in place 2 s, nine times in ten 0.35 to 11.5 s."""
    proposal = wished(world).proposal
    assert proposal is not None
    assert proposal.predicted_outage_seconds == pytest.approx(2.0)
    assert proposal.predicted_outage_interval == pytest.approx((0.348, 11.5), rel=0.01)


def test_a_wish_for_what_failed_is_refused_with_the_same_words(world: World) -> None:
    """When it failed, why, and when it may be tried again."""
    outcome = an_outcome(result=OutcomeResult.ROLLED_BACK, ended_at=NOON - timedelta(hours=1))
    decision = to_body(replace(world.decide("c0"), id=outcome.action_id))
    for kind, body in ((EntryKind.DECISION, decision), (EntryKind.OUTCOME, to_body(outcome))):
        entry = draft(kind, job="ysb", key=outcome.action_id, at=NOON, body=body)
        world.ledger.append(entry)
    assert refusals(wished(world)) == {
        "not-known-bad": "Failed at 2026-03-02 11:00 UTC: The job runs in it; "
        "not again before 2026-03-03 11:00 UTC."
    }
