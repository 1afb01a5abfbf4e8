"""Everything the demo runs: Kafka, Flink, the job, the load and Airflow, under one folder."""

import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from horae.demo.airflow_client import AirflowClient
from horae.demo.airflow_settings import ADMIN, PROJECT, AirflowPorts, AirflowSettings
from horae.demo.job_files import connections, write_job_files
from horae.demo.load import NAME as LOAD
from horae.demo.load import progress_file, start_load
from horae.demo.scenario import PARTITIONS, Scenario
from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local.load_generator import Progress, read_progress
from horae.local.paths import LocalPaths
from horae.local.ports import Ports, require_free
from horae.local.processes import end_of
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.local.waiting import wait_until
from horae.local.ysb import YsbSettings

AIRFLOW = "airflow"
DAGS = ("observe", "optimise", "rescale", "retrain", "audit", "what_if", "notify")


@dataclass(slots=True)
class Stage:
    """What runs, and how to start and stop it.

    Attributes:
        scenario: The story.
        paths: Where everything lives.
        ports: Of Kafka and Flink.
        airflow_ports: Of Airflow.
        ledger_url: SQLAlchemy URL of the ledger.
        clock: The time.
        tell: Called with a line about each thing that was done.
        started: When the demo began; names its topics.
    """

    scenario: Scenario
    paths: LocalPaths
    ports: Ports
    airflow_ports: AirflowPorts
    ledger_url: str
    clock: Clock
    tell: Callable[[str], None]
    started: datetime
    stack: LocalStack = field(init=False)
    airflow: AirflowSettings = field(init=False)
    job: YsbSettings = field(init=False)
    client: AirflowClient = field(init=False)

    def __post_init__(self) -> None:
        """Derive what follows from the rest."""
        settings = StackSettings(ports=self.ports, task_manager=self.scenario.first_task_manager)
        self.stack = LocalStack(self.paths, clock=self.clock, settings=settings, tell=self.tell)
        self.job = self.scenario.job(self.stack.broker.address, f"{self.started:%Y%m%d-%H%M%S}")
        self.airflow = AirflowSettings(
            home=self.paths.root / "airflow",
            ports=self.airflow_ports,
            password=secrets.token_urlsafe(9),
            connections=connections(self.stack),
            horae={
                "HORAE_HOME": str(self.paths.root),
                "HORAE_JOBS": str(self.paths.root / "jobs"),
                "HORAE_LEDGER": self.ledger_url,
                "HORAE_LEASE_SECONDS": "10",  # a third of the usual: the day is short
                "HORAE_RETRAIN_SCHEDULE": "*/2 * * * *",
            },
        )
        self.client = AirflowClient(self.airflow.url, ADMIN, self.airflow.password)

    def up(self) -> None:
        """Start everything but the load; Airflow and the engines start side by side.

        Raises:
            MissingTool, PortInUse: Told before anything is touched.
            LocalStackError: Something did not start.
        """
        self.stack.check_ready()
        require_free(options_of(self.airflow_ports))
        self.stack.down(wipe=True)
        write_job_files(self.stack, self.job, season_seconds=self.scenario.day_seconds)
        self._start_airflow()
        self.stack.up()
        topics = {self.job.input_topic: PARTITIONS, self.job.output_topic: PARTITIONS}
        self.stack.create_topics(topics)
        self._start_job()
        wait_until(self.client.healthy, "Airflow", clock=self.clock, seconds=120)
        self.tell(f"Airflow answers at {self.airflow.url}")

    def play(self) -> None:
        """Begin the story: the load, and the DAGs by their schedules."""
        start_load(self.stack, topic=self.job.input_topic, trace=self.scenario.trace)
        client = self.client
        wait_until(
            lambda: set(DAGS) <= set(client.dags()),
            "the DAGs",
            clock=self.clock,
            seconds=60,
            explain=lambda: "\n".join(client.import_errors()),
        )
        for dag in DAGS:
            client.pause(dag, paused=False)

    def require_load(self) -> None:
        """Nothing, if the load generator still runs or has ended by itself.

        Raises:
            LocalStackError: It died.
        """
        alive = LOAD in self.stack.processes.running()
        progress = self.progress()  # read after: a generator says that it has ended before it does
        if not alive and (progress is None or progress.state == "running"):
            raise LocalStackError(
                f"the load generator died\n{end_of(self.paths.logs / 'load.log')}"
            )

    def progress(self) -> Progress | None:
        """How far the load is; None before its first word."""
        return read_progress(progress_file(self.paths))

    def down(self) -> int:
        """Stop everything; the number of processes ended. May be repeated."""
        self.client.close()
        return self.stack.down()

    def _start_airflow(self) -> None:
        shutil.rmtree(self.airflow.home, ignore_errors=True)
        self.airflow.write()
        self.stack.processes.start(
            AIRFLOW,
            [str(Path(sys.executable).parent / "airflow"), "standalone"],
            log=self.paths.logs / f"{AIRFLOW}.log",
            env=self.airflow.environment(),
            cwd=PROJECT,
        )

    def _start_job(self) -> None:
        start = self.scenario.start
        self.stack.run_job(
            self.job.script(self.stack.jars.functions),
            parallelism=start.parallelism,
            configuration={
                "execution.checkpointing.interval": f"{start.checkpoint_interval_seconds:g} s"
            },
        )


def options_of(ports: AirflowPorts) -> dict[str, int]:
    """Ports by the options of `horae demo` that set them."""
    return {
        "--airflow-port": ports.web,
        "--worker-log-port": ports.worker_logs,
        "--trigger-log-port": ports.trigger_logs,
    }
