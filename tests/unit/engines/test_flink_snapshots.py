from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from recorded_flink import FAILED_TRIGGER, JOB, NOWHERE, RUNNING, STOPPED, RecordedFlink

from horae.engines.flink_snapshots import FlinkSnapshots
from horae.errors import JobNotRunning, Refused, Unavailable

TRIGGER = "c" * 32
CHECKPOINT, SAVEPOINT = f"{JOB}/checkpoints/{TRIGGER}", f"{JOB}/savepoints/{TRIGGER}"
NOT_FOUND = {"errors": ["no such trigger"]}


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


def _snapshots(flink: RecordedFlink, folder: str | None = None) -> FlinkSnapshots:
    return FlinkSnapshots(flink.client, flink.clock, folder, timeout_seconds=60)


def _operation(state: str, **operation: Any) -> dict[str, Any]:
    return {"status": {"id": state}, "operation": operation or None}


def _now(flink: RecordedFlink, job_id: str) -> datetime:
    return datetime.fromtimestamp(flink.body(f"/jobs/{job_id}")["now"] / 1_000, UTC)


def test_a_checkpoint_is_joined_when_its_trigger_is_known(flink: RecordedFlink) -> None:
    """A repeated call triggers nothing; completion is dated by the JobManager's clock."""
    flink.says(CHECKPOINT, _operation("COMPLETED", checkpointId=7))
    taken = _snapshots(flink).checkpoint("contract", TRIGGER)
    assert flink.writes == []
    assert (taken.location, taken.stopped, taken.completed_at) == (
        None, False, _now(flink, RUNNING),
    )  # fmt: skip


def test_an_unknown_trigger_is_triggered(flink: RecordedFlink) -> None:
    """With our own id; one that never ends is given up after the time-out."""
    with pytest.raises(Unavailable, match="a checkpoint of job 'contract' did not end"):
        _snapshots(flink).checkpoint("contract", TRIGGER)
    body = {"checkpointType": "CONFIGURED", "triggerId": TRIGGER}
    assert flink.writes == [("POST", f"{JOB}/checkpoints", body)]
    assert (flink.clock.now() - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() >= 60


def test_completed_with_a_cause_is_a_failure(flink: RecordedFlink) -> None:
    """Flink answers 200 COMPLETED, and the reason of the failure beside it."""
    flink.says(SAVEPOINT, flink.body(f"{JOB}/savepoints/{FAILED_TRIGGER}"))
    with pytest.raises(Refused, match="Failed to create savepoint directory at /proc/nowhere"):
        _snapshots(flink).stop("contract", TRIGGER)


def test_stopping_waits_for_the_end(flink: RecordedFlink) -> None:
    """The savepoint is done and the job has ended before its slots are given to others."""
    flink.says(SAVEPOINT, _operation("COMPLETED", location="file:/flink/savepoint-1"))
    with pytest.raises(Unavailable, match=f"job {RUNNING} is still RUNNING"):
        _snapshots(flink).stop("contract", TRIGGER)
    flink.says(f"{JOB}/status", {"status": "FINISHED"})
    taken = _snapshots(flink).stop("contract", TRIGGER)
    assert (taken.location, taken.stopped) == ("file:/flink/savepoint-1", True)


def test_stopping_names_the_folder_and_does_not_drain(flink: RecordedFlink) -> None:
    """A drained job could not go on."""
    with pytest.raises(Unavailable):
        _snapshots(flink, "s3://states").stop("contract", TRIGGER)
    body = {"triggerId": TRIGGER, "drain": False, "targetDirectory": "s3://states"}
    assert flink.writes == [("POST", f"{JOB}/stop", body)]


def test_a_stop_that_was_done_is_joined(flink: RecordedFlink) -> None:
    """The job has ended by this very trigger: the same savepoint again."""
    flink.forget(RUNNING)
    path = f"/jobs/{STOPPED}/savepoints/{TRIGGER}"
    flink.says(path, _operation("COMPLETED", location="file:/flink/savepoint-1"))
    taken = _snapshots(flink).stop("contract", TRIGGER)
    assert (taken.location, flink.writes) == ("file:/flink/savepoint-1", [])


def test_a_job_that_ended_otherwise_cannot_be_stopped(flink: RecordedFlink) -> None:
    """Another trigger, or none, has ended it."""
    flink.forget(RUNNING)
    with pytest.raises(JobNotRunning):
        _snapshots(flink).stop("contract", TRIGGER)


def test_a_lost_reply_to_a_trigger_that_is_unknown_is_told(flink: RecordedFlink) -> None:
    """Neither the reply nor the trigger is there: nothing was triggered."""
    path = f"{JOB}/checkpoints"
    flink.says(path, httpx.ReadTimeout("slow"), method="POST")
    with pytest.raises(Unavailable, match="slow"):
        _snapshots(flink).checkpoint("contract", TRIGGER)


def test_abandoning_an_ended_job_tells_its_newest_state(flink: RecordedFlink) -> None:
    """Job 1 was stopped: its savepoint is younger than its checkpoints, and nothing is sent."""
    newest = _snapshots(flink).abandon(STOPPED)
    savepoint = flink.body(f"/jobs/{STOPPED}/checkpoints")["latest"]["savepoint"]
    assert newest is not None
    assert newest.location == savepoint["external_path"]
    assert flink.writes == []


def test_abandoning_waits_until_rest_is_fresh(flink: RecordedFlink) -> None:
    """What REST shows may be 3 s old, and one checkpoint more decides where to go on from."""
    before = flink.clock.now()
    _snapshots(flink).abandon(STOPPED)
    assert (flink.clock.now() - before).total_seconds() == 3.0


def test_an_incarnation_without_checkpoints_has_no_state(flink: RecordedFlink) -> None:
    """What it was restored from is not its own."""
    flink.body(f"/jobs/{STOPPED}/checkpoints")["latest"] |= {"completed": None, "savepoint": None}
    assert _snapshots(flink).abandon(STOPPED) is None


def test_an_unknown_incarnation_has_no_state(flink: RecordedFlink) -> None:
    """It was never started."""
    assert _snapshots(flink).abandon(NOWHERE) is None


def test_a_checkpoint_that_would_be_lost_is_protected(flink: RecordedFlink) -> None:
    """Where checkpoints end with the job, the job is not cancelled."""
    kept = {"enabled": True, "delete_on_cancellation": True}
    flink.body(f"{JOB}/checkpoints/config")["externalization"] = kept
    with pytest.raises(Refused, match="RETAIN_ON_CANCELLATION"):
        _snapshots(flink).abandon(RUNNING)
    assert flink.writes == []


def test_a_live_incarnation_is_cancelled(flink: RecordedFlink) -> None:
    """Its checkpoints are kept, so it may end."""
    with pytest.raises(Unavailable, match="is still RUNNING"):
        _snapshots(flink).abandon(RUNNING)
    assert flink.writes == [("PATCH", f"{JOB}?mode=cancel", {})]
