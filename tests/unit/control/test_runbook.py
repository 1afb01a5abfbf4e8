"""What a person does by hand while Horae is down."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from control_builders import a_decision, a_spec
from control_world import World
from horae.control.runbook import known_of, runbook, steps_by_hand
from horae.engines import fake_harm
from horae.engines.fake import Fault
from horae.errors import Unavailable
from horae.settings.connections import FlinkConnection

PAGE = Path(__file__).parents[3] / "docs" / "if-horae-is-down.md"
HIDDEN = "swordfish"
FLINK = FlinkConnection(url="https://flink.example:8443")
SIGNED_IN = FlinkConnection(
    url="https://flink.example:8443",
    username="ada",
    password=HIDDEN,
    ca_file="/etc/ca.pem",
    client_certificate="/etc/ada.pem",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A SQL job that was seen, and has completed checkpoints."""
    script = tmp_path / "it's.sql"
    script.write_text("SELECT 'a';")
    program = {"kind": "sql", "script": str(script), "options": {"table.local-time-zone": "UTC"}}
    world = World(tmp_path, spec=a_spec(engine={"program": program}))
    world.clock.wait(10)
    world.look("c1")
    world.clock.wait(30)
    return world


def page_of(world: World, flink: FlinkConnection = FLINK) -> str:
    """The page of the world's job."""
    return runbook(known_of(world.acting(), flink))


def shell(page: str) -> list[str]:
    """What is in its fences."""
    return re.findall(r"```sh\n(.*?)```", page, re.DOTALL)


def test_the_page_is_filled_in_with_what_is_known(world: World) -> None:
    """Address, name, id, and the newest state, once the engine tells it."""
    (first,) = world.engine.incarnations
    page = page_of(world)
    newest = world.engine.newest_state("ysb", job_ids=[first.job_id])
    assert newest is not None
    for line in (
        "FLINK=https://flink.example:8443",
        "SPEC=ysb",
        "NAME=ysb",
        f"JOB={first.job_id}",
        f"STATE={newest.location}",
        "PARALLELISM=1",
    ):
        assert line in page.splitlines()
    assert steps_by_hand() in page


def test_the_ids_before_the_newest_are_told(world: World) -> None:
    """Where that one completed nothing, the state lies with the one before it."""
    (first,) = world.engine.incarnations
    world.look("c1")
    assert "Before that it ran as" not in page_of(world)
    fake_harm.person_restarts(world.engine.cluster, "second")
    world.clock.wait(15)
    world.look("c2")
    page = page_of(world)
    assert "JOB=second" in page.splitlines()
    assert f"- Before that it ran as {first.job_id}, the newest first." in page


def test_an_engine_that_is_away_costs_its_part_only(world: World) -> None:
    """The page says that the newest state is not known, and how to find it."""
    world.engine.fail("newest_state", Fault(Unavailable("connection refused")))
    page = page_of(world)
    assert "Its newest state when this was printed: none is known." in page
    assert "STATE=FILL-IN" in page


def test_a_job_that_was_never_seen_has_a_page_too(tmp_path: Path) -> None:
    """With gaps to fill in."""
    page = page_of(World(tmp_path))
    assert "JOB=FILL-IN" in page
    assert "is not in its spec: start it as you always do" in page


def test_an_action_that_has_not_ended_stands_at_the_top(world: World) -> None:
    """It must be settled before anything is done by hand."""
    world.begin(a_decision())
    assert "ACTION ysb-1 HAS NOT ENDED" in page_of(world).partition("```")[0]


def test_no_secret_of_the_connection_is_printed(world: World) -> None:
    """A password is asked for, and a token is taken from the environment."""
    page = page_of(world, SIGNED_IN)
    assert HIDDEN not in page
    assert "--user ada --cacert /etc/ca.pem --cert /etc/ada.pem" in page
    bearer = page_of(world, FlinkConnection(url="https://flink.example", token=HIDDEN))
    assert HIDDEN not in bearer
    assert '--oauth2-bearer "$TOKEN"' in bearer


def test_every_line_of_shell_is_shell(world: World) -> None:
    """A shell reads all fences of the page, and of the page in the documentation."""
    for page in (page_of(world, SIGNED_IN), PAGE.read_text(encoding="utf-8")):
        blocks = shell(page)
        assert len(blocks) > 8
        for block in blocks:
            done = subprocess.run(
                ["/bin/bash", "-n"], input=block, capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stderr) == (0, ""), block


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_what_is_sent_is_what_horae_would_send(world: World, tmp_path: Path) -> None:
    """start.json with script, options and NO_CLAIM, and the call's own state and parallelism."""
    lines = shell(page_of(world))[0].splitlines()
    made = "\n".join(line for line in lines if not line.startswith("JAR_ID="))
    last = 'jq --arg state "$STATE" --argjson p "$PARALLELISM"'
    asked = steps_by_hand().partition(last)[2].partition(" \\\n")[0]
    done = subprocess.run(
        ["/bin/bash", "-ec", f"{made}\n{last}{asked}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    (first,) = world.engine.incarnations
    assert json.loads(done.stdout) == {
        "claimMode": "NO_CLAIM",
        "entryClass": "org.apache.flink.table.runtime.application.SqlDriver",
        "flinkConfiguration": {
            "table.local-time-zone": "UTC",
            "pipeline.name": "ysb",
            "parallelism.default": "1",
            "execution.checkpointing.interval": "10000 ms",
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        },
        "programArgsList": ["--script", "SELECT 'a';"],
        "savepointPath": first.completed[-1].location,
        "parallelism": 1,
    }


def test_the_page_in_the_documentation_has_the_same_steps() -> None:
    """They are written once, and shown twice."""
    assert steps_by_hand() in PAGE.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_a_jar_is_started_with_its_class_and_arguments(tmp_path: Path) -> None:
    """And with the options of its spec; the page says at its top that it may hold secrets."""
    program = {
        "kind": "jar",
        "jar": "/opt/job.jar",
        "entry_class": "a.Main",
        "arguments": ["--topic", "two words"],
        "options": {"s3.secret-key": HIDDEN},
    }
    world = World(tmp_path, spec=a_spec(engine={"program": program}))
    page = page_of(world)
    assert page.splitlines()[2].startswith("**This page may hold secrets**")
    made = "\n".join(x for x in shell(page)[0].splitlines() if not x.startswith("JAR_ID="))
    subprocess.run(["/bin/bash", "-ec", made], check=True, cwd=tmp_path)
    assert json.loads((tmp_path / "start.json").read_text()) == {
        "claimMode": "NO_CLAIM",
        "entryClass": "a.Main",
        "flinkConfiguration": {"s3.secret-key": HIDDEN},
        "programArgsList": ["--topic", "two words"],
    }
