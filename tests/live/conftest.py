"""The real engines for live tests: free ports, a folder of their own, the checkout's jars."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from horae.control.kill_switch import file_switch
from horae.control.surroundings import Surroundings
from horae.demo.scenario import Scenario
from horae.domain.clock import SystemClock
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment

CLOCK = SystemClock()
JARS = Path(__file__).parents[2] / ".horae" / "jars"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder like `.horae`, with the checkout's jars in it."""
    folder = tmp_path / "horae"
    folder.mkdir()
    JARS.mkdir(parents=True, exist_ok=True)
    (folder / "jars").symlink_to(JARS)
    return folder


@pytest.fixture
def engines(home: Path) -> Iterator[LocalStack]:
    """Kafka and Flink, up; down afterwards."""
    settings = StackSettings(ports=Ports.free(), task_manager=Scenario().first_task_manager)
    stack = LocalStack(LocalPaths.under(home), clock=CLOCK, settings=settings)
    stack.up()
    yield stack
    stack.down()


@pytest.fixture
def place(home: Path) -> Surroundings:
    """Horae's surroundings as the command line would find them in `home`."""
    environ = {"HORAE_HOME": str(home), "HORAE_JOBS": str(home / "jobs")}
    return Surroundings(
        environment=Environment.from_environ(environ),
        flink=lambda connection: resolve_flink(connection, {}, home),
        kafka=lambda connection: resolve_kafka(connection, {}, home),
        halted=lambda job: file_switch(home, job),
        clock=CLOCK,
    )
