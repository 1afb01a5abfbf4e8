"""What Flink's REST answers, as far as Horae reads it.

Unknown members are ignored, so that a later Flink may say more; a missing member that is needed is
an error at the edge. Times are milliseconds since 1970 by the JobManager's clock unless said
otherwise; -1 and 0 stand for "not yet" in Flink and are kept as they came.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field


class Reply(BaseModel):
    """What all replies have in common."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Overview(Reply):
    """The cluster: `GET /overview`."""

    task_managers: int = Field(alias="taskmanagers")
    slots_total: int = Field(alias="slots-total")
    slots_available: int = Field(alias="slots-available")
    flink_version: str = Field(alias="flink-version")


class JobSummary(Reply):
    """One line of `GET /jobs/overview`; `scheduler_type` since 2.3, `Adaptive` or `Default`."""

    id: str = Field(alias="jid")
    name: str
    state: str
    start_time: int = Field(alias="start-time")
    end_time: int = Field(alias="end-time")
    scheduler_type: str | None = Field(default=None, alias="schedulerType")


class JobVertex(Reply):
    """A vertex of a job; `tasks` counts subtasks by state, `start_time` is that of deployment."""

    id: str
    name: str
    parallelism: int
    max_parallelism: int = Field(alias="maxParallelism")
    status: str
    start_time: int = Field(alias="start-time")
    tasks: Mapping[str, int]


class PlanInput(Reply):
    """An edge that ends at a plan node."""

    id: str
    ship_strategy: str = ""


class PlanNode(Reply):
    """A vertex as the plan shows it."""

    id: str
    inputs: tuple[PlanInput, ...] = ()


class Plan(Reply):
    """How the vertices are connected."""

    nodes: tuple[PlanNode, ...] = ()


class JobDetails(Reply):
    """`GET /jobs/:id`; up to `web.refresh-interval` (3 s) behind, its timestamps exact.

    `timestamps` maps a job state to when it was last entered, 0 for never.
    """

    id: str = Field(alias="jid")
    name: str
    state: str
    start_time: int = Field(alias="start-time")
    end_time: int = Field(alias="end-time")
    now: int
    timestamps: Mapping[str, int]
    vertices: tuple[JobVertex, ...] = ()
    plan: Plan = Plan()
    scheduler_type: str | None = Field(default=None, alias="schedulerType")


class Subtask(Reply):
    """A subtask's present attempt; `status_duration` maps a state to milliseconds spent in it."""

    index: int = Field(alias="subtask")
    status: str
    start_time: int = Field(alias="start-time")
    task_manager_id: str = Field(default="", alias="taskmanager-id")
    status_duration: Mapping[str, int] = Field(default={}, alias="status-duration")


class VertexDetails(Reply):
    """`GET /jobs/:id/vertices/:vertex`."""

    id: str
    now: int
    subtasks: tuple[Subtask, ...]


class Checkpoint(Reply):
    """A checkpoint or savepoint; durations in milliseconds, sizes in bytes.

    `checkpoint_type` is `SYNC_SAVEPOINT` for one that the job was stopped with. `discarded`: the
    cluster has deleted it itself; that a savepoint was disposed of is not told.
    """

    id: int
    status: str
    is_savepoint: bool
    trigger_timestamp: int
    latest_ack_timestamp: int
    end_to_end_duration: int
    state_size: int
    checkpointed_size: int | None = None
    checkpoint_type: str = ""
    discarded: bool = False
    external_path: str | None = None
    failure_message: str | None = None


class RestoredCheckpoint(Reply):
    """What a job was last restored from."""

    id: int
    restore_timestamp: int
    is_savepoint: bool
    external_path: str | None = None


class CheckpointCounts(Reply):
    """Checkpoints of this incarnation by how they ended."""

    restored: int
    total: int
    in_progress: int
    completed: int
    failed: int


class LatestCheckpoints(Reply):
    """The newest of each kind; None: none yet."""

    completed: Checkpoint | None = None
    savepoint: Checkpoint | None = None
    failed: Checkpoint | None = None
    restored: RestoredCheckpoint | None = None


class CheckpointStatistics(Reply):
    """`GET /jobs/:id/checkpoints`; `history` newest first."""

    counts: CheckpointCounts
    latest: LatestCheckpoints
    history: tuple[Checkpoint, ...]


class Externalization(Reply):
    """What becomes of a job's checkpoints once the job has ended."""

    enabled: bool = False
    delete_on_cancellation: bool = True

    @property
    def kept_on_cancellation(self) -> bool:
        """Whether the newest checkpoint outlives a job that is cancelled."""
        return self.enabled and not self.delete_on_cancellation


class CheckpointConfig(Reply):
    """`GET /jobs/:id/checkpoints/config`; milliseconds.

    An interval of 2**63 - 1 means that there are no periodic checkpoints.
    """

    mode: str
    interval: int
    timeout: int
    min_pause: int = 0
    externalization: Externalization = Externalization()


class MemoryConfiguration(Reply):
    """Memory of a TaskManager in bytes; None where Flink was not told."""

    total_process: int | None = Field(default=None, alias="totalProcessMemory")
    total_flink: int | None = Field(default=None, alias="totalFlinkMemory")
    managed: int | None = Field(default=None, alias="managedMemory")
    task_heap: int | None = Field(default=None, alias="taskHeap")


class Resources(Reply):
    """Resources of a TaskManager."""

    cpu_cores: float = Field(alias="cpuCores")


class SlotAllocation(Reply):
    """A slot that a job holds, whether or not a task runs in it."""

    job_id: str = Field(alias="jobId")


class TaskManager(Reply):
    """A registered TaskManager.

    `assigned_tasks` (since 2.3) is as of `last_heartbeat` (every 10 s), which Flink names as if
    it were a duration. `allocated_slots` only comes with the details of one TaskManager.
    """

    id: str
    slots: int = Field(alias="slotsNumber")
    free_slots: int = Field(alias="freeSlots")
    assigned_tasks: int | None = Field(default=None, alias="assignedTasks")
    last_heartbeat: int = Field(alias="timeSinceLastHeartbeat")
    total_resource: Resources = Field(alias="totalResource")
    memory: MemoryConfiguration = Field(alias="memoryConfiguration")
    allocated_slots: tuple[SlotAllocation, ...] = Field(default=(), alias="allocatedSlots")


class Jar(Reply):
    """An uploaded jar; `uploaded` in milliseconds."""

    id: str
    name: str
    uploaded: int


class Bounds(Reply):
    """How many subtasks a vertex may get."""

    lower: int = Field(alias="lowerBound")
    upper: int = Field(alias="upperBound")


class VertexRequirements(Reply):
    """What a vertex asks for."""

    parallelism: Bounds


class SchedulerState(Reply):
    """A state the adaptive scheduler went through in a rescale; `left` None while it lasts."""

    state: str
    entered: int = Field(alias="enterTimestampInMillis")
    left: int | None = Field(default=None, alias="leaveTimestampInMillis")


class RescaleRecord(Reply):
    """One record of the rescale history, since 2.3; `states` only with the details."""

    id: str = Field(alias="rescaleUuid")
    cause: str | None = Field(default=None, alias="triggerCause")
    started: int | None = Field(default=None, alias="startTimestampInMillis")
    ended: int | None = Field(default=None, alias="endTimestampInMillis")
    terminal_state: str | None = Field(default=None, alias="terminalState")
    reason: str | None = Field(default=None, alias="terminatedReason")
    states: tuple[SchedulerState, ...] = Field(default=(), alias="schedulerStates")


class JobException(Reply):
    """An entry of a job's exception history."""

    name: str = Field(alias="exceptionName")
    stacktrace: str
    timestamp: int
    task_name: str | None = Field(default=None, alias="taskName")


class AggregatedMetric(Reply):
    """One metric over subtasks or TaskManagers; None: not asked for. NaN stays NaN."""

    id: str
    min: float | None = None
    max: float | None = None
    avg: float | None = None
    sum: float | None = None
    skew: float | None = None


class OperationState(Reply):
    """How far an asynchronous operation is.

    `location` is where a savepoint lies once it is done, `checkpoint_id` which checkpoint it was.
    `failure` not None: it has failed, although Flink answers 200 COMPLETED.
    """

    done: bool
    checkpoint_id: int | None = None
    location: str | None = None
    failure: str | None = None
