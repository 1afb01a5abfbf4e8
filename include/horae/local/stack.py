"""The whole local stack: up, down, status, and starting jobs on it."""

import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from horae.domain.clock import Clock
from horae.local.file_lock import held
from horae.local.flink_cluster import FlinkCluster
from horae.local.jars import fetch_jars
from horae.local.job_submission import run_sql
from horae.local.kafka_broker import KafkaBroker
from horae.local.late_records import late_records
from horae.local.parts import Parts
from horae.local.paths import LocalPaths
from horae.local.ports import options_of, require_free, settings_of
from horae.local.processes import Processes
from horae.local.server import Server, Site
from horae.local.stack_settings import StackSettings
from horae.local.stack_status import JobStatus, ProcessStatus, StackStatus, memory_of
from horae.local.task_managers import TaskManagers
from horae.local.tools import Tools, find_tools
from horae.local.topics import create_topics
from horae.local.zookeeper import ZooKeeper


class LocalStack:
    """Kafka, Flink and its TaskManagers under one folder; ZooKeeper too, if so set.

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
        site = Site(paths=paths, settings=self.settings, processes=self.processes, clock=clock)
        self._site = site
        self.jars = site.jars
        self.broker = KafkaBroker(site)
        self.flink = FlinkCluster(site)
        self._servers = _servers(site)
        self._parts = Parts(
            site, servers=self._servers, flink=self.flink, task_managers=self.task_managers
        )
        self._clock = clock
        self._tell = tell

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
        names = [name for server in self._servers for name in server.listens_on]
        wanted = options_of(self.settings.ports, names)
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
        ours = self.flink.name in running
        overview = (self.flink.overview() if ours else None) or {}
        jobs = self.flink.jobs() if ours else []
        servers = {server.name for server in self._servers}
        return StackStatus(
            root=str(self.paths.root),
            running=servers <= running.keys() and bool(self.task_managers.running()),
            lost=self._parts.lost(),
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

    def kill(self, part: str) -> bool:
        """End one part as a crash would; see `parts.Parts.kill`."""
        killed = self._parts.kill(part)
        self._tell(f"{part} was killed" if killed else f"{part} did not run")
        return killed

    def bring_back(self, *parts: str) -> None:
        """Start parts again as they were; see `parts.Parts.bring_back`."""
        self._parts.bring_back(*parts)
        self._tell(f"{', '.join(parts)}: back")

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
        self.flink.wait_for_job(job)
        self._tell(f"job {job} runs")
        return job

    def late_records(self, job_id: str) -> int | None:
        """Late drops of a job; see `late_records.late_records`."""
        return late_records(self.flink.url, job_id, self._clock)

    def _start_all(self) -> None:
        self.settings.write(self.paths.stack)
        # The JobManager takes longest, so everything else starts while it does; only ZooKeeper,
        # which it asks, before it.
        for server in self._servers:
            server.start()
        if not self.task_managers.running():
            self.task_managers.remove(self.task_managers.lost())
            first = self.settings.task_manager
            self.task_managers.add(
                1, slots=first.slots, cpu_cores=first.cpu_cores, memory_mb=first.memory_mb
            )
        for server in self._servers:
            server.wait()
        self._tell(f"Kafka answers at {self.broker.address}")
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
            for server in _servers(replace(self._site, settings=settings))
            if self.processes.family(server.name)
            for port in server.ports
        }

    def _stop_all(self) -> int:
        ended = self.processes.stop_all()
        self.task_managers.release_limits()
        shutil.rmtree(self.paths.temporary, ignore_errors=True)
        return ended

    def _wipe(self) -> None:
        paths = self.paths
        for folder in (paths.kafka, paths.zookeeper, paths.flink, paths.state, paths.logs):
            shutil.rmtree(folder, ignore_errors=True)


def _servers(site: Site) -> tuple[Server, ...]:
    """The servers that belong to a stack, in the order that they are started in."""
    always = (FlinkCluster(site), KafkaBroker(site))
    return (ZooKeeper(site), *always) if site.settings.high_availability else always
