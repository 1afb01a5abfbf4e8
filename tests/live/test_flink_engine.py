from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engine_contract import EngineContract, Stage, new_id

from horae.clients.flink import FlinkClient
from horae.domain.clock import SystemClock
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines.flink import FlinkEngine
from horae.engines.flink_incarnations import ENDED
from horae.engines.flink_storage import FlinkStorage
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
GONE = (JobPresence.ABSENT, JobPresence.FINISHED, JobPresence.FAILED)
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
            lambda presence: presence in GONE,
        )
        engine.provide(BASE, keep=False)
        options = {"execution.checkpointing.interval": "3 s", "pipeline.name": JOB}
        stack.run_job(SCRIPT, parallelism=1, configuration=options, job_id=new_id())
        made.wait_until_it_runs(BASE)
        return made

    def test_storage_tells_what_flink_tells(self, stage: Stage, client: FlinkClient) -> None:
        """The newest checkpoint, and the savepoint that the job was stopped with, by their files.

        So a job is found again that its JobManager has forgotten.
        """
        job_id = stage.engine.describe(JOB).job_id or ""
        taken = stage.engine.snapshot(JOB, trigger_id=new_id(), stop=False)
        storage = FlinkStorage.read(client, EngineSettings())
        newest = storage.newest_checkpoint(job_id)
        assert newest is not None
        assert (newest.checkpoint_id or 0) >= (taken.checkpoint_id or 0) > 0
        stopped = stage.stop()
        found = [(one.location, one.checkpoint_id) for one in storage.savepoints_of(job_id)]
        assert found == [(stopped.location, stopped.checkpoint_id)]

    def test_two_processes_start_one_job(self, stage: Stage) -> None:
        """Both send the same id at the same time; to both it is started."""
        snapshot, job_id = stage.stop(), new_id()

        def start(_: int) -> None:
            stage.engine.start(JOB, BASE, job_id=job_id, snapshot=snapshot)

        with ThreadPoolExecutor(2) as processes:
            list(processes.map(start, range(2)))
        assert stage.wait_until_it_runs(BASE).job_id == job_id
