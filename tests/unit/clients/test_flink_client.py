import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from horae.clients.flink import FlinkClient
from horae.domain.clock import ManualClock
from horae.errors import Refused
from horae.settings.connections import FlinkConnection

RECORDED = json.loads(
    (Path(__file__).parents[2] / "golden" / "flink" / "flink_2_3_0.json").read_text()
)
STOPPED, RUNNING, NOWHERE = "1" * 32, "2" * 32, "b" * 32
SOURCE = "bc764cd8ddf7a0cff126f51c16239658"


def _client(answer: Callable[[httpx.Request], httpx.Response]) -> FlinkClient:
    connection = FlinkConnection(url="http://flink")
    return FlinkClient(connection, ManualClock(), httpx.MockTransport(answer))


def _as_recorded(request: httpx.Request) -> httpx.Response:
    reply = RECORDED[unquote(request.url.raw_path.decode()).removesuffix("?maxExceptions=10")]
    return httpx.Response(reply["status"], json=reply["body"])


@pytest.fixture
def client() -> FlinkClient:
    """A client of a recorded Flink 2.3.0."""
    return _client(_as_recorded)


def _written(call: Callable[[FlinkClient], object], reply: Any = None) -> tuple[str, str, Any]:
    """What a call writes: method, path, body."""
    seen: list[tuple[str, str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        seen.append((request.method, path, json.loads(request.content)))
        return httpx.Response(200, json=reply or {})

    call(_client(answer))
    return seen[0]


def test_the_cluster_is_read(client: FlinkClient) -> None:
    """Slots, version, options, how old REST may be, jars."""
    assert client.overview().flink_version == "2.3.0"
    assert client.overview().slots_total == 3
    assert client.configuration()["jobmanager.scheduler"] == "adaptive"
    assert client.refresh_seconds() == 3.0
    assert [jar.name for jar in client.jars()] == ["flink-sql-gateway-2.3.0.jar"]


def test_task_managers_are_read(client: FlinkClient) -> None:
    """768 MiB are 805,306,368 bytes; the third holds no slot for a job."""
    assert [one.memory.total_process for one in client.task_managers()] == [805_306_368] * 3
    details = client.task_manager("taskmanager-14")
    assert details is not None
    assert [slot.job_id for slot in details.allocated_slots] == [RUNNING]
    empty = client.task_manager("taskmanager-16")
    assert empty is not None
    assert (empty.allocated_slots, empty.free_slots, empty.assigned_tasks) == ((), 1, 0)


def test_jobs_are_read(client: FlinkClient) -> None:
    """Both incarnations with states and scheduler; the state is also told by itself."""
    assert {job.id: job.state for job in client.jobs()} == {
        STOPPED: "FINISHED", RUNNING: "RUNNING",
    }  # fmt: skip
    details = client.job(RUNNING)
    assert details is not None
    assert [node.inputs != () for node in details.plan.nodes] == [False, True]
    assert details.scheduler_type == "Adaptive"
    assert client.job_state(RUNNING) == "RUNNING"
    assert client.exceptions(RUNNING) == ()
    places = {task.task_manager_id for task in client.vertex(RUNNING, SOURCE).subtasks}
    assert places == {"taskmanager-14", "taskmanager-15"}


def test_what_is_not_there_is_none(client: FlinkClient) -> None:
    """An unknown job or trigger is an answer; unknown requirements are a refusal."""
    assert client.job(NOWHERE) is None
    assert client.job_state(NOWHERE) is None  # recorded: status 500
    assert client.savepoint_state(RUNNING, NOWHERE) is None
    with pytest.raises(Refused, match="FlinkJobNotFoundException"):
        client.requirements(NOWHERE)


def test_checkpoints_are_read(client: FlinkClient) -> None:
    """Job 2 was restored from job 1's savepoint and has completed checkpoints of its own."""
    statistics = client.checkpoints(RUNNING)
    assert statistics.latest.restored is not None
    stopped = client.checkpoints(STOPPED).latest.savepoint
    assert stopped is not None
    assert statistics.counts.completed > 0
    assert statistics.history[0].trigger_timestamp > stopped.trigger_timestamp
    config = client.checkpoint_config(RUNNING)
    assert (config.interval, config.externalization.delete_on_cancellation) == (3_000, False)


def test_statistics_of_a_job_without_any_are_none() -> None:
    """Flink answers 404 where a job takes no checkpoints."""
    client = _client(lambda _: httpx.Response(404, json={"errors": ["not enabled"]}))
    assert client.checkpoints_if_any(RUNNING) is None
    with pytest.raises(Refused):
        client.checkpoints(RUNNING)


def test_a_job_that_failed_tells_its_last_cause() -> None:
    """One that did not fail, or still runs, or is unknown, has none."""
    cause = {"class": "a.B", "stack-trace": "a.B: x\n\tat y\nCaused by: c.D: z\n\t... 6 more\n"}
    for result, expected in (
        ({"failure-cause": cause}, "c.D: z"),
        ({"application-status": "SUCCEEDED"}, None),
        (None, None),
    ):
        reply = {"status": {"id": "COMPLETED"}, "job-execution-result": result}
        client = _client(lambda _, reply=reply: httpx.Response(200, json=reply))  # type: ignore[misc]
        assert client.failure(RUNNING) == expected
    assert _client(lambda _: httpx.Response(404, json={"errors": []})).failure(RUNNING) is None


def test_a_deletion_is_asked_for_by_its_trigger() -> None:
    """Flink makes the trigger's id here; an unknown one is an answer."""
    client = _client(lambda _: httpx.Response(200, json={"request-id": "r"}))
    assert client.dispose_savepoint("s3://x") == "r"
    call, path = _written(lambda c: c.dispose_savepoint("s3://x"), {"request-id": "r"})[:2]
    assert (call, path) == ("POST", "/savepoint-disposal")
    assert _client(lambda _: httpx.Response(404, json={"errors": []})).disposal_state("r") is None


def test_a_failed_operation_tells_its_last_cause(client: FlinkClient) -> None:
    """It is done and has failed, although Flink answers COMPLETED."""
    state = client.savepoint_state(RUNNING, "e" * 32)
    assert state is not None
    assert (state.done, state.location) == (True, None)
    assert state.failure is not None
    assert "Failed to create savepoint directory at /proc/nowhere" in state.failure


def test_rescaling_is_read(client: FlinkClient) -> None:
    """What each vertex asks for, and the states of the newest rescale, ending in Executing."""
    bounds = {(one.parallelism.lower, one.parallelism.upper)
              for one in client.requirements(RUNNING).values()}  # fmt: skip
    assert bounds == {(1, 2)}
    newest = client.rescales(RUNNING)[0]
    assert (newest.cause, newest.terminal_state) == ("UPDATE_REQUIREMENT", "COMPLETED")
    record = client.rescale_record(RUNNING, newest.id)
    assert record is not None
    assert [state.state for state in record.states] == [
        "Executing", "Restarting", "CreatingExecutionGraph", "Executing",
    ]  # fmt: skip


def test_metrics_are_read_by_name(client: FlinkClient) -> None:
    """Names first, then values by name; NaN stays NaN."""
    names = client.vertex_metric_names(RUNNING, SOURCE)
    assert {"numRecordsOut", "busyTimeMsPerSecond"} <= set(names)
    wanted = ["numRecordsOut", "busyTimeMsPerSecond"]
    metrics = client.vertex_metrics(RUNNING, SOURCE, wanted, ("sum", "max"))
    records, busy = metrics["numRecordsOut"], metrics["busyTimeMsPerSecond"]
    assert records.sum is not None
    assert records.max is not None
    assert records.sum >= records.max > 0
    assert busy.max is not None
    assert math.isnan(busy.max)
    assert records.avg is None


def test_no_names_ask_nothing() -> None:
    """Without names Flink would list them instead of values."""
    client = _client(lambda _: httpx.Response(500))
    assert client.vertex_metrics(RUNNING, SOURCE, []) == {}
    assert client.job_metrics(RUNNING, []) == {}


def test_metrics_that_are_no_numbers_are_left_out() -> None:
    """A path is no number; a metric without a value is missing."""
    reply = [
        {"id": "uptime", "value": "12"}, {"id": "path", "value": "file:/x"}, {"id": "none"},
    ]  # fmt: skip
    client = _client(lambda _: httpx.Response(200, json=reply))
    assert client.job_metrics(RUNNING, ["uptime", "path", "none"]) == {"uptime": 12.0}


def test_metrics_over_all_task_managers() -> None:
    """Asked for with names and aggregations."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(unquote(request.url.raw_path.decode()))
        return httpx.Response(200, json=[{"id": "Status.JVM.CPU.Load", "avg": 0.5}])

    load = _client(answer).task_managers_metrics(["Status.JVM.CPU.Load"], ("avg",))
    assert load["Status.JVM.CPU.Load"].avg == 0.5
    assert seen == ["/taskmanagers/metrics?get=Status.JVM.CPU.Load&agg=avg"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            lambda c: c.cancel(RUNNING),
            ("PATCH", f"/jobs/{RUNNING}?mode=cancel", {}),
        ),
        (
            lambda c: c.trigger_checkpoint(RUNNING, trigger_id="t"),
            (
                "POST", f"/jobs/{RUNNING}/checkpoints",
                {"checkpointType": "CONFIGURED", "triggerId": "t"},
            ),
        ),
        (
            lambda c: c.stop_with_savepoint(RUNNING, trigger_id="t"),
            ("POST", f"/jobs/{RUNNING}/stop", {"triggerId": "t", "drain": False}),
        ),
        (
            lambda c: c.stop_with_savepoint(RUNNING, trigger_id="t", folder="s3://x"),
            (
                "POST", f"/jobs/{RUNNING}/stop",
                {"triggerId": "t", "drain": False, "targetDirectory": "s3://x"},
            ),
        ),
        (
            lambda c: c.require(RUNNING, {"v": (1, 4)}),
            (
                "PUT", f"/jobs/{RUNNING}/resource-requirements",
                {"v": {"parallelism": {"lowerBound": 1, "upperBound": 4}}},
            ),
        ),
    ],
)  # fmt: skip
def test_a_write_says_exactly_this(
    call: Callable[[FlinkClient], object], expected: tuple[str, str, Any]
) -> None:
    """Method, path and body as Flink's documentation has them."""
    assert _written(call) == expected


def test_a_fresh_start_claims_nothing() -> None:
    """Without a savepoint neither path nor claim mode is sent."""
    method, path, body = _written(
        lambda c: c.run_jar("j.jar", job_id=RUNNING, parallelism=2), {"jobid": RUNNING}
    )
    assert (method, path) == ("POST", "/jars/j.jar/run")
    assert body == {
        "jobId": RUNNING, "parallelism": 2, "programArgsList": [], "flinkConfiguration": {},
    }  # fmt: skip
