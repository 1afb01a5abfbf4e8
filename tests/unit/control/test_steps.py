"""The stages as the DAGs call them."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from control_builders import NOON, a_decision, an_outcome
from control_world import World
from horae.control import adapters, wiring
from horae.control.entries import draft, to_body
from horae.control.kill_switch import never_halted
from horae.control.observe import observe
from horae.control.steps import Told, carry_out, decide_job, judge, mind_job, tidy_savepoints
from horae.control.surroundings import Surroundings
from horae.control.wish import Wish
from horae.domain.action import OutcomeResult
from horae.domain.clock import ManualClock
from horae.engines.fake import Fault
from horae.errors import ActionError, LeaseTaken, Refused, SettingsError
from horae.ledger.records import EntryKind
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment
from horae.settings.spec_folder import named_job_spec

GOOD = "name: ysb\nkafka: {topics: [events]}\nlimits: {processing_latency_seconds: 10}\n"


@pytest.fixture
def place(tmp_path: Path) -> Surroundings:
    """Two jobs: `ysb`, and `broken`, whose spec is faulty."""
    home, jobs = tmp_path / "home", tmp_path / "jobs"
    jobs.mkdir()
    (jobs / "ysb.yaml").write_text(GOOD)
    (jobs / "broken.yaml").write_text("name: broken\nmode: atuo\n")
    names = {"HORAE_HOME": str(home), "HORAE_JOBS": str(jobs)}
    return Surroundings(
        environment=Environment.from_environ(names),
        flink=lambda name: resolve_flink(name, {}, home),
        kafka=lambda name: resolve_kafka(name, {}, home),
        halted=lambda job: never_halted,
        clock=ManualClock(NOON),
    )


def test_only_jobs_that_were_looked_at_are_judged(place: Surroundings, world: World) -> None:
    """A faulty spec fails its own look, and the windows of all other jobs are judged."""
    seen = replace(observe(world.observing(), "c1"), window=None)
    with adapters.opened_ledger(place) as ledger:
        ledger.append(draft(EntryKind.WINDOW, job="ysb", key="c1", at=NOON, body=to_body(seen)))
    assert judge(place, [{"job": "ysb", "cycle": "c1"}]) == 0


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        (OutcomeResult.DONE, False),
        (OutcomeResult.ABANDONED, False),
        (OutcomeResult.ROLLED_BACK, True),
        (OutcomeResult.FAILED, True),
    ],
)
def test_a_cycle_went_wrong_where_its_action_did(result: OutcomeResult, wrong: bool) -> None:
    """What was abandoned had not touched the job; without an action nothing can go wrong."""
    outcome = an_outcome(result=result, ended_at=NOON + timedelta(seconds=10))
    assert Told(decision=a_decision(), outcome=outcome).went_wrong is wrong
    assert not Told(decision=a_decision(), outcome=None).went_wrong


def test_an_action_that_was_left_is_named_with_a_run_of_its_own(
    place: Surroundings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that began it is there already: a second one of its name would be skipped."""
    monkeypatch.setattr(wiring, "deciding", lambda place, job: nullcontext(world.deciding()))
    world.look("c2")
    world.begin(a_decision())
    decided = decide_job(place, "ysb")
    assert (decided.decision, decided.run) == ("ysb-1", "ysb-1-resume-c2")
    assert decided.execute
    assert decided.sentence.endswith("has not ended; it is resumed")


def test_a_decision_is_carried_out_by_the_run_of_its_name(
    place: Surroundings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that is tried again triggers it once."""
    monkeypatch.setattr(wiring, "deciding", lambda place, job: nullcontext(world.deciding()))
    world.look("c2")
    decided = decide_job(place, "ysb")
    assert (decided.decision, decided.run) == ("ysb-c2", "ysb-c2")


@pytest.fixture
def acting(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with a decision to carry out."""
    monkeypatch.setattr(wiring, "acting", lambda place, job: nullcontext(world.acting()))
    world.record(a_decision())
    return world


WISH = Wish(
    id="r-1", actor="ada", job="ysb", decision="ysb-1", changes={}, reason="", dry_run=False
)


def test_carrying_out_twice_gives_the_same_outcome(place: Surroundings, acting: World) -> None:
    """A task that was cleared, and a second run for the same decision, join the first."""
    first = carry_out(place, WISH, "ysb-1")
    assert (first["result"], first["savepoints"]) == ("done", [])
    assert carry_out(place, WISH, "ysb-1") == first
    assert len(acting.entries(EntryKind.OUTCOME)) == 1


def test_an_action_that_ended_badly_is_told_as_such_every_time(
    place: Surroundings, acting: World
) -> None:
    """It is no error that trying again would mend."""
    acting.engine.fail("resize", Fault(Refused("no slots")))
    for _ in range(2):
        with pytest.raises(ActionError, match="rolled back") as caught:
            carry_out(place, WISH, "ysb-1")
        assert type(caught.value) is ActionError


def test_what_a_live_process_carries_out_can_be_had_later(
    place: Surroundings, acting: World
) -> None:
    """The lease says who; a later try gives the outcome."""
    now = acting.clock.now()
    acting.ledger.take_lease("ysb", action_id="ysb-1", holder="alive", now=now, seconds=30)
    with pytest.raises(LeaseTaken, match="alive"):
        carry_out(place, WISH, "ysb-1")
    acting.clock.wait(31)
    assert carry_out(place, WISH, "ysb-1")["result"] == "done"


def test_a_rival_action_is_refused_for_good(place: Surroundings, acting: World) -> None:
    """Its reason names the action that is under way; trying again would not help."""
    now = acting.clock.now()
    acting.ledger.take_lease("ysb", action_id="other", holder="alive", now=now, seconds=30)
    with pytest.raises(Refused, match=r"decision ysb-1 is not carried out: .* for action other"):
        carry_out(place, WISH, "ysb-1")


def test_the_daily_care_says_that_there_is_nothing(place: Surroundings, acting: World) -> None:
    """Of a job that was never stopped."""
    assert tidy_savepoints(place, "ysb") == "nothing to delete"


def test_a_job_that_cannot_be_minded_is_told(place: Surroundings) -> None:
    """Its faulty spec does not end the watchdog."""
    minded = mind_job(place, "broken")
    assert minded.sentence.startswith("holds: ")
    assert isinstance(minded.error, SettingsError)


def test_every_entry_of_a_run_names_it(place: Surroundings) -> None:
    """Spec, code and run; outside of Airflow there is no run."""
    spec = named_job_spec(place.environment.jobs_folder, "ysb")
    assert set(adapters.lineage(spec)) == {"spec", "code"}
    assert adapters.lineage(spec, "optimise/r-1")["airflow_run"] == "optimise/r-1"
    running = replace(place, run="optimise/r-1")
    with wiring.retraining(running, "ysb") as parts:
        assert parts.lineage["airflow_run"] == "optimise/r-1"
