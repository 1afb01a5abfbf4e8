from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from recorded_flink import (
    FAILED_TRIGGER,
    JOB,
    NOWHERE,
    RUNNING,
    STOPPED,
    RecordedFlink,
    StateFolders,
)

from horae.engines.engine import Snapshot
from horae.engines.flink_snapshots import FlinkSnapshots
from horae.errors import JobNotRunning, Refused, Unavailable, UnexpectedReply

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
    assert taken == Snapshot(
        location=None, completed_at=_now(flink, RUNNING), stopped=False, checkpoint_id=7
    )


def test_an_unknown_trigger_is_triggered(flink: RecordedFlink) -> None:
    """With our own id; one that never ends is given up after the time-out."""
    flink.then("POST", f"{JOB}/checkpoints", CHECKPOINT, _operation("IN_PROGRESS"))
    with pytest.raises(Unavailable, match="a checkpoint of job 'contract' did not end"):
        _snapshots(flink).checkpoint("contract", TRIGGER)
    body = {"checkpointType": "CONFIGURED", "triggerId": TRIGGER}
    assert flink.writes == [("POST", f"{JOB}/checkpoints", body)]
    assert (flink.clock.now() - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() >= 60


def test_a_call_may_be_less_patient(flink: RecordedFlink) -> None:
    """A stop under way is joined, and waited for as long as the call says."""
    flink.says(SAVEPOINT, _operation("IN_PROGRESS"))
    before = flink.clock.now()
    with pytest.raises(Unavailable, match="did not end within 0:00:05"):
        _snapshots(flink).stop("contract", TRIGGER, timeout_seconds=5)
    assert flink.writes == []
    assert 5 <= (flink.clock.now() - before).total_seconds() < 6


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
    assert (taken.completed_at, taken.checkpoint_id) == (_now(flink, RUNNING), None)


def test_stopping_names_the_folder_and_does_not_drain(flink: RecordedFlink) -> None:
    """A drained job could not go on."""
    flink.then("POST", f"{JOB}/stop", SAVEPOINT, _operation("IN_PROGRESS"))
    with pytest.raises(Unavailable):
        _snapshots(flink, "s3://states").stop("contract", TRIGGER)
    body = {"triggerId": TRIGGER, "drain": False, "targetDirectory": "s3://states"}
    assert flink.writes == [("POST", f"{JOB}/stop", body)]


def _stopped_by(flink: RecordedFlink, location: str) -> None:
    path = f"/jobs/{STOPPED}/savepoints/{TRIGGER}"
    flink.says(path, _operation("COMPLETED", location=location))


def test_a_stop_that_was_done_is_joined(flink: RecordedFlink) -> None:
    """The job has ended by this very trigger: the same savepoint again, dated by the job's end."""
    flink.forget(RUNNING)
    _stopped_by(flink, "file:/flink/savepoint-1")
    taken = _snapshots(flink).stop("contract", TRIGGER)
    assert (taken.location, flink.writes) == ("file:/flink/savepoint-1", [])
    end = flink.body(f"/jobs/{STOPPED}")["end-time"]
    assert taken.completed_at == datetime.fromtimestamp(end / 1_000, UTC)


def test_a_late_call_does_not_stop_the_job_after_it(flink: RecordedFlink) -> None:
    """Job 2 was started from what the trigger stopped job 1 with, and goes on running."""
    _stopped_by(flink, "file:/flink/savepoint-1")
    assert _snapshots(flink).stop("contract", TRIGGER).location == "file:/flink/savepoint-1"
    assert flink.writes == []


def test_only_the_incarnation_that_was_meant_is_touched(flink: RecordedFlink) -> None:
    """Job 1 is meant and job 2 runs: it is left alone, and a stop of job 2 is none of job 1."""
    for take in (_snapshots(flink).stop, _snapshots(flink).checkpoint):
        with pytest.raises(JobNotRunning, match=f"job {RUNNING} is RUNNING.* expected {STOPPED}"):
            take("contract", TRIGGER, job_id=STOPPED)
    _stopped_by(flink, "file:/flink/savepoint-1")
    flink.says(SAVEPOINT, _operation("IN_PROGRESS"))
    with pytest.raises(Unavailable, match="did not end"):
        _snapshots(flink).stop("contract", TRIGGER, job_id=RUNNING)
    assert flink.writes == []


def test_the_savepoints_file_tells_its_id(flink: RecordedFlink, tmp_path: Path) -> None:
    """Storage is asked first, for REST shows the savepoint seconds later."""
    _stopped_by(flink, StateFolders(flink, tmp_path).savepoint(STOPPED, 9))
    assert _snapshots(flink).stop("contract", TRIGGER).checkpoint_id == 9


def test_without_the_file_rest_tells_the_id(flink: RecordedFlink) -> None:
    """Where it shows that very savepoint: the recorded one is checkpoint 3."""
    shown = flink.body(f"/jobs/{STOPPED}/checkpoints")["latest"]["savepoint"]
    _stopped_by(flink, shown["external_path"])
    assert _snapshots(flink).stop("contract", TRIGGER).checkpoint_id == 3
    _stopped_by(flink, "nowhere://savepoint")
    assert _snapshots(flink).stop("contract", TRIGGER).checkpoint_id is None


def test_a_savepoint_without_a_location_is_unexpected(flink: RecordedFlink) -> None:
    """One could not start from it."""
    flink.says(SAVEPOINT, _operation("COMPLETED"))
    with pytest.raises(UnexpectedReply, match="told no savepoint's location"):
        _snapshots(flink).stop("contract", TRIGGER)


def test_a_job_that_ended_before_the_trigger_came_is_not_running(flink: RecordedFlink) -> None:
    """Flink takes the trigger, and answers that there is no such job."""
    trace = f"java.util.X: y\nCaused by: a.b.FlinkJobNotFoundException: Could not find ({RUNNING})"
    flink.says(SAVEPOINT, _operation("COMPLETED", **{"failure-cause": {"stack-trace": trace}}))
    with pytest.raises(JobNotRunning, match="came too late"):
        _snapshots(flink).stop("contract", TRIGGER)


def test_a_forgotten_trigger_is_asked_for_again(flink: RecordedFlink) -> None:
    """The JobManager was started again and went on with the job: nobody waits for nothing."""
    before = flink.clock.now()
    with pytest.raises(Unavailable, match="has forgotten stopping job 'contract'"):
        _snapshots(flink).stop("contract", TRIGGER)
    assert flink.clock.now() == before


def test_a_forgotten_job_is_not_running(flink: RecordedFlink) -> None:
    """The JobManager was started again without it, while one waited."""
    flink.then("POST", f"{JOB}/stop", f"{JOB}/status", {"errors": ["no"]}, status=404)
    with pytest.raises(JobNotRunning, match="what it left is its newest state"):
        _snapshots(flink).stop("contract", TRIGGER)


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


def test_ending_what_has_ended_or_never_was_sends_nothing(flink: RecordedFlink) -> None:
    """Repeating it is safe."""
    _snapshots(flink).end(STOPPED)
    _snapshots(flink).end(NOWHERE)
    assert flink.writes == []


def _lose_checkpoints(flink: RecordedFlink, *, completed: int, in_progress: int) -> None:
    kept = {"enabled": True, "delete_on_cancellation": True}
    flink.body(f"{JOB}/checkpoints/config")["externalization"] = kept
    counts = flink.body(f"{JOB}/checkpoints")["counts"]
    counts |= {"completed": completed, "in_progress": in_progress}


@pytest.mark.parametrize(("completed", "in_progress"), [(1, 0), (0, 1)])
def test_a_checkpoint_that_would_be_lost_is_protected(
    flink: RecordedFlink, completed: int, in_progress: int
) -> None:
    """Where checkpoints end with the job, one with any is not cancelled."""
    _lose_checkpoints(flink, completed=completed, in_progress=in_progress)
    with pytest.raises(Refused, match="RETAIN_ON_CANCELLATION"):
        _snapshots(flink).end(RUNNING)
    assert flink.writes == []


@pytest.mark.parametrize("kept", [True, False])
def test_a_live_incarnation_is_cancelled(flink: RecordedFlink, kept: bool) -> None:
    """Its checkpoints are kept, or there are none; its end is waited for."""
    if not kept:
        _lose_checkpoints(flink, completed=0, in_progress=0)
    with pytest.raises(Unavailable, match="is still RUNNING"):
        _snapshots(flink).end(RUNNING)
    flink.then("PATCH", f"{JOB}?mode=cancel", f"{JOB}/status", {"status": "CANCELED"})
    _snapshots(flink).end(RUNNING)
    assert flink.writes == [("PATCH", f"{JOB}?mode=cancel", {})] * 2


@pytest.mark.parametrize("answer", [(409, {"errors": ["terminal"]}), (503, {"errors": ["away"]})])
def test_a_job_may_end_while_it_is_being_ended(
    flink: RecordedFlink, answer: tuple[int, dict[str, Any]]
) -> None:
    """A no, or no word, is no failure where the job has ended; it is where the job lives on."""
    status, body = answer
    cancel = f"{JOB}?mode=cancel"
    flink.says(cancel, body, status=status, method="PATCH")
    with pytest.raises((Refused, Unavailable), match=body["errors"][0]):
        _snapshots(flink).end(RUNNING)
    flink.then("PATCH", cancel, f"{JOB}/status", {"status": "FINISHED"})
    _snapshots(flink).end(RUNNING)
