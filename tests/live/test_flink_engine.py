from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_contract import EngineContract, Stage, new_id

from horae.clients.flink import FlinkClient
from horae.domain.clock import SystemClock
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines.flink import FlinkEngine
from horae.engines.flink_description import ENDED
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.settings.connections import FlinkConnection
from horae.settings.job_spec import EngineSettings, SqlProgram

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(600)]

JARS = Path(__file__).parents[2] / ".horae" / "jars"
CLOCK = SystemClock()
JOB = "contract"
BASE = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=3.0
)
SCRIPT = """
CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '200', 'fields.n.min' = '0', 'fields.n.max' = '99'
);
CREATE TABLE nothing (n BIGINT, times BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nothing SELECT n, COUNT(*) FROM numbers GROUP BY n;
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own, on free ports."""
    paths = LocalPaths.under(tmp_path_factory.mktemp("engine"), jars=JARS)
    made = LocalStack(paths, clock=CLOCK, settings=StackSettings(ports=Ports.free()))
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="module")
def client(stack: LocalStack) -> Iterator[FlinkClient]:
    """A client of the stack's Flink."""
    with FlinkClient(FlinkConnection(url=stack.flink.url), CLOCK) as made:
        yield made


@pytest.fixture(scope="module")
def engine(stack: LocalStack, client: FlinkClient) -> FlinkEngine:
    """The engine, with the program and the provisioner of the stack."""
    script = stack.paths.root / "contract.sql"
    script.write_text(SCRIPT)
    settings = EngineSettings(program=SqlProgram(kind="sql", script=script))
    return FlinkEngine(
        client, settings, CLOCK, provisioner=stack.task_managers, sql_runner=stack.jars.sql_runner
    )


class TestFlinkEngine(EngineContract):
    """A real Flink with the adaptive scheduler, and TaskManagers that come and go."""

    @pytest.fixture
    def stage(self, stack: LocalStack, client: FlinkClient, engine: FlinkEngine) -> Stage:
        """The job started anew on exactly one TaskManager of the base shape."""
        made = Stage(engine=engine, clock=CLOCK, job=JOB, base=BASE)
        for job in client.jobs():
            if client.job_state(job.id) not in ENDED:
                client.cancel(job.id)
        made.wait(
            lambda: engine.describe(JOB).presence,
            lambda presence: presence in (JobPresence.ABSENT, JobPresence.FINISHED),
        )
        engine.provide(BASE, keep=False)
        options = {"execution.checkpointing.interval": "3 s", "pipeline.name": JOB}
        stack.run_job(SCRIPT, parallelism=1, configuration=options, job_id=new_id())
        made.wait_until_it_runs(BASE)
        return made
