"""What the chaos suite plays on: a real stack, one job under load, and a ledger on PostgreSQL."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from postgresql_cluster import Cluster, temporary_cluster

from chaos.place import Place, record_look
from chaos.savepoint_folder import mended
from horae.control import wiring
from horae.control.acting import Acting
from horae.control.incarnations import known_incarnations
from horae.demo.job_files import write_job_files
from horae.demo.load import NAME as LOAD
from horae.demo.load import progress_file, start_load
from horae.domain.clock import SystemClock
from horae.domain.job import JobDescription, JobPresence
from horae.domain.task_manager import TaskManagerShape
from horae.errors import ExternalError
from horae.local.load_generator import read_progress
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.local.waiting import wait_until
from horae.local.ysb import YsbSettings

CLOCK = SystemClock()
JOB = "ysb"
RATE = 200
PARTITIONS = 4
# Three slots, so that most rescales in place need no new TaskManager and take seconds.
SHAPE = TaskManagerShape(slots=3, cpu_cores=1.0, memory_mb=768)
MOST_TASK_MANAGERS = 6
"""Two before and two after, and one that comes back after its replacement was started, twice."""
INTERVAL = 4.0
"""Seconds between checkpoints in the beginning."""
_DAY = 86_400
_ALIVE = ("CREATED", "RUNNING", "FAILING", "CANCELLING", "INITIALIZING", "RECONCILING",
          "RESTARTING", "SUSPENDED")  # fmt: skip


@dataclass(slots=True)
class Scene:
    """A stack with its job, and the ledger.

    Attributes:
        stack: Kafka and Flink.
        database: PostgreSQL.
        place: Where Horae works.
        job: The job.
    """

    stack: LocalStack
    database: Cluster
    place: Place
    job: YsbSettings

    @property
    def highly_available(self) -> bool:
        """Whether a JobManager that comes back knows its jobs."""
        return self.stack.settings.high_availability

    @contextmanager
    def acting(self) -> Iterator[Acting]:
        """Horae's own view, without any fault."""
        with wiring.acting(self.place.surroundings(), self.place.job) as parts:
            yield parts

    def shown(self) -> JobDescription | None:
        """What Horae's adapter shows of the job; None where the engine does not answer."""
        with self.acting() as parts:
            try:
                return parts.engine.describe(JOB)
            except ExternalError:
                return None

    def alive(self) -> list[tuple[str, str]] | None:
        """Id and state of each live job, by plain REST; None where it does not answer."""
        try:
            reply = httpx.get(f"{self.stack.flink.url}/jobs/overview", timeout=3.0)
            reply.raise_for_status()
        except httpx.HTTPError:
            return None
        jobs = [(one["jid"], one["state"]) for one in reply.json()["jobs"] if one["name"] == JOB]
        return [(job_id, state) for job_id, state in jobs if state in _ALIVE]

    def start_by_hand(self) -> str:
        """Start the job again from its newest state, as a person would; its new id."""
        with self.acting() as parts:
            ids = known_incarnations(parts.ledger, JOB)
            newest = parts.engine.newest_state(JOB, job_ids=ids)
        if newest is None:
            raise RuntimeError(f"no state is known of any of {ids}")
        return self._run(1, INTERVAL, newest.location)

    def up(self) -> None:
        """Start all of it, from nothing."""
        self.stack.down(wipe=True)
        self.stack.up()
        self.stack.create_topics(
            {self.job.input_topic: PARTITIONS, self.job.output_topic: PARTITIONS}
        )
        write_job_files(self.stack, self.job, season_seconds=300)
        spec = self.place.home / "jobs" / f"{JOB}.yaml"
        eager = "  provisioner: local\n  restart_lost: true"
        spec.write_text(spec.read_text().replace("  provisioner: local", eager))
        self._run(1, INTERVAL, None)
        self.keep_load()
        self.look()

    def look(self) -> None:
        """Have the ledger know what the job runs in."""
        with self.acting() as parts:
            record_look(parts)

    def keep_load(self) -> None:
        """Start the load unless it runs; one that died is started again."""
        if LOAD not in self.stack.processes.running():
            trace = f"constant:rate={RATE},seconds={_DAY}"
            start_load(self.stack, topic=self.job.input_topic, trace=trace)

    def end_load(self) -> None:
        """End the load with its markers, so that every window closes."""
        self.stack.processes.stop(LOAD, patience_seconds=30)
        progress = read_progress(progress_file(self.stack.paths))
        if progress is None or progress.state != "finished":
            raise RuntimeError(f"the load did not end as it should: {progress}")

    def wait_for_job(self, seconds: float) -> None:
        """Return when the job runs, with as many subtasks as were asked for last.

        Raises:
            LocalStackError: It does not in time.
        """
        wait_until(self._runs, f"job {JOB} running", clock=CLOCK, seconds=seconds)

    def _runs(self) -> bool:
        shown = self.shown()
        if shown is None or shown.presence is not JobPresence.RUNNING:
            return False
        asked = shown.asked or {}
        return all(asked.get(one.id, one.parallelism) == one.parallelism for one in shown.vertices)

    def _run(self, parallelism: int, interval: float, savepoint: str | None) -> str:
        return self.stack.run_job(
            self.job.script(self.stack.jars.functions),
            parallelism=parallelism,
            configuration={"execution.checkpointing.interval": f"{interval:g} s"},
            job_id=uuid.uuid4().hex,
            savepoint=savepoint,
        )


@contextmanager
def opened_scene(home: Path, jars: Path, *, high_availability: bool) -> Iterator[Scene]:
    """A scene, up; down afterwards.

    Args:
        home: Its folder.
        jars: Where the jars lie.
        high_availability: With ZooKeeper.
    """
    settings = StackSettings(
        ports=Ports.free(), task_manager=SHAPE, high_availability=high_availability,
        maximum_task_managers=MOST_TASK_MANAGERS,
    )  # fmt: skip
    # Where the acting processes, which know the home alone, look for them.
    home.mkdir(parents=True, exist_ok=True)
    (home / "jars").symlink_to(jars.resolve(), target_is_directory=True)
    stack = LocalStack(LocalPaths.under(home), clock=CLOCK, settings=settings)
    with ExitStack() as opened:
        database = opened.enter_context(temporary_cluster())
        place = Place(home=home.resolve(), ledger_url=database.url("postgres"), job=JOB)
        run = f"{CLOCK.now():%H%M%S}"
        job = YsbSettings(
            job_name=JOB, bootstrap=stack.broker.address, service_time_ms=1,
            input_topic=f"in-{run}", output_topic=f"out-{run}",
        )  # fmt: skip
        scene = Scene(stack=stack, database=database, place=place, job=job)
        opened.callback(stack.down)
        opened.callback(mended, stack.paths.savepoints)
        scene.up()
        yield scene
