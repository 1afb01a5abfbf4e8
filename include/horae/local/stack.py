"""The whole local stack: up, down, status, and starting jobs on it."""

import shutil
import uuid
from collections.abc import Callable, Mapping

from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local import flink_cluster, kafka_broker
from horae.local.file_lock import held
from horae.local.flink_cluster import FlinkCluster
from horae.local.jars import Jars, fetch_jars
from horae.local.job_submission import run_sql
from horae.local.kafka_broker import KafkaBroker
from horae.local.late_records import late_records
from horae.local.paths import LocalPaths
from horae.local.ports import Ports, options_of, require_free, settings_of
from horae.local.processes import Processes
from horae.local.stack_settings import StackSettings
from horae.local.stack_status import JobStatus, ProcessStatus, StackStatus, memory_of
from horae.local.task_managers import TaskManagers
from horae.local.tools import Tools, find_tools
from horae.local.topics import create_topics
from horae.local.waiting import wait_until

# From the reply to the submission until every task runs: 3 s on two idle cores.
_JOB_PATIENCE_SECONDS = 90.0


class LocalStack:
    """Kafka, Flink and its TaskManagers under one folder.

    Every method works from any process and may be repeated.

    Args:
        paths: Where it lives.
        settings: Ports and sizes; those of the running stack, or else the defaults, if None.
        clock: For waiting.
        tell: Called with a line about each thing that was done.
    """

    def __init__(
        self,
        paths: LocalPaths,
        *,
        clock: Clock,
        settings: StackSettings | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.paths = paths
        self.settings = settings or StackSettings.read(paths.stack) or StackSettings()
        self.processes = Processes(paths.processes, clock)
        self.task_managers = TaskManagers(
            paths, maximum=self.settings.maximum_task_managers, clock=clock
        )
        self.jars = Jars(paths.jars)
        self._clock = clock
        self._tell = tell
        self.broker = KafkaBroker(paths, self.settings.ports, self.processes, clock)
        self.flink = FlinkCluster(paths, self.settings.ports, self.processes, clock)

    def check_ready(self) -> Tools:
        """Whether the tools are there and the ports free; touches nothing.

        A port that this very stack holds counts as free: what runs is adopted or replaced.

        Returns:
            The tools.

        Raises:
            MissingTool: Java or Maven is absent.
            PortInUse: A port is taken by another program.
        """
        tools = find_tools()
        ours = self._ports_held()
        wanted = options_of(self.settings.ports)
        require_free({option: port for option, port in wanted.items() if port not in ours})
        return tools

    def up(self) -> None:
        """Start what does not run yet and wait until all of it answers.

        What runs with the same settings is adopted; with others, it is replaced. Interrupted or
        failed, it takes down again what there is.

        Raises:
            MissingTool: Java or Maven is absent; nothing was touched.
            PortInUse: A port is taken by another program; nothing was touched.
            LocalStackError: Something did not start in time.
        """
        with held(self.paths.root / "stack.lock", self._clock):
            fetch_jars(self.paths, self.check_ready(), self._clock)
            self._tell("jars are there")
            self._replace_if_other()
            try:
                self._start_all()
            except BaseException:  # Ctrl-C too must leave nothing half started
                self._stop_all()
                raise

    def down(self, *, wipe: bool = False) -> int:
        """Stop everything that was ever started here; the number of processes ended.

        Args:
            wipe: Also delete topics, checkpoints and logs; jars and everything else stay.
        """
        with held(self.paths.root / "stack.lock", self._clock):
            ended = self._stop_all()
            if wipe:
                self._wipe()
        return ended

    def status(self) -> StackStatus:
        """What runs now."""
        running = self.processes.running()
        # Another program may answer on the port while ours does not run.
        ours = flink_cluster.NAME in running
        overview = (self.flink.overview() if ours else None) or {}
        jobs = self.flink.jobs() if ours else []
        servers = {kafka_broker.NAME, flink_cluster.NAME}
        return StackStatus(
            root=str(self.paths.root),
            running=servers <= running.keys() and bool(self.task_managers.running()),
            kafka=self.broker.address,
            flink=self.flink.url,
            processes=tuple(
                ProcessStatus(
                    name=name, pid=record.pid, log=record.log,
                    memory_mb=memory_of(self.processes.family(name)),
                )
                for name, record in running.items()
            ),
            jobs=tuple(
                JobStatus(name=job["name"], job_id=job["jid"], state=job["state"])
                for job in jobs
            ),
            slots_total=overview.get("slots-total"),
            slots_free=overview.get("slots-available"),
            cpu_enforcement=self.task_managers.cpu_enforcement,
            ports=settings_of(self.settings.ports),
        )  # fmt: skip

    def create_topics(self, partitions: Mapping[str, int]) -> None:
        """Create topics; see `topics.create_topics`."""
        create_topics(self.broker.address, dict(partitions))

    def run_job(
        self,
        script: str,
        *,
        parallelism: int,
        configuration: Mapping[str, str],
        job_id: str | None = None,
        savepoint: str | None = None,
    ) -> str:
        """Start a SQL script as a job and wait until all its tasks run; its id.

        Args:
            script: The SQL.
            parallelism: Of every vertex.
            configuration: Flink settings of the job.
            job_id: 32 hexadecimal digits; new ones, if None.
            savepoint: Where to start from; from nothing, if None.

        Raises:
            LocalStackError: Flink refused it, or its tasks did not run in time.
        """
        job = run_sql(
            self.flink.url, self.jars.sql_runner, script, job_id=job_id or uuid.uuid4().hex,
            parallelism=parallelism, configuration=configuration, savepoint=savepoint,
        )  # fmt: skip
        wait_until(
            lambda: self._all_tasks_run(job), f"all tasks of job {job}", clock=self._clock,
            seconds=_JOB_PATIENCE_SECONDS,
        )  # fmt: skip
        self._tell(f"job {job} runs")
        return job

    def late_records(self, job_id: str) -> int | None:
        """Late drops of a job; see `late_records.late_records`."""
        return late_records(self.flink.url, job_id, self._clock)

    def _start_all(self) -> None:
        self.settings.write(self.paths.stack)
        # The JobManager takes longest, so everything else starts while it does.
        self.flink.start()
        if not self.task_managers.running():
            first = self.settings.task_manager
            self.task_managers.add(
                1, slots=first.slots, cpu_cores=first.cpu_cores, memory_mb=first.memory_mb
            )
        self.broker.start()
        self.broker.wait()
        self._tell(f"Kafka answers at {self.broker.address}")
        self.flink.wait()
        self._tell(f"Flink answers at {self.flink.url}")
        self.flink.wait_for_slots(1)
        self._tell(f"TaskManagers have registered; CPU: {self.task_managers.cpu_enforcement}")

    def _replace_if_other(self) -> None:
        before = StackSettings.read(self.paths.stack)
        if before is not None and before != self.settings and self.processes.running():
            self._tell("a stack with other settings runs: it is replaced")
            self._stop_all()

    def _ports_held(self) -> set[int]:
        """Ports of what runs now, which may have been started with other settings."""
        settings = StackSettings.read(self.paths.stack) or self.settings
        return {
            port
            for name, ports in _ports_by_process(settings.ports).items()
            if self.processes.family(name)
            for port in ports
        }

    def _stop_all(self) -> int:
        ended = self.processes.stop_all()
        self.task_managers.release_limits()
        shutil.rmtree(self.paths.temporary, ignore_errors=True)
        return ended

    def _wipe(self) -> None:
        for folder in (self.paths.kafka, self.paths.flink, self.paths.state, self.paths.logs):
            shutil.rmtree(folder, ignore_errors=True)

    def _all_tasks_run(self, job_id: str) -> bool:
        for job in self.flink.jobs():
            if job["jid"] == job_id:
                if job["state"] in ("FAILED", "CANCELED", "FINISHED"):
                    raise LocalStackError(
                        f"job {job_id} is {job['state']}; see {self.flink.url} and the logs in "
                        f"{self.paths.logs}"
                    )
                tasks = job["tasks"]
                return bool(tasks["running"] == tasks["total"] > 0)
        return False


def _ports_by_process(ports: Ports) -> dict[str, set[int]]:
    return {
        kafka_broker.NAME: {ports.kafka, ports.kafka_controller},
        flink_cluster.NAME: {ports.flink_rest, ports.flink_rpc},
    }
