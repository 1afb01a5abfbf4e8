from datetime import UTC, datetime

import pytest
from recorded_flink import AGGREGATE, JOB, RUNNING, SOURCE, STOPPED, RecordedFlink

from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines.flink_description import describe


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


def test_a_running_job_is_read_back(flink: RecordedFlink) -> None:
    """Parallelism from the vertices, shape from the TaskManagers in use, interval from REST."""
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.job_id) == (JobPresence.RUNNING, RUNNING)
    assert shown.configuration == Configuration(
        parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=3.0
    )
    assert [(v.is_source, v.max_parallelism) for v in shown.vertices] == [
        (True, 128),
        (False, 128),
    ]
    assert [(v.inputs, v.hashed) for v in shown.vertices] == [((), False), ((SOURCE,), True)]
    assert shown.version is not None
    assert shown.version.engine_version == "2.3.0"


def test_running_since_is_when_the_last_subtask_ran(flink: RecordedFlink) -> None:
    """Now less the shortest time in RUNNING, not the start of the deployment."""
    details = flink.body(f"{JOB}/vertices/{SOURCE}")
    durations = [task["status-duration"]["RUNNING"] for task in details["subtasks"]]
    expected = datetime.fromtimestamp((details["now"] - min(durations)) / 1_000, UTC)
    source = describe(flink.client, "contract").vertices[0]
    assert source.running_since == expected
    assert details["now"] - min(durations) > details["subtasks"][0]["start-time"]


def test_the_version_does_not_depend_on_parallelism_or_names(flink: RecordedFlink) -> None:
    """Ids and edges make a version; Flink's operator numbers and sizes do not."""
    before = describe(flink.client, "contract").version
    for vertex in flink.body(JOB)["vertices"]:
        vertex["name"] += "[9]"
        vertex["parallelism"] = 1
    assert describe(flink.client, "contract").version == before


def test_another_edge_is_another_version(flink: RecordedFlink) -> None:
    """How records are distributed belongs to the plan."""
    before = describe(flink.client, "contract").version
    flink.body(JOB)["plan"]["nodes"][1]["inputs"][0]["ship_strategy"] = "REBALANCE"
    assert describe(flink.client, "contract").version != before


def test_no_job_of_that_name_is_absent(flink: RecordedFlink) -> None:
    """Names decide, and the sentence tells the name."""
    shown = describe(flink.client, "ysb")
    assert (shown.presence, shown.job_id) == (JobPresence.ABSENT, None)
    assert "'ysb'" in shown.detail


def test_an_ended_job_is_finished(flink: RecordedFlink) -> None:
    """A job that was stopped, when nothing of that name lives."""
    flink.forget(RUNNING)
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.job_id) == (JobPresence.FINISHED, STOPPED)


def test_the_newest_of_several_ended_jobs_counts(flink: RecordedFlink) -> None:
    """The one that ended last tells how things stand."""
    flink.set_state(RUNNING, "FAILED")
    for job in flink.body("/jobs/overview")["jobs"]:
        if job["jid"] == RUNNING:
            job["end-time"] = 1_900_000_000_000
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.job_id) == (JobPresence.FAILED, RUNNING)


def test_a_failed_job_tells_why(flink: RecordedFlink) -> None:
    """The first line of its last failure is in the sentence."""
    flink.forget(STOPPED)
    flink.set_state(RUNNING, "FAILED")
    failure = {
        "exceptionName": "E", "timestamp": 1, "stacktrace": "E: no such topic\n\tat x.y",
    }  # fmt: skip
    flink.says(f"{JOB}/exceptions", {"exceptionHistory": {"entries": [failure]}})
    assert describe(flink.client, "contract").detail.endswith("its last failure: E: no such topic")


def test_a_job_that_never_ran_tells_why_too(flink: RecordedFlink) -> None:
    """It has no history of failures, but a result."""
    flink.forget(STOPPED)
    flink.set_state(RUNNING, "FAILED")
    result = {"job-execution-result": {"failure-cause": {"stack-trace": "E: no such savepoint"}}}
    flink.says(f"{JOB}/execution-result", result)
    detail = describe(flink.client, "contract").detail
    assert detail.endswith("; it failed with E: no such savepoint")


def test_what_was_asked_for_is_told(flink: RecordedFlink) -> None:
    """The most subtasks of each vertex, also while the job is on its way there."""
    asked = flink.body(f"{JOB}/resource-requirements")
    asked[SOURCE]["parallelism"]["upperBound"] = 3
    assert describe(flink.client, "contract").asked == {SOURCE: 3, AGGREGATE: 2}
    flink.set_state(RUNNING, "CREATED")
    assert describe(flink.client, "contract").asked == {SOURCE: 3, AGGREGATE: 2}


@pytest.mark.parametrize("scheduler", ["Default", None])
def test_not_every_scheduler_tells_what_was_asked_for(
    flink: RecordedFlink, scheduler: str | None
) -> None:
    """The default one is not asked; before 2.3 it refuses. The rest is told all the same."""
    flink.body(JOB)["schedulerType"] = scheduler
    errors = ["Internal server error.", "java.lang.UnsupportedOperationException: no"]
    flink.says(f"{JOB}/resource-requirements", {"errors": errors}, status=500)
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.asked) == (JobPresence.RUNNING, None)


def test_narrower_vertices_are_told(flink: RecordedFlink) -> None:
    """The parallelism is that of the widest vertex."""
    flink.body(JOB)["vertices"][0]["parallelism"] = 1
    configuration = describe(flink.client, "contract").configuration
    assert configuration is not None
    assert (configuration.parallelism, configuration.vertices) == (2, ((SOURCE, 1),))


def test_two_live_jobs_are_doubled(flink: RecordedFlink) -> None:
    """Neither is taken for the job; both ids are told."""
    flink.set_state(STOPPED, "RUNNING")
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.configuration) == (JobPresence.DOUBLED, None)
    assert RUNNING in shown.detail
    assert STOPPED in shown.detail


def test_a_list_that_is_late_is_not_believed(flink: RecordedFlink) -> None:
    """A job listed as RUNNING that by itself has FINISHED is not doubled."""
    for job in flink.body("/jobs/overview")["jobs"]:
        job["state"] = "RUNNING"
    assert describe(flink.client, "contract").presence is JobPresence.RUNNING


@pytest.mark.parametrize("state", ["INITIALIZING", "CREATED", "RESTARTING", "FAILING"])
def test_a_job_on_its_way_is_starting(flink: RecordedFlink, state: str) -> None:
    """It has an id, and no configuration yet."""
    flink.set_state(RUNNING, state)
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.configuration) == (JobPresence.STARTING, None)
    assert shown.job_id == RUNNING


def test_waiting_tasks_are_not_running(flink: RecordedFlink) -> None:
    """Flink calls a job RUNNING whose tasks only wait for slots; we do not."""
    flink.body(JOB)["vertices"][0]["tasks"] |= {"RUNNING": 1, "SCHEDULED": 1}
    assert describe(flink.client, "contract").presence is JobPresence.STARTING


def test_a_job_without_vertices_is_starting(flink: RecordedFlink) -> None:
    """As after a failover of the JobManager."""
    flink.body(JOB)["vertices"] = []
    assert describe(flink.client, "contract").presence is JobPresence.STARTING


def test_no_checkpoints_is_no_configuration(flink: RecordedFlink) -> None:
    """An interval of 2**63 - 1 is Flink's word for "never"; the sentence tells what to set."""
    flink.body(f"{JOB}/checkpoints/config")["interval"] = 2**63 - 1
    shown = describe(flink.client, "contract")
    assert (shown.presence, shown.configuration) == (JobPresence.RUNNING, None)
    assert "execution.checkpointing.interval" in shown.detail


def test_different_shapes_are_told(flink: RecordedFlink) -> None:
    """With as many subtasks on either, the smaller shape is what one can count on."""
    flink.body("/taskmanagers")["taskmanagers"][0]["slotsNumber"] = 4
    flink.body("/taskmanagers")["taskmanagers"][1]["slotsNumber"] = 4
    flink.body("/taskmanagers")["taskmanagers"][2]["slotsNumber"] = 4
    occupied = flink.body(f"{JOB}/vertices/{SOURCE}")["subtasks"][0]["taskmanager-id"]
    for one in flink.body("/taskmanagers")["taskmanagers"]:
        if one["id"] == occupied:
            one["slotsNumber"] = 2
    shown = describe(flink.client, "contract")
    assert "different shapes" in shown.detail
    assert shown.configuration is not None
    assert shown.configuration.slots == 2


def test_an_untold_memory_is_missing(flink: RecordedFlink) -> None:
    """Without the process' and Flink's memory there is no configuration, rather than a zero."""
    for one in flink.body("/taskmanagers")["taskmanagers"]:
        one["memoryConfiguration"] = {}
    assert describe(flink.client, "contract").configuration is None
