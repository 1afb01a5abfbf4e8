import shutil
from pathlib import Path

import pytest
from recorded_flink import JOB, RUNNING, STOPPED, RecordedFlink, StateFolders

from horae.domain.job import Capabilities
from horae.engines.flink_capabilities import read_capabilities
from horae.engines.flink_storage import FlinkStorage
from horae.errors import JobNotRunning, Unavailable
from horae.settings.job_spec import EngineSettings


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


def _read(
    flink: RecordedFlink, *, folder: str | None = None, not_startable: str | None = None
) -> Capabilities:
    return read_capabilities(
        flink.client, "contract", provisioner=None, not_startable=not_startable,
        storage=FlinkStorage.read(flink.client, EngineSettings(savepoint_folder=folder)),
    )  # fmt: skip


def _options(flink: RecordedFlink, **options: str) -> None:
    flink.says("/jobmanager/config", [{"key": k, "value": v} for k, v in options.items()])


def test_the_recorded_cluster_can_both(flink: RecordedFlink) -> None:
    """Adaptive scheduler, a savepoint folder, three slots, 128 key groups, nobody who adds.

    Its folders were at `/flink`, which is not here.
    """
    can = _read(flink)
    assert (can.in_place, can.savepoint, can.checkpoint) == (True, True, True)
    assert (can.restart, can.provisioned) == (False, False)
    assert (can.maximum_slots, can.maximum_parallelism) == (3, 128)
    assert can.maximum_task_managers is None
    assert set(can.why_not) == {"restart", "provisioned", "high_availability"}
    assert "file:///flink/state/checkpoints is not seen from here" in can.why_not["restart"]


def test_the_default_scheduler_does_not_rescale_in_place(flink: RecordedFlink) -> None:
    """The reason names the option to set."""
    flink.body(JOB)["schedulerType"] = "Default"
    can = _read(flink)
    assert not can.in_place
    assert "jobmanager.scheduler: adaptive" in can.why_not["in_place"]


def test_an_older_flink_is_asked_for_requirements(flink: RecordedFlink) -> None:
    """Before 2.3 the scheduler is not told; a refused request tells it."""
    del flink.body(JOB)["schedulerType"]
    assert _read(flink).in_place
    errors = ["Internal server error.", "java.lang.UnsupportedOperationException: no"]
    flink.says(f"{JOB}/resource-requirements", {"errors": errors}, status=500)
    can = _read(flink)
    assert not can.in_place
    assert "UnsupportedOperationException" in can.why_not["in_place"]


def test_a_savepoint_needs_a_folder_and_a_program(flink: RecordedFlink) -> None:
    """The cluster's, or the job spec's; and something to start from it."""
    _options(flink, **{"rest.port": "1"})
    assert "engine.savepoint_folder" in _read(flink).why_not["savepoint"]
    assert _read(flink, folder="s3://states").savepoint
    why_not = _read(flink, folder="s3://x", not_startable="no jar").why_not
    assert {why_not[path] for path in ("savepoint", "checkpoint", "restart")} == {"no jar"}


def test_checkpoints_must_outlive_the_job(flink: RecordedFlink) -> None:
    """Where they are deleted with it, the option is named."""
    kept = {"enabled": True, "delete_on_cancellation": True}
    flink.body(f"{JOB}/checkpoints/config")["externalization"] = kept
    can = _read(flink)
    assert not can.checkpoint
    assert "RETAIN_ON_CANCELLATION" in can.why_not["checkpoint"]


def test_a_job_without_checkpoints_has_none_to_start_from(flink: RecordedFlink) -> None:
    """Flink answers 404 to how it takes them."""
    errors = ["Checkpointing is not enabled for this job."]
    flink.says(f"{JOB}/checkpoints/config", {"errors": errors}, status=404)
    assert "execution.checkpointing.interval" in _read(flink).why_not["checkpoint"]


def test_a_lost_job_is_found_in_its_storage(flink: RecordedFlink, tmp_path: Path) -> None:
    """Where the folder shows what Flink has written; a folder of that name may be another one."""
    folders = StateFolders(flink, tmp_path)
    assert "checkpoint 19 of the job is not in file://" in _read(flink).why_not["restart"]
    folders.checkpoint(RUNNING, 18)
    assert _read(flink).restart
    shutil.rmtree(folders.checkpoints / RUNNING)
    flink.body(f"{JOB}/checkpoints")["latest"]["completed"] = None
    assert _read(flink).restart


def test_storage_that_breaks_off_is_told(
    flink: RecordedFlink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a missing ability, no failure to tell the others."""
    StateFolders(flink, tmp_path)

    def broken(storage: FlinkStorage, job_id: str) -> None:
        raise Unavailable(f"{job_id} does not answer")

    monkeypatch.setattr(FlinkStorage, "newest_checkpoint", broken)
    assert _read(flink).why_not["restart"] == f"{RUNNING} does not answer"


@pytest.mark.parametrize(
    ("options", "on"),
    [
        ({}, False),
        ({"high-availability.type": "NONE"}, False),
        ({"high-availability.type": "zookeeper"}, True),
        ({"high-availability": "kubernetes"}, True),
    ],
)
def test_high_availability_is_told(
    flink: RecordedFlink, options: dict[str, str], on: bool
) -> None:
    """By either of the option's names."""
    _options(flink, **options)
    assert ("high_availability" not in _read(flink).why_not) is on


def test_slots_of_other_jobs_cannot_be_had(flink: RecordedFlink) -> None:
    """Another live job of parallelism 1 leaves two of the three slots."""
    jobs = flink.body("/jobs/overview")["jobs"]
    next(job for job in jobs if job["jid"] == STOPPED).update(state="RUNNING", name="other")
    assert _read(flink).maximum_slots == 2


def test_the_smallest_key_groups_count(flink: RecordedFlink) -> None:
    """A vertex of 4 key groups limits the whole job to 4."""
    flink.body(JOB)["vertices"][1]["maxParallelism"] = 4
    assert _read(flink).maximum_parallelism == 4


def test_a_job_that_is_not_there_has_no_capabilities(flink: RecordedFlink) -> None:
    """Neither one that ended, nor one without a plan yet."""
    flink.body(JOB)["vertices"] = []
    with pytest.raises(JobNotRunning, match="shows no plan yet"):
        _read(flink)
    flink.forget(RUNNING)
    with pytest.raises(JobNotRunning, match="0 live jobs"):
        _read(flink)
