from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from recorded_flink import (
    AGGREGATE,
    JOB,
    NOWHERE,
    RUNNING,
    SOURCE,
    STOPPED,
    RecordedFlink,
    StateFolders,
)

from horae.domain.configuration import Configuration
from horae.domain.job import Fate
from horae.engines.flink import FlinkEngine
from horae.errors import JobNotRunning, Refused, Unavailable
from horae.settings.job_spec import EngineSettings, SqlProgram

BASE = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=3.0
)


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


@pytest.fixture
def engine(flink: RecordedFlink, tmp_path: Path) -> FlinkEngine:
    """An engine without a provisioner."""
    settings = EngineSettings(program=SqlProgram(kind="sql", script=tmp_path / "absent.sql"))
    return FlinkEngine(flink.client, settings, flink.clock)


def test_resizing_names_every_vertex(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """At most what is wanted, at least 1: a lost TaskManager shall not stop the job."""
    engine.resize("contract", replace(BASE, parallelism=3))
    bounds = {"parallelism": {"lowerBound": 1, "upperBound": 3}}
    body = {SOURCE: bounds, AGGREGATE: bounds}
    assert flink.writes == [("PUT", f"{JOB}/resource-requirements", body)]


def test_each_vertex_gets_what_is_its(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """Three of the source, and one that aggregates."""
    engine.resize("contract", replace(BASE, parallelism=3, vertices=((AGGREGATE, 1),)))
    _, _, body = flink.writes[0]
    upper = {vertex: asked["parallelism"]["upperBound"] for vertex, asked in body.items()}
    assert upper == {SOURCE: 3, AGGREGATE: 1}


def test_another_incarnation_is_not_resized(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """Somebody has started the job anew."""
    with pytest.raises(JobNotRunning, match=f"expected {STOPPED}"):
        engine.resize("contract", BASE, job_id=STOPPED)
    assert flink.writes == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("RUNNING", Fate.ALIVE),
        ("INITIALIZING", Fate.ALIVE),
        ("CANCELLING", Fate.ALIVE),
        ("SUSPENDED", Fate.ALIVE),
        ("FINISHED", Fate.FINISHED),
        ("CANCELED", Fate.CANCELLED),
        ("FAILED", Fate.FAILED),
    ],
)
def test_every_state_is_a_fate(
    flink: RecordedFlink, engine: FlinkEngine, state: str, expected: Fate
) -> None:
    """SUSPENDED is left to a JobManager that goes on with the job."""
    flink.set_state(RUNNING, state)
    assert engine.fate("contract", job_id=RUNNING) is expected


def test_nobody_knows_the_fate_of_one_that_never_was(engine: FlinkEngine) -> None:
    """Flink answers 500, and that there is no such job."""
    assert engine.fate("contract", job_id=NOWHERE) is Fate.UNKNOWN


def test_a_cluster_that_is_away_tells_no_fate(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """As a JobManager does until it knows which jobs it goes on with."""
    errors = ["Service temporarily unavailable due to an ongoing leader election."]
    flink.says(f"{JOB}/status", {"errors": errors}, status=503)
    with pytest.raises(Unavailable, match="leader election"):
        engine.fate("contract", job_id=RUNNING)


def test_a_snapshot_is_a_checkpoint_or_a_stop(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """Each asks for what it is; both are waited for as long as the call says."""
    for stop, kind, path in ((False, "checkpoints", "checkpoints"), (True, "savepoints", "stop")):
        trigger = ("c" if stop else "d") * 32
        state = {"status": {"id": "IN_PROGRESS"}, "operation": None}
        flink.then("POST", f"{JOB}/{path}", f"{JOB}/{kind}/{trigger}", state)
        with pytest.raises(Unavailable, match="within 0:00:01"):
            engine.snapshot("contract", trigger_id=trigger, stop=stop, timeout_seconds=1)
    assert [path for _, path, _ in flink.writes] == [f"{JOB}/checkpoints", f"{JOB}/stop"]


def test_the_newest_state_is_looked_for_in_the_clusters_folders(
    flink: RecordedFlink, engine: FlinkEngine, tmp_path: Path
) -> None:
    """Of an incarnation that was forgotten."""
    flink.forget(STOPPED)
    location = StateFolders(flink, tmp_path).savepoint(STOPPED, 3)
    newest = engine.newest_state("contract", job_ids=[STOPPED])
    assert newest is not None
    assert newest.location == location


def test_an_ended_incarnation_stays_ended(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """Nothing is sent."""
    engine.end("contract", job_id=STOPPED)
    assert flink.writes == []


def _disposal(flink: RecordedFlink, state: dict[str, Any], *, status: int = 200) -> None:
    flink.says("/savepoint-disposal", {"request-id": "r"}, method="POST")
    flink.says("/savepoint-disposal/r", state, status=status)


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"failure-cause": {"stack-trace": "a.B: c\nCaused by: java.io.FileNotFoundException: d"}},
    ],
)
def test_a_savepoint_is_deleted_by_flink(
    flink: RecordedFlink, engine: FlinkEngine, operation: dict[str, Any]
) -> None:
    """One that is gone already is as good."""
    _disposal(flink, {"status": {"id": "COMPLETED"}, "operation": operation})
    engine.dispose("s3://x/savepoint")
    assert flink.writes == [
        ("POST", "/savepoint-disposal", {"savepoint-path": "s3://x/savepoint"})
    ]


def test_a_savepoint_that_cannot_be_deleted_is_told(
    flink: RecordedFlink, engine: FlinkEngine
) -> None:
    """With Flink's last cause; a deletion that does not end, or is forgotten, can be repeated."""
    cause = {"stack-trace": "a.B: c\nCaused by: java.nio.file.AccessDeniedException: d"}
    completed = {"status": {"id": "COMPLETED"}, "operation": {"failure-cause": cause}}
    _disposal(flink, completed)
    with pytest.raises(Refused, match=r"could not be deleted: java\.nio\.file\.AccessDenied"):
        engine.dispose("s3://x/savepoint")
    _disposal(flink, {"status": {"id": "IN_PROGRESS"}, "operation": None})
    with pytest.raises(Unavailable, match="was not deleted within 300 s"):
        engine.dispose("s3://x/savepoint")
    _disposal(flink, {"errors": ["unknown"]}, status=404)
    with pytest.raises(Unavailable, match="has forgotten"):
        engine.dispose("s3://x/savepoint")


def test_resizing_needs_a_plan(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """A job without vertices cannot be asked for a parallelism of each."""
    flink.body(JOB)["vertices"] = []
    with pytest.raises(JobNotRunning, match="shows no plan yet"):
        engine.resize("contract", BASE)


def test_resizing_needs_a_live_job(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """An ended one is not asked."""
    flink.forget(RUNNING)
    with pytest.raises(JobNotRunning):
        engine.resize("contract", BASE)


def test_without_a_provisioner_slots_are_only_checked(engine: FlinkEngine) -> None:
    """Three slots are there."""
    engine.provide(replace(BASE, parallelism=3), keep=False)
    with pytest.raises(Refused):
        engine.provide(replace(BASE, parallelism=4), keep=True)


def test_a_missing_script_is_a_missing_ability(engine: FlinkEngine) -> None:
    """It is told before an action, not in its middle."""
    assert "absent.sql" in engine.capabilities("contract").why_not["savepoint"]
