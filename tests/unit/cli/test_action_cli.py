"""`horae action`: what is under way, and how a person goes on with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from control_builders import a_decision, a_proposal, a_spec, at
from control_world import World
from horae.cli.main import app
from horae.control import wiring
from horae.domain.action import RescalePath
from horae.engines.fake import Fault
from horae.engines.fake_harm import kill_job_manager
from horae.errors import Refused, Unavailable
from horae.ledger.records import EntryKind


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The job `ysb`, in place of what the settings would name."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "ysb.yaml").touch()
    script = tmp_path / "ysb.sql"
    script.write_text("SELECT 1;")
    program = {"kind": "sql", "script": str(script)}
    world = World(tmp_path, spec=a_spec(mode="recommend", engine={"program": program}))

    @contextmanager
    def restarting(place: object, job: str) -> Iterator[Any]:
        yield world.acting(), world.restarting()

    monkeypatch.setenv("HORAE_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setattr(wiring, "acting", lambda place, job: nullcontext(world.acting()))
    monkeypatch.setattr(wiring, "restarting", restarting)
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    world.clock.wait(15)
    return world


@pytest.fixture
def left(world: World) -> World:
    """With an action that began, and whose process is gone."""
    world.begin(a_decision(decided_at=world.clock.now()))
    return world


def action(*words: str) -> Result:
    """Run `horae action`."""
    return CliRunner().invoke(app, ["action", *words])


def test_nothing_under_way_is_told(world: World) -> None:
    """For every job that there is a spec of."""
    done = action("show")
    assert (done.exit_code, done.stdout) == (0, "ysb: nothing is under way\n")
    assert json.loads(action("show", "--json").stdout) == []


def test_what_is_under_way_is_shown(left: World) -> None:
    """Why, from where to where, who has the lease, what the engine shows, and what comes next."""
    done = action("show", "ysb")
    assert done.exit_code == 0
    shown = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    assert shown["lease"] == "nobody has it: the process is gone, and the next cycle goes on"
    assert shown["engine"] == f"job {left.engine.incarnations[0].job_id}"
    assert shown["next"] == "recheck"
    assert done.stdout.startswith("ysb: action ysb-1 began 2026-03-02T12:00:15Z\n")


def test_programs_are_told_the_same(left: World) -> None:
    """What is not known is null."""
    left.engine.fail("describe", Fault(Unavailable("connection refused")))
    (seen,) = json.loads(action("show", "--json").stdout)
    assert (seen["job"], seen["action"], seen["next"]) == ("ysb", "ysb-1", None)
    assert seen["engine_says_instead"] == "connection refused"


def test_an_action_is_gone_on_with_and_its_steps_are_told(left: World) -> None:
    """As they go; it ends in that person's name."""
    done = action("resume", "ysb")
    assert done.exit_code == 0, done.output
    steps = [line.split()[1:3] for line in done.stdout.splitlines()[:-1]]
    assert steps[:2] == [["recheck", "begun:"], ["recheck", "done:"]]
    assert steps[-1] == ["tidy", "done:"]
    assert done.stdout.splitlines()[-1].startswith("done: The job runs in parallelism 2")
    assert left.engine.describe("ysb").configuration == at(2)
    (entry,) = left.entries(EntryKind.OUTCOME)
    assert entry.actor == "ada"


def test_an_action_that_ends_badly_ends_with_one(left: World) -> None:
    """Rolled back, told to programs as one JSON object."""
    left.engine.fail("resize", Fault(Refused("no slots")))
    done = action("resume", "ysb", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["result"] == "rolled back"


def test_nothing_to_go_on_with_ends_with_five(world: World) -> None:
    """Not ready."""
    assert action("resume", "ysb").exit_code == 5


def test_what_a_live_process_carries_out_is_left_to_it(left: World) -> None:
    """Five, with its name."""
    now = left.clock.now()
    left.ledger.take_lease("ysb", action_id="ysb-1", holder="worker-3", now=now, seconds=300)
    for words in (("resume", "ysb"), ("abandon", "ysb", "ysb-1", "--reason", "now")):
        done = action(*words)
        assert done.exit_code == 5
        assert "worker-3" in done.stderr


def test_an_action_is_taken_over(left: World) -> None:
    """After what the engine shows was told; the engine is not touched."""
    done = action("abandon", "ysb", "ysb-1", "--reason", "by hand")
    assert done.exit_code == 0
    assert "  engine  job " in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("abandoned: ada took it over: by hand.")
    assert not {"resize", "stop", "start", "provide", "end"} & set(left.engine.calls)


def test_an_unknown_action_is_refused(world: World) -> None:
    """Four."""
    assert action("abandon", "ysb", "nowhere", "--reason", "x").exit_code == 4


def test_a_reason_must_be_given(left: World) -> None:
    """Two: whoever reads the ledger wants to know."""
    assert action("abandon", "ysb", "ysb-1").exit_code == 2


def test_a_lost_job_is_started_by_a_person(world: World) -> None:
    """In any mode; its steps are told."""
    world.look("c1")
    world.clock.wait(30)
    kill_job_manager(world.engine.cluster, high_availability=False)
    world.clock.wait(11)
    done = action("restart", "ysb", "--reason", "moved")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("The engine has lost the job")
    assert done.stdout.splitlines()[-1].startswith("done: ")
    (entry,) = world.entries(EntryKind.DECISION)
    assert entry.actor == "ada"
    assert entry.body["sentence"].endswith("ada asks for it: moved.")


def test_what_a_failed_action_left_down_is_started_by_a_person(world: World) -> None:
    """The engine shows it as finished, for the action had stopped it."""
    world.look("c1")
    world.engine.fail("start", Fault(Refused("no more jobs"), times=4))
    by_savepoint = a_proposal(at(2, checkpoint_interval_seconds=20.0), path=RescalePath.SAVEPOINT)
    world.begin(a_decision(decided_at=world.clock.now(), proposal=by_savepoint))
    assert action("resume", "ysb").exit_code == 1
    done = action("restart", "ysb")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Action ysb-1 failed and left the job down, which was last")


def test_a_job_that_lives_is_not_started_beside_itself(world: World) -> None:
    """Four."""
    world.look("c1")
    done = action("restart", "ysb")
    assert done.exit_code == 4
    assert "was not lost" in done.stderr


def test_a_lost_job_without_a_state_is_refused(world: World) -> None:
    """Four, with what stands in the way."""
    world.look("c1")
    kill_job_manager(world.engine.cluster, high_availability=False)
    world.engine.cluster.storage.states.clear()
    world.clock.wait(11)
    done = action("restart", "ysb")
    assert done.exit_code == 4
    assert "no state is known" in done.stderr
