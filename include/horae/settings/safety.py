"""What becomes of a job about which nothing can be concluded."""

from horae.domain.configuration import Configuration
from horae.settings.section import Settings
from horae.settings.value_types import Cores, Mebibytes, Probability, Seconds, Slots, Subtasks


class WatchdogSettings(Settings):
    """When a job that nobody looks after goes to its safe configuration.

    Attributes:
        allowance_seconds: How long no cycle may have come to a conclusion about the job.
        load_quantile: It goes there where this quantile of the season's load exceeds its present
            capacity.
    """

    allowance_seconds: Seconds = 1_800
    load_quantile: Probability = 0.99


class SafeConfiguration(Settings):
    """Where the job is safe while nothing can be concluded about it.

    Attributes:
        parallelism: Subtasks of each vertex.
        slots: Slots per TaskManager.
        cpu_cores: CPU cores per TaskManager.
        memory_mb: Memory per TaskManager, MiB.
        checkpoint_interval_seconds: Checkpoint interval.
    """

    parallelism: Subtasks
    slots: Slots
    cpu_cores: Cores
    memory_mb: Mebibytes
    checkpoint_interval_seconds: Seconds

    def configuration(self) -> Configuration:
        """It as a value of the domain."""
        return Configuration(**self.model_dump())
