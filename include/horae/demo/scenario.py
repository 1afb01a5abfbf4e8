"""The story of the demo: which job, which load, and what is told to Horae about them."""

from dataclasses import dataclass

from horae.domain.configuration import Configuration
from horae.domain.task_manager import TaskManagerShape
from horae.local.ysb import YsbSettings

JOB = "ysb"
PARTITIONS = 4


START = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=10
)
"""One slot: enough for the night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Two compressed days.

    Attributes:
        day_seconds: Length of a day.
        days: How many.
        night: Load at midnight, records/s.
        noon: Load at noon, records/s.
        steepness: 3 lets the load exceed one slot for two fifths of the day.
        service_time_ms: Of one look-up: a slot carries 1000 / service_time_ms records/s.
        start: What the job is started in.
    """

    day_seconds: float = 310
    days: float = 2
    night: float = 60
    noon: float = 700
    steepness: float = 3
    service_time_ms: float = 4
    start: Configuration = START

    @property
    def seconds(self) -> float:
        """Length of the whole story."""
        return self.day_seconds * self.days

    @property
    def trace(self) -> str:
        """The load in the generator's words."""
        return (
            f"days:base={self.night:g},peak={self.noon:g},day={self.day_seconds:g},"
            f"days={self.days:g},steepness={self.steepness:g}"
        )

    @property
    def first_task_manager(self) -> TaskManagerShape:
        """The TaskManager that is there at the beginning."""
        return self.start.shape

    def job(self, bootstrap: str, run: str) -> YsbSettings:
        """The job, with topics of its own for this run."""
        return YsbSettings(
            job_name=JOB,
            bootstrap=bootstrap,
            input_topic=f"{JOB}-events-{run}",
            output_topic=f"{JOB}-counts-{run}",
            service_time_ms=self.service_time_ms,
        )

    def static_for_peak(self) -> Configuration:
        """The cheapest configuration that carries noon all day, known only in hindsight.

        Two slots a TaskManager, as many as noon needs and the partitions split evenly into.
        """
        capacity = 1000 / self.service_time_ms
        parallelism = next(p for p in (1, 2, PARTITIONS) if p * capacity > self.noon)
        return Configuration(
            parallelism=parallelism,
            slots=2,
            cpu_cores=self.start.cpu_cores,
            memory_mb=self.start.memory_mb,
            checkpoint_interval_seconds=self.start.checkpoint_interval_seconds,
        )
