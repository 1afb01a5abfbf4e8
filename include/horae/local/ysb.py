"""The demo job: the Yahoo Streaming Benchmark in SQL."""

from dataclasses import dataclass
from pathlib import Path

from horae.local.paths import LocalPaths
from horae.local.templates import fill_in

_MICROS_PER_MILLI = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class YsbSettings:
    """What `deploy/local/ysb.sql` is filled in with.

    Attributes:
        job_name: Name of the job, and prefix of its transactions.
        bootstrap: Address of the broker.
        input_topic: Events.
        output_topic: Counts by campaign and window.
        service_time_ms: Of one campaign look-up; a slot carries 1000 / service_time_ms views/s.
        campaigns: How many campaigns there are.
        window_seconds: Length of a window.
        watermark_delay_seconds: How far behind the newest record of its partition a record may
            be. The generator writes each partition in order, so 1 s is ample.
        idle_seconds: How long a partition may be silent before it is left out of the watermark.
    """

    job_name: str = "ysb"
    bootstrap: str
    input_topic: str = "ysb-events"
    output_topic: str = "ysb-counts"
    service_time_ms: float = 4.0
    campaigns: int = 100
    window_seconds: int = 10
    watermark_delay_seconds: int = 1
    idle_seconds: int = 30

    @property
    def capacity_per_slot(self) -> float:
        """Views a second that one slot sustains."""
        return 1000.0 / self.service_time_ms

    def script(self, functions_jar: Path) -> str:
        """The SQL of the job.

        Args:
            functions_jar: The jar with the look-up function.
        """
        values = {
            "job_name": self.job_name,
            "bootstrap": self.bootstrap,
            "input_topic": self.input_topic,
            "output_topic": self.output_topic,
            "consumer_group": self.job_name,
            "service_time_micros": round(self.service_time_ms * _MICROS_PER_MILLI),
            "campaigns": self.campaigns,
            "window_seconds": self.window_seconds,
            "watermark_delay_seconds": self.watermark_delay_seconds,
            "idle_seconds": self.idle_seconds,
            "functions_jar": functions_jar.as_uri(),
        }
        return fill_in(LocalPaths.resource("ysb.sql"), values)
