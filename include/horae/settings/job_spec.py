"""The job spec: what a person says of one job.

Every class is frozen and refuses unknown names. Defaults suit a production job observed every
minute; a compressed day scales the times down. What several settings must hold together is in
`horae.settings.sense`, asked when a file is read.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from horae.domain.decision import Mode
from horae.domain.figures import ErrorBudget
from horae.domain.limits import Limits, Prices
from horae.settings.approval import ApprovalSettings
from horae.settings.policy_settings import PlannerSettings, PolicySettings
from horae.settings.safety import SafeConfiguration, WatchdogSettings
from horae.settings.section import Settings
from horae.settings.value_types import (
    Choices,
    Cores,
    Days,
    Hours,
    LocalTime,
    Mebibytes,
    Money,
    Name,
    Probability,
    Seconds,
    Slots,
    Subtasks,
    Text,
    Topic,
    Zone,
)


class SqlProgram(Settings):
    """A SQL script, started by the cluster's SQL driver.

    Attributes:
        kind: Always `sql`.
        script: Path of the script; relative to the spec's folder. It is sent as it is.
            Absolute once the spec was read.
        options: Flink options that the job was first submitted with and must be started again
            with, each a quoted text. What Horae decides itself wins over them.
    """

    kind: Literal["sql"]
    script: Path
    options: dict[str, str] = {}  # noqa: RUF012 (pydantic copies it)


class JarProgram(Settings):
    """A jar, uploaded once.

    Attributes:
        kind: Always `jar`.
        jar: Path of the jar; relative to the spec's folder. Absolute once the spec was read.
        entry_class: Class with the main method; None: the jar's manifest names it.
        arguments: Arguments of the program.
        options: Flink options, as for a SQL program.
    """

    kind: Literal["jar"]
    jar: Path
    entry_class: Text | None = None
    arguments: tuple[str, ...] = ()
    options: dict[str, str] = {}  # noqa: RUF012 (pydantic copies it)


class EngineSettings(Settings):
    """The cluster and how the job is started again.

    Attributes:
        kind: Kind of engine.
        connection: Airflow connection id of the cluster, with TLS and sign-in.
        job_name: The job's name in the cluster; default: the spec's name.
        program: How it is started; None: it cannot be, so only in-place rescales are possible.
        savepoint_folder: Where savepoints go; None: the cluster's default.
        provisioner: Who adds and removes TaskManagers; None: nobody.
        step_timeout_seconds: Longest wait for one step of an action.
        transaction_timeout_seconds: Of the sink's transactions; a path whose stop-to-start time
            may exceed half of it is refused. None: the sink has no transactions.
        checkpoint_fallback: Where a savepoint fails or takes too long, the job may be ended and
            started from its newest checkpoint, which is also a way of its own; what came since
            is read again.
        restart_lost: A job that the engine has lost is started again from its newest state; only
            in the modes grow and auto.
        savepoints_kept: The newest savepoints of ours that are kept, whatever their age.
        savepoint_hours: How long older ones are kept.
    """

    kind: Literal["flink"] = "flink"
    connection: Text = "flink_default"
    job_name: Text | None = None
    program: Annotated[SqlProgram | JarProgram, Field(discriminator="kind")] | None = None
    savepoint_folder: Text | None = None
    provisioner: Literal["local"] | None = None
    step_timeout_seconds: Seconds = 300
    transaction_timeout_seconds: Seconds | None = None
    checkpoint_fallback: bool = True
    restart_lost: bool = False
    savepoints_kept: Annotated[int, Field(ge=1, le=1_000)] = 3
    savepoint_hours: Hours = 168


class KafkaSettings(Settings):
    """The input.

    Attributes:
        connection: Airflow connection id of the cluster, with TLS and SASL.
        topics: Input topics.
        group: Consumer group, for jobs whose engine does not show positions; None: none.
    """

    connection: Text = "kafka_default"
    topics: Choices[Topic]
    group: Text | None = None


class TimeSettings(Settings):
    """The job's clockwork.

    Attributes:
        grid_seconds: Distance of two rows of a window.
        cycle_seconds: From one cycle to the next.
        sampling_seconds: How long one observation samples; the grid decides how often.
        window_seconds: Length of a window: what forecasts and models learn from.
        horizon_seconds: How far the forecast looks.
        season_seconds: Length of the season of the load, usually a day.
        retention_hours: How long windows are kept.
        stale_seconds: Age of the newest row beyond which a window is not usable.
    """

    grid_seconds: Seconds = 60
    cycle_seconds: Seconds = 60
    sampling_seconds: Annotated[float, Field(ge=0, le=86_400)] = 0
    window_seconds: Seconds = 3 * 86_400
    horizon_seconds: Seconds = 3_600
    season_seconds: Seconds = 86_400
    retention_hours: Annotated[float, Field(gt=0, le=366 * 24)] = 24
    stale_seconds: Seconds = 300


class SearchSettings(Settings):
    """Configurations that may be chosen; an axis left out stays as the job has it.

    By itself Horae goes at most one step, on one of slots, cores and memory, away from what the
    window shows that the job was run in; a person may ask for any.

    Attributes:
        parallelism: Legal values; None: 1 to the smaller of partitions and key groups.
        maximum_task_managers: The most TaskManagers a configuration may need; None: as many as
            the provisioner or the cluster has.
        slots: Legal slots per TaskManager.
        cpu_cores: Legal CPU cores per TaskManager.
        memory_mb: Legal memory per TaskManager, MiB.
        checkpoint_interval_seconds: Legal checkpoint intervals.
        uneven: Also a parallelism at which the busiest subtask has as large a share of the
            partitions as with fewer subtasks: for policies that know nothing of partitions.
    """

    parallelism: Choices[Subtasks] | None = None
    maximum_task_managers: Annotated[int, Field(ge=1, le=32_768)] | None = None
    slots: Choices[Slots] | None = None
    cpu_cores: Choices[Cores] | None = None
    memory_mb: Choices[Mebibytes] | None = None
    checkpoint_interval_seconds: Choices[Seconds] | None = None
    uneven: bool = False


class LimitSettings(Settings):
    """What the job must hold.

    Attributes:
        processing_latency_seconds: Most the oldest record may have aged when it leaves the source
            chain.
        latency_confidence: Probability with which a configuration must hold it.
        recovery_seconds: Longest time from a failure until the backlog is normal again; None: no
            limit.
        commit_latency_seconds: Most a record may have aged when a read_committed reader may see
            it; None: no limit.
        error_budget: Share of the time in which the latency limit may be broken; time without
            output counts as broken.
        error_budget_days: Length of the span, up to now, that this is a share of.
    """

    processing_latency_seconds: Seconds
    latency_confidence: Probability = 0.95
    recovery_seconds: Seconds | None = None
    commit_latency_seconds: Seconds | None = None
    error_budget: Probability = 0.01
    error_budget_days: Days = 30

    def limits(self) -> Limits:
        """The limits as a value of the domain."""
        return Limits(**self.model_dump(exclude={"error_budget", "error_budget_days"}))

    def budget(self) -> ErrorBudget:
        """The error budget as a value of the domain."""
        return ErrorBudget(share=self.error_budget, days=self.error_budget_days)


class PriceSettings(Settings):
    """Prices, all in the same money.

    Attributes:
        core_hour: One CPU core for an hour.
        gb_hour: One GiB of memory for an hour.
        violation_second: What one second beyond the latency limit is worth avoiding.
        action: What an action costs besides its outage: the risk and the attention.
    """

    core_hour: Money = 0.04
    gb_hour: Money = 0.005
    violation_second: Money = 0.01
    action: Money = 0.05

    def prices(self) -> Prices:
        """The prices as a value of the domain."""
        return Prices(**self.model_dump())


class QuietHours(Settings):
    """Hours without actions.

    Attributes:
        days: Days of the week, 0 is Monday; default every day.
        start: Local time the quiet begins.
        end: Local time it ends; not after `start` means the next day.
        zone: IANA time zone.
    """

    days: Choices[Annotated[int, Field(ge=0, le=6)]] = (0, 1, 2, 3, 4, 5, 6)
    start: LocalTime
    end: LocalTime
    zone: Zone = "UTC"


class GuardSettings(Settings):
    """What may hold an action back.

    Attributes:
        cooldown_seconds: After an action, before the next that is not urgent.
        return_seconds: Before going back to the configuration that the last action left.
        actions_per_day: At most so many that are not urgent within a season.
        money_per_hour: Price a configuration must not exceed; None: no budget.
        quiet_hours: When nothing that is not urgent happens.
        failed_hours: How long a configuration that an action failed in, or was rolled back from,
            is not tried again.
    """

    cooldown_seconds: Seconds = 600
    return_seconds: Seconds = 1_800
    actions_per_day: Annotated[int, Field(ge=0, le=10_000)] = 12
    money_per_hour: Money | None = None
    quiet_hours: tuple[QuietHours, ...] = ()
    failed_hours: Hours = 24


class JobSpec(Settings):
    """One job under Horae's care.

    Attributes:
        name: Name of the job in ledger, files and pages.
        mode: How far Horae may go with it.
        engine: The cluster and how the job is started again.
        kafka: The input.
        time: The clockwork.
        search: Configurations that may be chosen.
        limits: What must hold.
        prices: What things cost.
        policy: Who decides.
        guards: What may hold an action back.
        approval: How a person is asked, in mode `approve`.
        watchdog: When it goes to its safe configuration.
        safe_configuration: Which that is; None: the one it was first seen in, once it has carried
            a peak.
    """

    name: Name
    mode: Mode = Mode.RECOMMEND
    engine: EngineSettings = EngineSettings()
    kafka: KafkaSettings
    time: TimeSettings = TimeSettings()
    search: SearchSettings = SearchSettings()
    limits: LimitSettings
    prices: PriceSettings = PriceSettings()
    policy: PolicySettings = PlannerSettings()
    guards: GuardSettings = GuardSettings()
    approval: ApprovalSettings = ApprovalSettings()
    watchdog: WatchdogSettings = WatchdogSettings()
    safe_configuration: SafeConfiguration | None = None

    @property
    def engine_job_name(self) -> str:
        """The job's name in the cluster."""
        return self.engine.job_name or self.name
