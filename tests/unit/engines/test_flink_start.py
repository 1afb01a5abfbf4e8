from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from recorded_flink import NOWHERE, RUNNING, RecordedFlink

from horae.domain.configuration import Configuration
from horae.engines.engine import Snapshot
from horae.engines.flink_start import FlinkStart, Program
from horae.errors import Refused, Unavailable
from horae.settings.job_spec import JarProgram, SqlProgram

WANTED = Configuration(
    parallelism=3, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=2.5
)
SAVEPOINT = Snapshot(
    location="file:/flink/savepoint-1", completed_at=datetime(2026, 1, 1, tzinfo=UTC), stopped=True
)
OPTIONS = {
    "pipeline.name": "contract",
    "parallelism.default": "3",
    "execution.checkpointing.interval": "2500 ms",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
}


@dataclass
class Cluster:
    """A Flink on which the job is stopped, and a program beside it."""

    flink: RecordedFlink
    folder: Path

    @property
    def runner(self) -> str:
        """Id of the uploaded SQL runner."""
        return str(self.flink.body("/jars")["files"][0]["id"])

    def sql(self) -> SqlProgram:
        """A SQL program."""
        script = self.folder / "job.sql"
        script.write_text("INSERT INTO a SELECT * FROM b;")
        return SqlProgram(kind="sql", script=script)

    def jar(self) -> JarProgram:
        """A jar program."""
        jar = self.folder / "job.jar"
        jar.write_bytes(b"content")
        return JarProgram(kind="jar", jar=jar, entry_class="a.Main", arguments=("--x", "1"))

    def begin(self, program: Program | None, runner: Path | None = None) -> FlinkStart:
        """What is tested."""
        return FlinkStart(self.flink.client, self.flink.clock, program, runner)

    def start(self, program: Program | None, job_id: str = NOWHERE) -> None:
        """Start the program as job `contract`."""
        self.begin(program).start("contract", WANTED, job_id=job_id, snapshot=SAVEPOINT)


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """A recorded Flink whose job has ended."""
    flink = RecordedFlink()
    flink.forget(RUNNING)
    return Cluster(flink, tmp_path)


def test_sql_is_run_by_the_uploaded_driver(cluster: Cluster) -> None:
    """Script, sizes, state and our id go in one call; the state stays ours."""
    path = f"/jars/{cluster.runner}/run"
    cluster.flink.says(path, {"jobid": NOWHERE}, method="POST")
    cluster.start(cluster.sql())
    body = {
        "jobId": NOWHERE,
        "parallelism": 3,
        "entryClass": "org.apache.flink.table.runtime.application.SqlDriver",
        "programArgsList": ["--script", "INSERT INTO a SELECT * FROM b;"],
        "savepointPath": "file:/flink/savepoint-1",
        "claimMode": "NO_CLAIM",
        "flinkConfiguration": OPTIONS,
    }
    assert cluster.flink.writes == [("POST", path, body)]


def test_a_jar_is_uploaded_once_by_its_content(cluster: Cluster) -> None:
    """The name tells the content's hash, so that another version is another jar."""
    hashed = "ed7002b439e9-job.jar"  # sha256(b"content")[:12]
    cluster.flink.says(
        "/jars/upload", {"filename": f"/web/up_{hashed}", "status": "success"}, method="POST"
    )
    cluster.flink.says(f"/jars/up_{hashed}/run", {"jobid": NOWHERE}, method="POST")
    cluster.start(cluster.jar())
    cluster.flink.body("/jars")["files"].append(
        {"id": f"up_{hashed}", "name": hashed, "uploaded": 1}
    )
    cluster.start(cluster.jar())
    paths = [path for _, path, _ in cluster.flink.writes]
    assert paths == ["/jars/upload", f"/jars/up_{hashed}/run", f"/jars/up_{hashed}/run"]
    assert cluster.flink.writes[1][2]["programArgsList"] == ["--x", "1"]
    assert hashed.encode() in cluster.flink.writes[0][2]


def test_an_id_that_is_there_is_not_started_again(cluster: Cluster) -> None:
    """In whatever state it is."""
    cluster.flink.says(f"/jobs/{NOWHERE}", cluster.flink.body("/jobs/" + "1" * 32))
    cluster.start(cluster.sql())
    assert cluster.flink.writes == []


def test_no_second_job_beside_a_live_one(tmp_path: Path) -> None:
    """Every record would be processed twice."""
    cluster = Cluster(RecordedFlink(), tmp_path)
    with pytest.raises(Refused, match=f"job {RUNNING} named 'contract' is RUNNING"):
        cluster.start(cluster.sql())
    assert cluster.flink.writes == []


def test_a_lost_reply_that_started_nothing_is_told(cluster: Cluster) -> None:
    """The job is looked for over 30 s before the call counts as failed."""
    path = f"/jars/{cluster.runner}/run"
    cluster.flink.says(path, httpx.ReadTimeout("slow"), method="POST")
    before = cluster.flink.clock.now()
    with pytest.raises(Unavailable, match="slow"):
        cluster.start(cluster.sql())
    assert (cluster.flink.clock.now() - before).total_seconds() == 30.0


@pytest.mark.parametrize("kind", ["Application", "Job"])
def test_a_job_that_another_process_has_started_is_started(cluster: Cluster, kind: str) -> None:
    """Both have sent the same id, and Flink says to one that it is in use: 2.3, and before."""
    path = f"/jars/{cluster.runner}/run"
    cause = f"Could not execute application.\nCaused by: a.Duplicate{kind}SubmissionException: x"
    cluster.flink.says(path, {"errors": [cause]}, status=400, method="POST")
    there = cluster.flink.body("/jobs/" + "1" * 32)
    cluster.flink.then("POST", path, f"/jobs/{NOWHERE}", there)
    cluster.start(cluster.sql())
    assert len(cluster.flink.writes) == 1


def test_an_id_in_use_that_never_shows_is_refused(cluster: Cluster) -> None:
    """As of a job that a JobManager before this one has seen ending; looked for over 30 s."""
    path = f"/jars/{cluster.runner}/run"
    cause = "a.DuplicateJobSubmissionException: already terminated"
    cluster.flink.says(path, {"errors": [cause]}, status=400, method="POST")
    before = cluster.flink.clock.now()
    with pytest.raises(Refused, match="already terminated"):
        cluster.start(cluster.sql())
    assert (cluster.flink.clock.now() - before).total_seconds() == 30.0


def _failed(cluster: Cluster, *, ran: bool) -> dict[str, Any]:
    failed = dict(cluster.flink.body("/jobs/" + "1" * 32), jid=NOWHERE, state="FAILED")
    return failed | {"timestamps": failed["timestamps"] | {"RUNNING": 1 if ran else 0}}


def test_a_state_that_cannot_be_read_is_refused(cluster: Cluster) -> None:
    """Flink 2.3 accepts the job first; it fails before it runs, also when asked again."""
    trace = "java.X: y\nCaused by: java.io.FileNotFoundException: Cannot find savepoint"
    result = {"job-execution-result": {"failure-cause": {"stack-trace": trace}}}
    cluster.flink.says(f"/jobs/{NOWHERE}/execution-result", result)
    path, script = f"/jars/{cluster.runner}/run", cluster.sql()
    cluster.flink.says(path, {"jobid": NOWHERE}, method="POST")
    cluster.flink.then("POST", path, f"/jobs/{NOWHERE}", _failed(cluster, ran=False))
    cluster.flink.says(f"/jobs/{NOWHERE}/status", {"status": "FAILED"})
    for _ in range(2):
        with pytest.raises(Refused, match=r"failed before it ran: .*Cannot find savepoint"):
            cluster.start(script)
    assert len(cluster.flink.writes) == 1


def test_a_job_that_failed_after_it_ran_was_started(cluster: Cluster) -> None:
    """What became of it since is not the start's to tell."""
    cluster.flink.says(f"/jobs/{NOWHERE}", _failed(cluster, ran=True))
    cluster.flink.says(f"/jobs/{NOWHERE}/status", {"status": "FAILED"})
    cluster.start(cluster.sql())
    assert cluster.flink.writes == []


def test_a_job_that_waits_for_slots_is_left_to_wait(cluster: Cluster) -> None:
    """After 10 s it is for others to say whether it runs."""
    path = f"/jars/{cluster.runner}/run"
    cluster.flink.says(path, {"jobid": NOWHERE}, method="POST")
    cluster.flink.says(f"/jobs/{NOWHERE}/status", {"status": "CREATED"})
    before = cluster.flink.clock.now()
    cluster.start(cluster.sql())
    assert (cluster.flink.clock.now() - before).total_seconds() == 10.0


def test_a_refused_savepoint_tells_why(cluster: Cluster) -> None:
    """Flink's own last cause is in the message."""
    cause = "Could not execute application.\n\tat x\nCaused by: java.io.IOException: no savepoint"
    path = f"/jars/{cluster.runner}/run"
    cluster.flink.says(path, {"errors": [cause]}, status=400, method="POST")
    with pytest.raises(Refused, match=r"java\.io\.IOException: no savepoint"):
        cluster.start(cluster.sql())


def test_a_missing_program_is_told_beforehand(cluster: Cluster) -> None:
    """Without a program, its file, or a SQL runner, nothing can be started; each is named."""
    script = cluster.sql()
    assert cluster.begin(script).why_not() is None
    assert "engine.program" in str(cluster.begin(None).why_not())
    absent = SqlProgram(kind="sql", script=cluster.folder / "absent.sql")
    assert "absent.sql" in str(cluster.begin(absent).why_not())
    cluster.flink.says("/jars", {"files": []})
    assert "flink-sql-gateway" in str(cluster.begin(script).why_not())
    assert cluster.begin(script, Path("runner.jar")).why_not() is None
    with pytest.raises(Refused, match="the job cannot be started"):
        cluster.start(script)


def test_a_runner_is_uploaded_where_there_is_none(cluster: Cluster) -> None:
    """From the jar that the constructor was given."""
    cluster.flink.says("/jars", {"files": []})
    runner = cluster.folder / "flink-sql-gateway-2.3.0.jar"
    runner.write_bytes(b"driver")
    cluster.flink.says("/jars/upload", {"filename": "/web/up_1.jar"}, method="POST")
    cluster.flink.says("/jars/up_1.jar/run", {"jobid": NOWHERE}, method="POST")
    cluster.begin(cluster.sql(), runner).start(
        "contract", WANTED, job_id=NOWHERE, snapshot=SAVEPOINT
    )
    assert [path for _, path, _ in cluster.flink.writes] == ["/jars/upload", "/jars/up_1.jar/run"]
