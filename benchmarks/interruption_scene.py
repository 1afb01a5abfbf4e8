"""The real Kafka and Flink with one job under load, for `interruption.py`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from horae.control import wiring
from horae.control.acting import Acting
from horae.control.kill_switch import file_switch
from horae.control.surroundings import Surroundings
from horae.demo.job_files import write_job_files
from horae.demo.load import start_load
from horae.demo.scenario import JOB
from horae.domain.clock import SystemClock
from horae.domain.configuration import Configuration
from horae.domain.job import JobDescription
from horae.domain.task_manager import TaskManagerShape
from horae.engines.engine import Engine
from horae.engines.flink_start import own_options
from horae.engines.verification import Verified
from horae.errors import ExternalError, LocalStackError
from horae.local.job_submission import upload_jar
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.local.waiting import wait_until
from horae.local.ysb import YsbSettings
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment
from horae.settings.job_spec import JobSpec
from horae.settings.spec_folder import named_job_spec
from interruption_bare import BareScript

CLOCK = SystemClock()
LOW, HIGH = 1, 2
"""The parallelisms that all actions go between."""

RATE = 300
"""Records/s; a slot carries 1,000."""

_JARS = Path(__file__).resolve().parents[1] / ".horae" / "jars"
_PARTITIONS = 4
# Three slots: no action needs another TaskManager, whose start would hide all else.
_SHAPE = TaskManagerShape(slots=3, cpu_cores=1.0, memory_mb=768)
_FIRST = Configuration(
    parallelism=LOW,
    slots=_SHAPE.slots,
    cpu_cores=_SHAPE.cpu_cores,
    memory_mb=_SHAPE.memory_mb,
    checkpoint_interval_seconds=3.0,
)
_DAY = 86_400
_CALM_LAG = 2.0 * RATE
"""Records: what comes in two seconds, most of which wait only for the next look at the metric."""
_CALM_PATIENCE_SECONDS = 90.0
# What Flink shows of a job is up to 3 s old, and its record of a rescale as well.
_TELLING_PATIENCE = timedelta(seconds=20)
_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A stack with its job.

    Attributes:
        place: Where Horae works.
        spec: The job, as Horae is told of it.
        engine: Horae's adapter, to look with.
        bare: The bare calls.
    """

    place: Surroundings
    spec: JobSpec
    engine: Engine
    bare: BareScript

    @contextmanager
    def acting(self) -> Iterator[Acting]:
        """What one action of Horae needs, opened anew each time as its tasks do."""
        with wiring.acting(self.place, JOB) as parts:
            yield parts

    def running(self) -> tuple[str, Configuration]:
        """Id of the job, and what it runs in.

        Raises:
            LocalStackError: It does not run, or what it runs in cannot be told.
        """
        shown = self.engine.describe(JOB)
        if shown.job_id is None or shown.configuration is None:
            raise LocalStackError(f"job {JOB} cannot be acted on: {shown.detail}")
        return shown.job_id, shown.configuration

    def calm_down(self) -> None:
        """Return when the job has completed a checkpoint since it runs, and caught up.

        Raises:
            LocalStackError: It has not in time.
        """
        wait_until(
            self._is_calm, f"job {JOB} calm", clock=CLOCK, seconds=_CALM_PATIENCE_SECONDS,
            explain=lambda: self.engine.describe(JOB).detail,
        )  # fmt: skip

    def interruption(self, reached: Configuration, began: datetime) -> float | None:
        """How long an action has kept the job from running: the same for whoever acted.

        Args:
            reached: What the job runs in after it.
            began: When the action began.

        Returns:
            Seconds from the last task stopping to the last one RUNNING, by Flink's own times;
            None: it does not tell, not even a while later.
        """
        deadline = CLOCK.now() + _TELLING_PATIENCE
        while True:
            seconds = None
            with suppress(ExternalError):
                seconds = self._told(reached, began)
            if seconds is not None or CLOCK.now() >= deadline:
                return seconds
            CLOCK.wait(_POLL_SECONDS)

    def _told(self, reached: Configuration, began: datetime) -> float | None:
        shown = self.engine.describe(JOB)
        running, stopped = _running_since(shown), self.engine.progress(JOB).interrupted_at
        if shown.configuration != reached or running is None or stopped is None:
            return None
        return (running - stopped).total_seconds() if began <= stopped <= running else None

    def _is_calm(self) -> bool:
        try:
            running = _running_since(self.engine.describe(JOB))
            progress = self.engine.progress(JOB)
        except ExternalError:
            return False
        lag, checkpoint = progress.lag_records, progress.last_checkpoint_at
        if running is None or lag is None or checkpoint is None:
            return False
        return checkpoint > running and lag <= _CALM_LAG


def _running_since(shown: JobDescription) -> datetime | None:
    return Verified(description=shown, remark="").running_since


@contextmanager
def opened_scene(tell: Callable[[str], None]) -> Iterator[Scene]:
    """A scene in a temporary folder, on free ports; nothing of it is left afterwards.

    Args:
        tell: Called with a line about each thing that was started.

    Raises:
        HoraeError: It could not be started.
    """
    with ExitStack() as opened:
        folder = TemporaryDirectory(prefix="horae-interruption-", ignore_cleanup_errors=True)
        home = Path(opened.enter_context(folder)).resolve()
        stack = LocalStack(
            LocalPaths.under(home, _JARS), clock=CLOCK, tell=tell,
            settings=StackSettings(ports=Ports.free(), task_manager=_SHAPE),
        )  # fmt: skip
        opened.callback(stack.down)
        stack.up()
        job = YsbSettings(job_name=JOB, bootstrap=stack.broker.address, service_time_ms=1)
        stack.create_topics({job.input_topic: _PARTITIONS, job.output_topic: _PARTITIONS})
        jobs = write_job_files(stack, job, season_seconds=300)
        spec, place = named_job_spec(jobs, JOB), _place(home)
        client = opened.enter_context(httpx.Client(base_url=stack.flink.url))
        bare = _bare_script(stack, job, client)
        options = own_options(spec.engine_job_name, _FIRST, spec.engine.program)
        stack.run_job(bare.script, parallelism=LOW, configuration=options)
        trace = f"constant:rate={RATE},seconds={_DAY}"
        start_load(stack, topic=job.input_topic, trace=trace)
        engine = opened.enter_context(wiring.acting(place, JOB)).engine
        yield Scene(place=place, spec=spec, engine=engine, bare=bare)


def _bare_script(stack: LocalStack, job: YsbSettings, client: httpx.Client) -> BareScript:
    return BareScript(
        flink=client,
        runner=upload_jar(stack.flink.url, stack.jars.sql_runner),
        script=job.script(stack.jars.functions),
        savepoints=stack.paths.savepoints.as_uri(),
    )


def _place(home: Path) -> Surroundings:
    return Surroundings(
        environment=Environment(
            home=home,
            ledger_url=f"sqlite:///{home / 'ledger.db'}",
            jobs_folder=home / "jobs",
            windows_url=str(home / "windows"),
        ),
        flink=lambda connection: resolve_flink(connection, {}, home),
        kafka=lambda connection: resolve_kafka(connection, {}, home),
        halted=lambda job: file_switch(home, job),
        clock=CLOCK,
    )
