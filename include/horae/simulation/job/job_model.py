"""The truth of a simulated job: small parameters with their source, as a file holds them.

A policy never sees any of this. What a number was fitted to, and how well it is known, stands in
`source` and `deviations`; `horae calibrate` writes such files.
"""

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from horae.domain.configuration import Configuration
from horae.settings.section import Settings
from horae.settings.value_types import Cores, Mebibytes, Name, Seconds, Slots, Subtasks, Text

Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class LogNormal(Settings):
    """A positive quantity.

    Attributes:
        median: In the unit of what it describes.
        deviation: Standard deviation of the logarithm.
    """

    median: NotNegative
    deviation: NotNegative = 0.0

    def at(self, score: float) -> float:
        """The value at a normal score."""
        return self.median * math.exp(self.deviation * score)


class CapacityModel(Settings):
    """Records/s that a configuration sustains.

        ln C = ln_rate + cores_exponent ln(cores) + slots_exponent ln(slots a core)
               + memory_exponent ln(MiB a slot / 1024)

    the form of Demeter's published profiles (arXiv 2403.02129), for all TaskManagers together.

    Attributes:
        ln_rate: Of one core with one slot of 1 GiB.
        cores_exponent: 1 scales linearly.
        slots_exponent: Usually negative: slots share a core.
        memory_exponent: Of memory a slot.
        misfit: Deviation of ln C from one configuration to another, the same in every run; none of
            what the job is started in, and less near it: that was measured.
        run_deviation: Deviation of ln C from one start of the job to the next.
        flicker: Deviation of ln C within a run, from minute to minute.
        ceiling: Most records/s in any configuration; None: no such bound.
    """

    ln_rate: Finite
    cores_exponent: Finite = 1.0
    slots_exponent: Finite = 0.0
    memory_exponent: Finite = 0.0
    misfit: NotNegative = 0.0
    run_deviation: NotNegative = 0.0
    flicker: NotNegative = 0.0
    ceiling: Positive | None = None

    def median(self, configuration: Configuration) -> float:
        """Records/s without any deviation."""
        cores = configuration.total_cores
        slots = configuration.slots * configuration.task_managers
        used = min(slots, configuration.parallelism)
        memory = configuration.memory_mb / configuration.slots / 1024
        ln_capacity = (
            self.ln_rate
            + self.cores_exponent * math.log(cores)
            + self.slots_exponent * math.log(slots / cores)
            + self.memory_exponent * math.log(memory)
            + math.log(used / slots)
        )
        found = math.exp(ln_capacity)
        return found if self.ceiling is None else min(found, self.ceiling)


class CpuModel(Settings):
    """CPU in use, as a share of what the TaskManagers have.

    Attributes:
        idle: Share in use without load.
        per_record: Further share for each record/s and core.
        growth_per_hour: Further share for each hour that the state has grown.
        noise: Standard deviation of the share around that.
        noise_seconds: How long a deviation lasts.
        starting: Further share in use while the job is down and until `starting_seconds` after
            its start: code is compiled, state is read.
        starting_seconds: How long.
    """

    idle: Share = 0.05
    per_record: NotNegative
    growth_per_hour: Finite = 0.0
    noise: NotNegative = 0.0
    noise_seconds: Seconds = 30.0
    starting: Share = 0.0
    starting_seconds: NotNegative = 0.0


class BusyModel(Settings):
    """Busy time as the engine shows it, against load over capacity.

    Attributes:
        bias: Logarithm of busy time over utilisation: waiting inside a function counts as busy,
            asynchronous waiting does not.
        noise: Deviation of its logarithm from reading to reading, of the busiest subtask.
        noise_seconds: How long a deviation lasts.
        smearing_seconds: What the gauge averages over.
        catching_up: Least share of time that the bottleneck works while a backlog is worked off
            more slowly than the capacity would let it: whatever bounds it may be work or waiting.
    """

    bias: Finite = 0.0
    noise: NotNegative = 0.05
    noise_seconds: Seconds = 60.0
    smearing_seconds: Seconds = 60.0
    catching_up: Share = 0.0


class LatencyModel(Settings):
    """Processing latency while nothing waits.

    Attributes:
        steady: Seconds; from second to second.
        client_window_seconds: What the Kafka client's gauges remember.
    """

    steady: LogNormal
    client_window_seconds: Seconds = 30.0


class CheckpointModel(Settings):
    """Periodic checkpoints.

    Attributes:
        duration: Seconds.
        cost: Share of the capacity that is lost while one runs.
        state_gb: Size of the state.
    """

    duration: LogNormal = LogNormal(median=2.0, deviation=0.3)
    cost: Share = 0.0
    state_gb: NotNegative = 0.1


class OutageModel(Settings):
    """Seconds from the last record before a change to the first one after it.

    Attributes:
        seconds: At one TaskManager and one GiB of state.
        size_exponent: Of the number of TaskManagers.
        state_exponent: Of the state in GiB; only counts above one.
        prepare: Seconds from asking until the processing stops.
        drain: Records/s over load while catching up afterwards, at most; None: as after failures.
        ramp_seconds: Until the capacity is there afterwards; None: as after failures.
    """

    seconds: LogNormal
    size_exponent: Finite = 0.0
    state_exponent: Finite = 0.0
    prepare: LogNormal = LogNormal(median=1.0)
    drain: LogNormal | None = None
    ramp_seconds: NotNegative | None = None

    def drawn(self, configuration: Configuration, state_gb: float, score: float) -> float:
        """Seconds at a normal score."""
        size = math.pow(configuration.task_managers, self.size_exponent)
        state = math.pow(max(1.0, state_gb), self.state_exponent)
        return self.seconds.at(score) * size * state


class Outages(Settings):
    """By path.

    Attributes:
        in_place: Rescaled while it keeps its job; None: it cannot be.
        savepoint: Stopped with a savepoint and started again on TaskManagers that are there;
            None: it cannot be.
        pod_restart: The same, where its TaskManagers are replaced while it is down; None: it
            never is. With it a savepoint always means a pod restart.
    """

    in_place: OutageModel | None = None
    savepoint: OutageModel | None = None
    pod_restart: OutageModel | None = None


class FailureModel(Settings):
    """One kind of failure.

    Attributes:
        visible: Seconds from the failure until the output stops.
        dark: Seconds from then until the processing resumes.
        fails_again: Probability that the first restart fails.
        again: Further seconds that the second restart takes.
        weight: How often this kind occurs, against the other kinds.
    """

    visible: LogNormal
    dark: LogNormal
    fails_again: Share = 0.0
    again: LogNormal = LogNormal(median=0.0)
    weight: Positive = 1.0


class RecoveryModel(Settings):
    """How a backlog is worked off.

    Attributes:
        drain: Records/s over load while catching up, at most; the capacity bounds it as well.
        ramp_seconds: After a start, until the whole rate is there; it rises in a line.
        ramp_from: Share of the rate that is there at once.
        normal_seconds: Age of the backlog at which it counts as normal again.
    """

    drain: LogNormal = LogNormal(median=3.0, deviation=0.2)
    ramp_seconds: NotNegative = 10.0
    ramp_from: Share = 0.5
    normal_seconds: Positive = 1.5


class VertexModel(Settings):
    """One vertex of the plan, for what is decided vertex by vertex.

    Attributes:
        name: For people; also its id.
        inputs: Names of the vertices it reads from; a source reads from none.
        selectivity: Records out for each record in.
        cost: Work of the vertex over that of the dearest one, for one record of the job's input.
        hashed: Its input is hash-partitioned.
    """

    name: Name
    inputs: tuple[Name, ...] = ()
    selectivity: NotNegative = 1.0
    cost: Annotated[float, Field(gt=0, le=1)] = 1.0
    hashed: bool = False


class Start(Settings):
    """The configuration that a job is started in.

    Attributes:
        parallelism: Subtasks.
        slots: Slots per TaskManager.
        cpu_cores: Cores per TaskManager.
        memory_mb: Memory of a TaskManager's process, MiB.
        checkpoint_interval_seconds: Between the starts of two checkpoints.
    """

    parallelism: Subtasks
    slots: Slots = 1
    cpu_cores: Cores = 1.0
    memory_mb: Mebibytes = 4096
    checkpoint_interval_seconds: Seconds = 10.0

    def configuration(self) -> Configuration:
        """As a value of the domain."""
        return Configuration(**self.model_dump())


class JobModel(Settings):
    """A job that can be simulated.

    Attributes:
        format: Of the file.
        name: Of the model.
        source: Where its figures come from, for people; several lines are welcome.
        start: What the job is started in.
        search: Configurations that it may run in, as axis to values (parallelism, slots,
            cpu_cores, memory_mb, checkpoint_interval_seconds).
        partitions: Of its input.
        key_groups: Its largest parallelism.
        maximum_task_managers: The most there can be.
        task_manager_seconds: From the request of a TaskManager until its slots are there.
        capacity: Records/s by configuration.
        cpu: CPU in use.
        busy: Busy time as shown.
        latency: Processing latency while nothing waits.
        checkpoints: Periodic checkpoints.
        outages: Of changes, by path.
        failures: Kind to failure.
        recovery: How a backlog is worked off.
        vertices: In topological order.
        starts_vertices: A start gives single vertices a parallelism of their own, as the Flink
            Kubernetes Operator does; where it can be rescaled in place they can be set anyway.
        reactive_mode: The job takes whatever slots there are, and restarts as they come, from the
            newest periodic checkpoint.
        deviations: Parameter, such as `capacity.cores_exponent`, to its standard error; one that
            is missing was not fitted, and `source` says where it comes from.
    """

    format: Literal[1] = 1
    name: Name
    source: Text
    start: Start
    search: dict[str, tuple[float, ...]] = {}  # noqa: RUF012 (pydantic copies it)
    partitions: Subtasks = 24
    key_groups: Subtasks = 128
    maximum_task_managers: Annotated[int, Field(ge=1)] = 24
    task_manager_seconds: NotNegative = 10.0
    capacity: CapacityModel
    cpu: CpuModel
    busy: BusyModel = BusyModel()
    latency: LatencyModel
    checkpoints: CheckpointModel = CheckpointModel()
    outages: Outages
    failures: dict[Name, FailureModel]
    recovery: RecoveryModel = RecoveryModel()
    vertices: tuple[VertexModel, ...] = (
        VertexModel(name="source", cost=0.3),
        VertexModel(name="process", inputs=("source",), hashed=True),
    )
    starts_vertices: bool = False
    reactive_mode: bool = False
    deviations: dict[str, NotNegative] = {}  # noqa: RUF012 (pydantic copies it)

    def narrowest(self, configuration: Configuration) -> float:
        """Share of the capacity that is left where some vertices have fewer subtasks.

        Each vertex carries what its subtasks can, the dearest one just what all of them could;
        the narrowest one bounds the job. 1 where all have as many.
        """
        shares = (
            configuration.parallelism_of(vertex.name) / configuration.parallelism / vertex.cost
            for vertex in self.vertices
        )
        return min(1.0, *shares)


MODELS = Path(__file__).parent / "models"
"""Models that come with Horae."""
