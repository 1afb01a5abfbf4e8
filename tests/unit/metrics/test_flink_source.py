import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from window_builder import NOON, a_description

from horae.clients.flink import FlinkClient
from horae.clients.kafka import Partition
from horae.domain.clock import ManualClock
from horae.domain.job import JobPresence
from horae.errors import Unavailable
from horae.metrics.flink_source import FlinkSource
from horae.settings.connections import FlinkConnection

JOB = "ab" * 16
SOURCE = "Source__views"
PARTITIONS = (Partition("ad.views", 0), Partition("ad.views", 1))


@dataclass
class SmallFlink:
    """Answers as Flink does for one job of one vertex; two subtasks on two TaskManagers."""

    state: str = "RUNNING"
    running: int = 2
    silent_reads: int = 1  # Flink's first answer about metrics is empty
    completed: dict[str, Any] | None = None
    metrics: dict[str, dict[str, float]] = field(
        default_factory=lambda: {
            "accumulateBusyTimeMs": {"sum": 100_000.0},
            "accumulateIdleTimeMs": {"sum": 100_000.0},
            "accumulateBackPressuredTimeMs": {"sum": 0.0},
            "busyTimeMsPerSecond": {"min": 400.0, "avg": 500.0, "max": 600.0},
            "backPressuredTimeMsPerSecond": {"avg": 0.0},
            f"{SOURCE}.numRecordsIn": {"sum": 1_000.0},
            f"{SOURCE}.pendingRecords": {"sum": 12.0},
            f"{SOURCE}.currentEmitEventTimeLag": {"max": 250.0},
            f"{SOURCE}.KafkaSourceReader.topic.ad_views.partition.0.currentOffset": {"max": 499.0},
            f"{SOURCE}.KafkaSourceReader.topic.ad_views.partition.1.currentOffset": {"max": 507.0},
        }
    )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Route a request."""
        routes: dict[str, Callable[[httpx.Request], Any]] = {
            f"/jobs/{JOB}": lambda _: self._job(),
            f"/jobs/{JOB}/checkpoints": lambda _: self._checkpoints(),
            f"/jobs/{JOB}/metrics": lambda _: [{"id": "numRestarts", "value": "3"}],
            f"/jobs/{JOB}/vertices/v/subtasks/metrics": self._vertex,
            "/taskmanagers/metrics": lambda _: [
                {"id": "Status.JVM.CPU.Time", "sum": 5e9, "max": 4e9},
                {"id": "Status.JVM.Memory.Heap.Used", "sum": 3 * 2**20, "max": 2 * 2**20},
            ],
        }
        if request.url.path not in routes:
            return httpx.Response(404, json={"errors": ["not found"]})
        return httpx.Response(200, content=json.dumps(routes[request.url.path](request)))

    def _job(self) -> dict[str, Any]:
        vertex = {
            "id": "v",
            "name": "Source: views",
            "parallelism": 2,
            "maxParallelism": 128,
            "status": "RUNNING",
            "start-time": 0,
            "tasks": {"RUNNING": self.running},
        }
        return {
            "jid": JOB,
            "name": "ysb",
            "state": self.state,
            "start-time": 0,
            "end-time": -1,
            "now": 100_000,
            "timestamps": {},
            "vertices": [vertex],
        }

    def _checkpoints(self) -> dict[str, Any]:
        counts = {"restored": 0, "total": 2, "in_progress": 0, "completed": 1, "failed": 1}
        return {"counts": counts, "latest": {"completed": self.completed}, "history": []}

    def _vertex(self, request: httpx.Request) -> list[dict[str, Any]]:
        if self.silent_reads > 0:
            self.silent_reads -= 1
            return []
        wanted = request.url.params.get("get")
        if wanted is None:
            return [{"id": name} for name in self.metrics]
        names = wanted.split(",")
        if not set(names) <= set(self.metrics):
            return []  # one unknown name empties the answer
        return [{"id": name, **self.metrics[name]} for name in names]


def a_source(flink: SmallFlink, presence: JobPresence = JobPresence.RUNNING) -> FlinkSource:
    """The source over that Flink."""
    clock = ManualClock(NOON)
    client = FlinkClient(
        FlinkConnection(url="http://flink"), clock, transport=httpx.MockTransport(flink)
    )
    return FlinkSource(client, a_description(presence), lambda: PARTITIONS, clock)


def test_first_sample_takes_counters_and_means_over_the_last_minute() -> None:
    """200 s over two subtasks are 100 s up; offsets 499 and 507 are a position of 500 + 508."""
    values = a_source(SmallFlink()).sample(NOON)
    assert values["uptime_seconds"] == 100
    assert values["consumed_records_total"] == 1_000
    assert values["position_records_total"] == 1_008
    assert values["lag_records"] == 12
    assert values["processing_latency_seconds"] == 0.25
    assert values["busy_ratio_mean"] == 0.5
    assert values["busy_ratio_max"] == pytest.approx(0.6)
    assert values["cpu_seconds_total"] == 5
    assert values["heap_used_mb"] == 2
    assert (values["restarts_total"], values["checkpoints_failed_total"]) == (3, 1)
    assert (values["parallelism"], values["running_subtasks_ratio"]) == (2, 1)
    assert "consumed_records_per_second" not in values


def test_second_sample_compares_counters() -> None:
    """10 s of the tasks' clock, 2000 records and 8 s of work each: 200/s, 0.8 busy."""
    flink = SmallFlink()
    source = a_source(flink)
    source.sample(NOON)
    flink.metrics |= {
        "accumulateBusyTimeMs": {"sum": 116_000.0},
        "accumulateIdleTimeMs": {"sum": 104_000.0},
        f"{SOURCE}.numRecordsIn": {"sum": 3_000.0},
    }
    values = source.sample(NOON)
    assert values["consumed_records_per_second"] == 200
    assert values["busy_ratio_mean"] == pytest.approx(0.8)


def test_values_that_flink_has_not_renewed_are_not_told_twice() -> None:
    """The second answer is the first one: only what was asked afresh is in the sample."""
    source = a_source(SmallFlink())
    source.sample(NOON)
    values = source.sample(NOON)
    assert "busy_ratio_max" not in values
    assert "consumed_records_total" not in values
    assert values["running_subtasks_ratio"] == 1


def test_position_needs_every_partition() -> None:
    """One partition has delivered nothing since the start: there is no position, but a lag."""
    flink = SmallFlink()
    name = f"{SOURCE}.KafkaSourceReader.topic.ad_views.partition.1.currentOffset"
    flink.metrics[name] = {"max": -1.0}
    values = a_source(flink).sample(NOON)
    assert "position_records_total" not in values
    assert values["lag_records"] == 12


def test_position_is_missing_while_the_broker_does_not_answer() -> None:
    """How many partitions there are is unknown; all else is told."""

    def nobody() -> tuple[Partition, ...]:
        raise Unavailable("nobody answers")

    flink = SmallFlink()
    clock = ManualClock(NOON)
    client = FlinkClient(
        FlinkConnection(url="http://flink"), clock, transport=httpx.MockTransport(flink)
    )
    values = FlinkSource(client, a_description(), nobody, clock).sample(NOON)
    assert "position_records_total" not in values
    assert values["consumed_records_total"] == 1_000


def test_first_minute_of_a_task_tells_no_utilisation() -> None:
    """Up for 40 s and nothing to compare with: a share of 1 or 0 would be made up."""
    flink = SmallFlink()
    flink.metrics |= {
        "accumulateBusyTimeMs": {"sum": 40_000.0},
        "accumulateIdleTimeMs": {"sum": 40_000.0},
    }
    values = a_source(flink).sample(NOON)
    assert values["uptime_seconds"] == 40
    assert {name for name in values if "_ratio" in name} == {"running_subtasks_ratio"}


def test_flink_that_stays_silent_gives_a_gap() -> None:
    """No answer about the vertex in all tries: utilisation is missing, liveness is there."""
    values = a_source(SmallFlink(silent_reads=99)).sample(NOON)
    assert "busy_ratio_max" not in values
    assert values["parallelism"] == 2


def test_checkpoint_counts_from_its_trigger() -> None:
    """Triggered at 70 s, 2 s long, now 100 s: what a failure reads again is 30 s old."""
    completed = {
        "id": 1,
        "status": "COMPLETED",
        "is_savepoint": False,
        "trigger_timestamp": 70_000,
        "latest_ack_timestamp": 72_000,
        "end_to_end_duration": 2_000,
        "state_size": 2**20,
    }
    values = a_source(SmallFlink(completed=completed)).sample(NOON)
    assert values["checkpoint_age_seconds"] == 30
    assert values["checkpoint_duration_seconds"] == 2
    assert values["checkpoint_size_mb"] == 1


def test_restarting_job_tells_only_that_it_does_not_run() -> None:
    """While the job restarts, nothing but the share of running subtasks is measured."""
    flink = SmallFlink(state="RESTARTING", running=0)
    assert a_source(flink).sample(NOON) == {"running_subtasks_ratio": 0}


def test_unknown_job_is_down_and_doubled_job_is_nothing() -> None:
    """An id that Flink has forgotten is a job that is down; of two twins neither is meant."""
    flink = SmallFlink()
    client = FlinkClient(FlinkConnection(url="http://flink"), transport=httpx.MockTransport(flink))
    gone = a_description(JobPresence.FINISHED)
    other = type(gone)(name="ysb", presence=JobPresence.ABSENT, detail="never seen")
    for seen in (other, type(gone)(name="y", presence=gone.presence, detail="", job_id="f" * 32)):
        source = FlinkSource(client, seen, lambda: PARTITIONS, ManualClock(NOON))
        assert source.sample(NOON) == {"running_subtasks_ratio": 0}
    assert a_source(flink, JobPresence.DOUBLED).sample(NOON) == {}


def test_cluster_that_does_not_answer_is_unavailable() -> None:
    """An error of the network comes as the house's own."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    clock = ManualClock(NOON)
    client = FlinkClient(
        FlinkConnection(url="http://flink"), clock, transport=httpx.MockTransport(refuse)
    )
    with pytest.raises(Unavailable):
        FlinkSource(client, a_description(), lambda: PARTITIONS, clock).sample(NOON)


def test_vertices_are_told_from_the_same_two_readings() -> None:
    """10 s of the tasks' clock: 200 in and 100 out a second, 0.8 busy, the busiest 6/5 of it."""
    flink = SmallFlink()
    flink.metrics["numRecordsOut"] = {"sum": 500.0}
    source = a_source(flink)
    source.sample(NOON)
    flink.metrics |= {
        "accumulateBusyTimeMs": {"sum": 116_000.0},
        "accumulateIdleTimeMs": {"sum": 102_000.0},
        "accumulateBackPressuredTimeMs": {"sum": 2_000.0},
        "numRecordsOut": {"sum": 1_500.0},
        f"{SOURCE}.numRecordsIn": {"sum": 3_000.0},
    }
    source.sample(NOON)
    (vertex, told), *others = source.sample_vertices(NOON).items()
    assert (vertex, others) == ("v", [])
    assert told == pytest.approx(
        {
            "records_in_per_second": 2_000 / 10,
            "records_out_per_second": 1_000 / 10,
            "busy_ratio": 0.8 * 600 / 500,
            "busy_ratio_mean": 0.8,
            "busy_ratio_min": 0.8 * 400 / 500,
            "backpressured_ratio": 0.1,
            "lag_records": 12,
            "partitions": 2,
            "parallelism": 2,
        }
    )


def test_rates_of_vertices_are_unknown_until_there_are_two_readings() -> None:
    """Gauges of the last minute would be taken for the row: only what needs no rate is told."""
    source = a_source(SmallFlink())
    source.sample(NOON)
    told = source.sample_vertices(NOON)["v"]
    assert "records_in_per_second" not in told
    assert told["parallelism"] == 2


def test_vertices_of_a_job_that_is_down_are_not_told() -> None:
    """Nor are those of the sample before told again."""
    flink = SmallFlink()
    source = a_source(flink)
    source.sample(NOON)
    flink.state = "RESTARTING"
    source.sample(NOON)
    assert source.sample_vertices(NOON) == {}
