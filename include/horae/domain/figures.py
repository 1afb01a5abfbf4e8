"""What one look at a job added to what is known of it, in a few figures."""

from dataclasses import dataclass

from horae.domain.decision import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """How long a job may break its latency limit.

    Attributes:
        share: Of the time, in (0, 1).
        days: Length of the span that the share is of, up to now.
    """

    share: float
    days: float

    @property
    def seconds(self) -> float:
        """Seconds of the span in which the limit may be broken."""
        return self.share * self.days * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the rows since the window before say, and what the job was judged by.

    Every figure of the rows is None where nothing was measured, never zero.

    Attributes:
        span_seconds: Length of the rows; None where there is no new row.
        load_records_per_second: Mean of the rows.
        latency_seconds: Newest processing latency.
        latency_max_seconds: Largest processing latency.
        lag_records: Newest lag.
        busy_ratio_max: Largest busy ratio.
        cpu_cores_used: Mean of the rows.
        observed_seconds: Of the span, those of which it is known whether the limit held; None
            where there is no new row.
        broken_seconds: Of these, those with a processing latency above its limit, or without
            output; None where there is no new row.
        restarts: Restarts of the job's tasks within the rows, ours in place among them; None
            where they were not counted.
        latency_limit_seconds: What the latency is held against.
        budget: How long the limit may be broken.
        money_per_hour: Price of the configuration that the job was seen in; None where it was not
            seen in one.
        core_hour: Price of a CPU core for an hour, in the money of the spec.
        gb_hour: Price of a GiB of memory for an hour.
        cycle_seconds: From one cycle to the next.
        mode: How far Horae may go.
    """

    span_seconds: float | None
    load_records_per_second: float | None
    latency_seconds: float | None
    latency_max_seconds: float | None
    lag_records: float | None
    busy_ratio_max: float | None
    cpu_cores_used: float | None
    observed_seconds: float | None
    broken_seconds: float | None
    restarts: int | None
    latency_limit_seconds: float
    budget: ErrorBudget
    money_per_hour: float | None
    core_hour: float
    gb_hour: float
    cycle_seconds: float
    mode: Mode
