"""Starting a Flink job from its program: a SQL script or a jar."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from horae.clients.flink import FlinkClient
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.engines.engine import Snapshot
from horae.engines.flink_incarnations import Incarnations
from horae.errors import Fault, Refused, SettingsError, Unavailable
from horae.settings.job_spec import JarProgram, SqlProgram

Program = SqlProgram | JarProgram

_SQL_DRIVER = "org.apache.flink.table.runtime.application.SqlDriver"
_SQL_RUNNER = "flink-sql-gateway"
_POLL_SECONDS = 0.5
# What Flink says to an id that is in use, since 2.3 and before.
_DOUBLED = re.compile(r"Duplicate(Application|Job)SubmissionException")
# After a lost reply: planning takes up to 10 s, so a job that is not there after this was refused.
_APPEARANCE_PATIENCE = timedelta(seconds=30)
# A job that is not running after this is left to those who verify it.
_READING_PATIENCE = timedelta(seconds=10)
_BEFORE_RUNNING = ("INITIALIZING", "CREATED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What is sent to the cluster besides sizes and state."""

    jar_id: str
    entry_class: str | None
    arguments: tuple[str, ...]


class FlinkStart:
    """Starts one program.

    Args:
        client: The cluster.
        clock: For waiting.
        program: What is started; None: nothing can be.
        sql_runner: Jar that runs SQL scripts, uploaded where the cluster has none.
    """

    def __init__(
        self,
        client: FlinkClient,
        clock: Clock,
        program: Program | None,
        sql_runner: Path | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._program = program
        self._sql_runner = sql_runner

    def why_not(self) -> str | None:
        """Why the program cannot be started; None when it can."""
        if self._program is None:
            return "the job spec names no program (engine.program) to start it again with"
        if isinstance(self._program, SqlProgram) and not self._runner_is_there():
            return f"the cluster has no jar {_SQL_RUNNER}-<version>.jar to run SQL with"
        file = file_of(self._program)
        return None if file.is_file() else f"the program {file} is not there"

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """See `Engine.start`.

        Raises:
            Refused: The program cannot be started, not from that state, or another live job has
                that name.
            SettingsError: The program's file cannot be read.
        """
        if self._client.job(job_id) is not None:
            self._require_accepted(job_id)
            return
        alive = Incarnations.read(self._client, job).alive
        if alive:
            raise Refused(
                f"job {alive[0].id} named {job!r} is {alive[0].state}; a second one beside it "
                "would process every record twice"
            )
        launch = self._launch()
        try:
            self._client.run_jar(
                launch.jar_id,
                job_id=job_id,
                parallelism=configuration.parallelism,
                entry_class=launch.entry_class,
                arguments=launch.arguments,
                savepoint=snapshot.location,
                configuration=own_options(job, configuration, self._program),
            )
        except (Refused, Unavailable) as error:
            # The reply got lost, or another process has sent the same at the same time.
            doubtful = isinstance(error, Unavailable) or _DOUBLED.search(str(error)) is not None
            if not (doubtful and self._appears(job_id)):
                raise
        self._require_accepted(job_id)

    def _require_accepted(self, job_id: str) -> None:
        """Wait until Flink has read the state, for it accepts a job before that.

        Raises:
            Refused: It could not; the job has failed without ever running.
        """
        deadline = self._clock.now() + _READING_PATIENCE
        while self._client.job_state(job_id) in _BEFORE_RUNNING and self._clock.now() < deadline:
            self._clock.wait(_POLL_SECONDS)
        if self._client.job_state(job_id) != "FAILED":
            return
        details = self._client.job(job_id)
        if details is not None and details.timestamps.get("RUNNING", 0) <= 0:
            reason = self._client.failure(job_id) or "see the JobManager's log"
            raise Refused(f"job {job_id} failed before it ran: {reason}")

    def _launch(self) -> Launch:
        program = self._program
        reason = self.why_not()
        if program is None or reason is not None:
            raise Refused(f"the job cannot be started: {reason}")
        if isinstance(program, SqlProgram):
            runner = self._uploaded(_SQL_RUNNER) or self._upload_runner()
            script = _read(program.script).decode()
            return Launch(
                jar_id=runner,
                entry_class=_SQL_DRIVER,
                arguments=("--script", script),
            )
        return Launch(
            jar_id=self._jar(program.jar),
            entry_class=program.entry_class,
            arguments=program.arguments,
        )

    def _runner_is_there(self) -> bool:
        return self._sql_runner is not None or self._uploaded(_SQL_RUNNER) is not None

    def _uploaded(self, prefix: str) -> str | None:
        """Id of the newest uploaded jar whose name begins so."""
        jars = [jar for jar in self._client.jars() if jar.name.startswith(prefix)]
        return max(jars, key=lambda jar: jar.uploaded).id if jars else None

    def _upload_runner(self) -> str:
        if self._sql_runner is None:
            raise Refused(f"the cluster has no jar {_SQL_RUNNER}-<version>.jar to run SQL with")
        return self._client.upload_jar(self._sql_runner)

    def _jar(self, jar: Path) -> str:
        """The program's jar, uploaded under a name that tells its content, unless it is there."""
        name = f"{hashlib.sha256(_read(jar)).hexdigest()[:12]}-{jar.name}"
        return self._uploaded(name) or self._client.upload_jar(jar, name=name)

    def _appears(self, job_id: str) -> bool:
        """Whether the job was started although the reply got lost."""
        deadline = self._clock.now() + _APPEARANCE_PATIENCE
        while self._clock.now() < deadline:
            try:
                if self._client.job(job_id) is not None:
                    return True
            except Unavailable:
                pass  # The cluster is still away; the deadline ends this.
            self._clock.wait(_POLL_SECONDS)
        return False


def own_options(job: str, configuration: Configuration, program: Program | None) -> dict[str, str]:
    """Options of a job over the cluster's: its program's, and over them what Horae decides.

    The parallelism stands here too, for programs that read the default. Checkpoints are kept when
    the job is cancelled, for they may be all there is to go back to.
    """
    interval = round(configuration.checkpoint_interval_seconds * 1_000)
    return dict(program.options if program else {}) | {
        "pipeline.name": job,
        "parallelism.default": str(configuration.parallelism),
        "execution.checkpointing.interval": f"{interval} ms",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    }


def file_of(program: Program) -> Path:
    """What a program is read from."""
    return program.script if isinstance(program, SqlProgram) else program.jar


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fault = Fault(
            where="engine.program", line=None, value=str(file), expected="a readable file"
        )
        raise SettingsError("job spec", [fault]) from error
