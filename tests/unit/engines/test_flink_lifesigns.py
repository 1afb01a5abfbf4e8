from datetime import UTC, datetime
from typing import Any

import pytest
from recorded_flink import JOB, RUNNING, SOURCE, STOPPED, RecordedFlink

from horae.engines.flink_lifesigns import read_progress
from horae.errors import JobNotRunning

METRICS = f"{JOB}/vertices/{SOURCE}/subtasks/metrics"
LAG = "Source__numbers[5].pendingRecords"


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def _record(number: int, started: int, ended: int, cause: str = "RECOVERABLE_FAILOVER") -> Any:
    return {
        "rescaleUuid": str(number), "triggerCause": cause, "terminalState": "COMPLETED",
        "startTimestampInMillis": started, "endTimestampInMillis": ended,
    }  # fmt: skip


def _details(flink: RecordedFlink, record: Any, stopped: int) -> None:
    states = [
        {"state": "Executing", "enterTimestampInMillis": 1, "leaveTimestampInMillis": stopped},
        {"state": "Restarting", "enterTimestampInMillis": stopped, "leaveTimestampInMillis": None},
    ]
    body = record | {"schedulerStates": states}
    flink.says(f"{JOB}/rescales/details/{record['rescaleUuid']}", body)


def test_checkpoints_are_told(flink: RecordedFlink) -> None:
    """Completion of the newest, and how many failed (the recording has one failed savepoint)."""
    seen = read_progress(flink.client, flink.clock, "contract")
    latest = flink.body(f"{JOB}/checkpoints")["latest"]["completed"]
    assert seen.last_checkpoint_at == _at(latest["latest_ack_timestamp"])
    assert seen.failed_checkpoints == 1


def test_checkpoints_that_are_not_told_yet_are_unknown(flink: RecordedFlink) -> None:
    """As in the first seconds of a job, when it is listed and its checkpoints are not found."""
    flink.says(f"{JOB}/checkpoints", {"errors": ["not found"]}, status=404)
    seen = read_progress(flink.client, flink.clock, "contract")
    assert (seen.last_checkpoint_at, seen.failed_checkpoints) == (None, None)


def test_a_rescale_in_place_stopped_tasks_when_the_scheduler_restarted(
    flink: RecordedFlink,
) -> None:
    """Not when it was asked for: the scheduler waits a while before it acts."""
    newest = flink.body(f"{JOB}/rescales/history")[0]
    details = flink.body(f"{JOB}/rescales/details/{newest['rescaleUuid']}")
    stopped = next(
        state["enterTimestampInMillis"]
        for state in details["schedulerStates"]
        if state["state"] == "Restarting"
    )
    seen = read_progress(flink.client, flink.clock, "contract")
    assert seen.interrupted_at == _at(stopped)
    assert stopped > newest["startTimestampInMillis"]


def test_restarts_in_a_row_are_one_interruption(flink: RecordedFlink) -> None:
    """Tasks that ran 2 s between two restarts never got to work: the first stop counts."""
    first, second = _record(1, 100_000, 105_000), _record(2, 107_000, 112_000)
    flink.says(f"{JOB}/rescales/history", [second, first, _record(0, 10_000, 20_000)])
    _details(flink, first, stopped=100_000)
    assert read_progress(flink.client, flink.clock, "contract").interrupted_at == _at(100_000)


def test_ignored_rescales_interrupt_nothing(flink: RecordedFlink) -> None:
    """A request that changed nothing is in the history too."""
    ignored = _record(3, 200_000, 210_000) | {"terminalState": "IGNORED"}
    counted = _record(1, 100_000, 105_000)
    flink.says(f"{JOB}/rescales/history", [ignored, counted])
    _details(flink, counted, stopped=100_001)
    assert read_progress(flink.client, flink.clock, "contract").interrupted_at == _at(100_001)


def test_a_fresh_incarnation_was_interrupted_when_the_last_one_ended(
    flink: RecordedFlink,
) -> None:
    """After a start from a savepoint, the outage began with the end of the job before."""
    initial = _record(0, 1, 2, cause="INITIAL_SCHEDULE")
    flink.says(f"{JOB}/rescales/history", [initial])
    ended = flink.body(f"/jobs/{STOPPED}")["end-time"]
    assert read_progress(flink.client, flink.clock, "contract").interrupted_at == _at(ended)


def test_an_older_flink_tells_by_its_job_state(flink: RecordedFlink) -> None:
    """Without a rescale history the state RESTARTING of the default scheduler is dated."""
    flink.says(f"{JOB}/rescales/history", {"errors": ["no such path"]}, status=404)
    flink.body(JOB)["timestamps"]["RESTARTING"] = 123_000
    assert read_progress(flink.client, flink.clock, "contract").interrupted_at == _at(123_000)


def test_nothing_known_is_none(flink: RecordedFlink) -> None:
    """No history, no restart, no job before: unknown."""
    flink.says(f"{JOB}/rescales/history", {"errors": ["no such path"]}, status=404)
    flink.forget(STOPPED)
    assert read_progress(flink.client, flink.clock, "contract").interrupted_at is None


def test_a_source_that_does_not_tell_its_lag_has_none(flink: RecordedFlink) -> None:
    """The recorded source makes numbers up: unknown, not zero."""
    assert read_progress(flink.client, flink.clock, "contract").lag_records is None


@pytest.mark.parametrize(
    ("value", "expected"), [("7", 7.0), ("0", 0.0), ("NaN", None), ("-1", None)]
)
def test_the_lag_is_the_sum_over_subtasks(
    flink: RecordedFlink, value: str, expected: float | None
) -> None:
    """NaN and -1 are Flink's words for "unknown"."""
    flink.says(METRICS, [{"id": LAG}, {"id": "other"}])
    flink.says(f"{METRICS}?get={LAG}&agg=sum", [{"id": LAG, "sum": value}])
    assert read_progress(flink.client, flink.clock, "contract").lag_records == expected


def test_the_first_empty_answer_is_waited_out(flink: RecordedFlink) -> None:
    """Metrics that never come are asked for three times, two waits of a second apart."""
    flink.says(METRICS, [])
    before = flink.clock.now()
    assert read_progress(flink.client, flink.clock, "contract").lag_records is None
    assert (flink.clock.now() - before).total_seconds() == 2.0


def test_progress_needs_one_live_job(flink: RecordedFlink) -> None:
    """The sentence tells what the cluster shows instead."""
    flink.forget(RUNNING)
    with pytest.raises(JobNotRunning, match=f"0 live jobs are named 'contract'.*{STOPPED}"):
        read_progress(flink.client, flink.clock, "contract")
