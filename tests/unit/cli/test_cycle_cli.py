"""`horae cycle`: one cycle, and an exit code that tells how it ended."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from control_builders import ramp
from control_world import World
from horae.cli.cycle import app
from horae.control import wiring
from horae.engines.fake import Fault
from horae.errors import Refused
from horae.ledger.records import EntryKind


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A job that must grow, in place of what the settings would name."""
    world = World(tmp_path, load=ramp(100, 400))
    for stage in ("observing", "validating", "deciding", "acting"):
        made = getattr(world, stage)
        monkeypatch.setattr(wiring, stage, lambda place, job, made=made: nullcontext(made()))
    return world


def cycle(*arguments: str) -> Result:
    """Run `horae cycle`."""
    return CliRunner().invoke(app, ["--job", "ysb", *arguments])


def test_a_cycle_that_moved_the_job_ends_well(world: World) -> None:
    """0, and each stage is told."""
    done = cycle()
    assert done.exit_code == 0
    stages = [line.split()[0] for line in done.stdout.splitlines()]
    assert stages == ["observe", "validate", "decide", "act"]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_an_action_that_was_rolled_back_ends_with_one(
    world: World, arguments: tuple[str, ...]
) -> None:
    """It is told all the same, to people and to programs."""
    world.engine.fail("resize", Fault(Refused("no slots")))
    done = cycle(*arguments)
    assert done.exit_code == 1
    assert "rolled back" in done.stdout


def test_an_action_that_failed_ends_with_one(world: World) -> None:
    """Neither there nor back."""
    world.engine.fail("resize", Fault(Refused("no slots"), times=9, done_first=True))
    done = cycle()
    assert done.exit_code == 1
    assert "failed" in done.stdout


def test_a_dry_run_is_recorded_as_one(world: World) -> None:
    """The decision in the ledger says that it is not to be executed, and nothing was done."""
    done = cycle("--dry-run")
    assert done.exit_code == 0
    (entry,) = world.entries(EntryKind.DECISION)
    assert (entry.body["verb"], entry.body["execute"]) == ("rescale", False)
    assert world.entries(EntryKind.INTENTION) == []
