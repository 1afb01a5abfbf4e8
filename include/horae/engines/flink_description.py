"""A Flink job as the domain describes it: found by name, its plan, what it runs in."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import (
    JobDetails,
    JobSummary,
    JobVertex,
    TaskManager,
    VertexDetails,
)
from horae.domain.configuration import Configuration
from horae.domain.job import JobDescription, JobPresence, JobVersion, Vertex
from horae.domain.task_manager import TaskManagerShape
from horae.engines.flink_incarnations import Incarnations, moment
from horae.errors import ExternalError

_NO_INTERVAL = 2**63 - 1
_MEBIBYTE = 2**20
_HASH = "HASH"  # how the plan names an edge that is partitioned by key


def describe(client: FlinkClient, job: str) -> JobDescription:
    """Find the job by name and read everything back.

    Raises:
        Unavailable, Refused, UnexpectedReply: As the client does.
    """
    found = Incarnations.read(client, job)
    if len(found.alive) > 1:
        ids = ", ".join(summary.id for summary in found.alive)
        return JobDescription(
            name=job, presence=JobPresence.DOUBLED,
            detail=f"{len(found.alive)} live jobs are named {job!r}: {ids}; end all but one",
        )  # fmt: skip
    if found.alive:
        return _describe_live(client, job, found.alive[0])
    if found.ended:
        return _describe_ended(client, job, found.ended[0])
    return JobDescription(
        name=job, presence=JobPresence.ABSENT,
        detail=f"the cluster knows no job named {job!r}; start it, or correct the name",
    )  # fmt: skip


def _describe_ended(client: FlinkClient, job: str, last: JobSummary) -> JobDescription:
    failed = last.state == "FAILED"
    detail = f"job {last.id} ended {last.state} at {moment(last.end_time):%Y-%m-%d %H:%M:%S} UTC"
    if failed:
        detail += _why(client, last.id) or _why_it_never_ran(client, last.id)
    return JobDescription(
        name=job,
        presence=JobPresence.FAILED if failed else JobPresence.FINISHED,
        detail=detail,
        job_id=last.id,
        started_at=moment(last.start_time),
    )


def _describe_live(client: FlinkClient, job: str, summary: JobSummary) -> JobDescription:
    details = client.job(summary.id)
    shown = _Shown.read(client, details) if details is not None else None
    started = moment(summary.start_time)
    if details is None or shown is None:
        state = details.state if details is not None else summary.state
        return JobDescription(
            name=job, presence=JobPresence.STARTING, job_id=summary.id, started_at=started,
            detail=f"job {summary.id} is {state}, not all of its tasks run"
            + _why(client, summary.id),
            vertices=_vertices(details, {}) if details is not None else (),
            asked=_asked(client, details) if details is not None else None,
        )  # fmt: skip
    configuration, remark = shown.configuration()
    return JobDescription(
        name=job,
        presence=JobPresence.RUNNING,
        detail=f"job {summary.id} is RUNNING{remark}",
        job_id=summary.id,
        started_at=started,
        vertices=_vertices(details, shown.vertices),
        configuration=configuration,
        version=JobVersion(
            plan_hash=plan_hash(details), engine_version=client.overview().flink_version
        ),
        asked=_asked(client, details),
    )


def _asked(client: FlinkClient, details: JobDetails) -> Mapping[str, int] | None:
    """Most subtasks that were asked for, by vertex; only the adaptive scheduler is asked."""
    if details.scheduler_type not in (None, "Adaptive") or not details.vertices:
        return None
    try:
        wanted = client.requirements(details.id)
    except ExternalError:  # a remark on the job, without which the rest is still true
        return None
    return {vertex: one.parallelism.upper for vertex, one in wanted.items()}


def plan_hash(details: JobDetails) -> str:
    """Hash of vertex ids and edges.

    Parallelism is no part of it, nor are names, in which Flink counts the operators it has planned
    since the JobManager started.
    """
    plan = sorted(
        [node.id, sorted([edge.id, edge.ship_strategy] for edge in node.inputs)]
        for node in details.plan.nodes
    )
    return hashlib.sha256(json.dumps(plan).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A job of which every task runs."""

    vertices: Mapping[str, VertexDetails]
    parallelism: int
    narrower: tuple[tuple[str, int], ...]
    interval_milliseconds: int
    task_managers: Sequence[TaskManager]

    @classmethod
    def read(cls, client: FlinkClient, details: JobDetails) -> "_Shown | None":
        """Read it, or None when not all tasks run."""
        if details.state != "RUNNING" or not details.vertices:
            return None
        if any(_running(vertex) < vertex.parallelism for vertex in details.vertices):
            return None
        widths = {vertex.id: vertex.parallelism for vertex in details.vertices}
        widest = max(widths.values())
        return cls(
            vertices={v.id: client.vertex(details.id, v.id) for v in details.vertices},
            parallelism=widest,
            narrower=tuple(sorted((v, width) for v, width in widths.items() if width < widest)),
            interval_milliseconds=client.checkpoint_config(details.id).interval,
            task_managers=client.task_managers(),
        )

    def configuration(self) -> tuple[Configuration | None, str]:
        """What the job runs in, or None, and a remark where that is not the whole truth."""
        if self.interval_milliseconds >= _NO_INTERVAL:
            return None, ", but takes no checkpoints; set execution.checkpointing.interval"
        shapes = self._shapes()
        if not shapes:
            return None, ", but its TaskManagers do not tell their memory or are gone"
        remark = ", on TaskManagers of different shapes" if len(shapes) > 1 else ""
        # The shape that most subtasks run on; the smaller one where two have as many.
        shape = min(shapes, key=lambda one: (-shapes[one], astuple(one)))
        configuration = Configuration(
            parallelism=self.parallelism,
            slots=shape.slots,
            cpu_cores=shape.cpu_cores,
            memory_mb=shape.memory_mb,
            checkpoint_interval_seconds=self.interval_milliseconds / 1_000,
            vertices=self.narrower,
        )
        return configuration, remark

    def _shapes(self) -> Counter[TaskManagerShape]:
        known = {one.id: shape_of(one) for one in self.task_managers}
        places = (task.task_manager_id for v in self.vertices.values() for task in v.subtasks)
        shapes = (known.get(place) for place in places)
        return Counter(shape for shape in shapes if shape is not None)


def shape_of(task_manager: TaskManager) -> TaskManagerShape | None:
    """What a TaskManager is made of; None when it does not tell its memory."""
    memory = task_manager.memory.total_process or task_manager.memory.total_flink
    if memory is None:
        return None
    return TaskManagerShape(
        slots=task_manager.slots,
        cpu_cores=task_manager.total_resource.cpu_cores,
        memory_mb=round(memory / _MEBIBYTE),
    )


def _vertices(details: JobDetails, shown: Mapping[str, VertexDetails]) -> tuple[Vertex, ...]:
    inputs = {node.id: node.inputs for node in details.plan.nodes}
    return tuple(
        Vertex(
            id=vertex.id,
            name=vertex.name,
            parallelism=vertex.parallelism,
            max_parallelism=vertex.max_parallelism,
            running_subtasks=_running(vertex),
            running_since=_running_since(shown.get(vertex.id)),
            is_source=vertex.id in inputs and not inputs[vertex.id],
            inputs=tuple(edge.id for edge in inputs.get(vertex.id, ())),
            hashed=any(edge.ship_strategy == _HASH for edge in inputs.get(vertex.id, ())),
        )
        for vertex in details.vertices
    )


def _running(vertex: JobVertex) -> int:
    """Subtasks that run, or ran to the end of a bounded input."""
    return vertex.tasks.get("RUNNING", 0) + vertex.tasks.get("FINISHED", 0)


def _running_since(vertex: VertexDetails | None) -> datetime | None:
    """When the last subtask became RUNNING; a vertex's start time is that of its deployment."""
    if vertex is None:
        return None
    running = [task.status_duration.get("RUNNING") for task in vertex.subtasks]
    times = [vertex.now - duration for duration in running if duration is not None]
    return moment(max(times)) if times else None


def _why(client: FlinkClient, job_id: str) -> str:
    failures = client.exceptions(job_id, limit=1)
    return f"; its last failure: {failures[0].stacktrace.splitlines()[0]}" if failures else ""


def _why_it_never_ran(client: FlinkClient, job_id: str) -> str:
    """What failed before it ran has no history of failures."""
    failure = client.failure(job_id)
    return f"; it failed with {failure}" if failure else ""
