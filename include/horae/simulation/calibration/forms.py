"""Which tables can be read, and what each of their columns means.

A column is known by its own name or by one of the names that published tables give it; whoever
brings a table with other names says which is which (`profiles.parallelism=workers`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What the cells of a column hold."""

    NUMBER = "a number of at least 0, or nothing"
    POSITIVE = "a number above 0, or nothing"
    SIGNED = "a number, or nothing"
    FLAG = "True or False, 1 or 0"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        meaning: With its unit.
        kind: What its cells hold.
        known_as: Name in a table to the factor that makes its unit ours.
        required: Whether a table must have it.
    """

    meaning: str
    kind: Kind = Kind.POSITIVE
    known_as: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """One kind of table.

    Attributes:
        name: On the command line.
        rows: What a row is.
        columns: Name to column.
    """

    name: str
    rows: str
    columns: Mapping[str, Column]


def _also(**factors: float) -> Mapping[str, float]:
    return MappingProxyType(factors)


def _of(**columns: Column) -> Mapping[str, Column]:
    return MappingProxyType(columns)


_MILLI = 1e-3

PROFILES = TableForm(
    name="profiles",
    rows="one run of the job, or of a clone, in one configuration under one load",
    columns=_of(
        run=Column(meaning="what it belongs to", kind=Kind.TEXT),
        parallelism=Column(meaning="subtasks", known_as=_also(scaleOut=1), required=True),
        slots=Column(meaning="slots per TaskManager; without it 1", known_as=_also(taskSlots=1)),
        cpu_cores=Column(meaning="cores per TaskManager; without it 1", known_as=_also(cpuVal=1)),
        memory_mb=Column(meaning="MiB per TaskManager", known_as=_also(memVal=1)),
        checkpoint_interval_seconds=Column(
            meaning="seconds between checkpoints", known_as=_also(chkInt=_MILLI)
        ),
        load=Column(
            meaning="offered records/s; without it the throughput", known_as=_also(offered=1)
        ),
        throughput=Column(
            meaning="processed records/s", known_as=_also(avgThr=1, avg_thr=1), required=True
        ),
        latency_seconds=Column(meaning="mean latency, seconds", known_as=_also(avgLat=_MILLI)),
        overloaded=Column(
            meaning="whether it fell behind; without it: latency above the limit",
            kind=Kind.FLAG,
            known_as=_also(overloaded_latency_gt_2s=1),
        ),
        capacity_run=Column(
            meaning="whether it worked off a standing backlog, so that its throughput is its "
            "capacity",
            kind=Kind.FLAG,
            known_as=_also(is_capacity_run=1),
        ),
    ),
)

FAILURES = TableForm(
    name="failures",
    rows="one failure",
    columns=_of(
        run=Column(meaning="what it belongs to", kind=Kind.TEXT),
        method=Column(meaning="how the job was run", kind=Kind.TEXT),
        at_seconds=Column(
            meaning="seconds since the beginning of the run",
            kind=Kind.NUMBER,
            known_as=_also(t_s=1),
        ),
        config=Column(meaning="the configuration's name", kind=Kind.TEXT),
        load=Column(
            meaning="offered records/s",
            known_as=_also(offered_load=1, avg_thr=1),
            required=True,
        ),
        checkpoint_interval_seconds=Column(
            meaning="seconds between checkpoints",
            known_as=_also(checkpoint_interval_s=1, interval_ms=_MILLI),
        ),
        task_managers=Column(meaning="TaskManagers"),
        cores=Column(meaning="cores of all TaskManagers"),
        slots_total=Column(meaning="slots of all TaskManagers", known_as=_also(slots=1)),
        visible_seconds=Column(
            meaning="seconds from the failure until the output stopped",
            kind=Kind.NUMBER,
            known_as=_also(outage_visible_s=1),
        ),
        resumed_seconds=Column(
            meaning="seconds from the failure until the processing resumed",
            kind=Kind.NUMBER,
            known_as=_also(processing_resumes_s=1),
        ),
        peak_latency_seconds=Column(
            meaning="largest latency afterwards, seconds",
            known_as=_also(peak_latency_ms=_MILLI),
        ),
        recovery_seconds=Column(
            meaning="seconds from the failure until latency was within the limit",
            known_as=_also(recovery_A_latency_s=1, rec_time_s=1),
        ),
        drain=Column(
            meaning="processed over offered records while catching up",
            known_as=_also(drain_rate_x=1),
        ),
        latency_seconds=Column(
            meaning="latency before the failure, seconds",
            known_as=_also(pre_latency_ms=_MILLI, avg_lat_ms=_MILLI),
        ),
        disturbed=Column(
            meaning="whether something else fell into it",
            kind=Kind.FLAG,
            known_as=_also(contaminated_before=1),
        ),
    ),
)

CHANGES = TableForm(
    name="reconfigurations",
    rows="one change of the configuration",
    columns=_of(
        run=Column(meaning="what it belongs to", kind=Kind.TEXT),
        method=Column(meaning="how the job was run", kind=Kind.TEXT),
        at_seconds=Column(
            meaning="seconds since the beginning of the run",
            kind=Kind.NUMBER,
            known_as=_also(t_s=1),
        ),
        path=Column(meaning="in_place, savepoint or pod_restart", kind=Kind.TEXT),
        load=Column(meaning="offered records/s", known_as=_also(offered_load=1), required=True),
        parallelism=Column(meaning="subtasks afterwards", known_as=_also(scaleOut=1)),
        slots=Column(meaning="slots per TaskManager afterwards", known_as=_also(taskSlots=1)),
        cpu_cores=Column(meaning="cores per TaskManager afterwards", known_as=_also(cpuVal=1)),
        memory_mb=Column(meaning="MiB per TaskManager afterwards", known_as=_also(memVal=1)),
        checkpoint_interval_seconds=Column(
            meaning="seconds between checkpoints afterwards", known_as=_also(chkInt_ms=_MILLI)
        ),
        task_managers=Column(meaning="TaskManagers afterwards", known_as=_also(tm_after=1)),
        prepare_seconds=Column(
            meaning="seconds from asking until the output stopped; below 0 where clocks differ",
            kind=Kind.SIGNED,
            known_as=_also(trigger_to_outage_s=1),
        ),
        outage_seconds=Column(
            meaning="seconds without output",
            kind=Kind.NUMBER,
            known_as=_also(outage_s=1),
            required=True,
        ),
        normal_seconds=Column(
            meaning="seconds from asking until latency was within the limit",
            known_as=_also(trigger_to_latency_ok_s=1),
        ),
        peak_latency_seconds=Column(
            meaning="largest latency afterwards, seconds",
            known_as=_also(peak_latency_ms=_MILLI),
        ),
        drain=Column(
            meaning="processed over offered records while catching up",
            known_as=_also(drain_rate_x=1),
        ),
    ),
)

SERIES = TableForm(
    name="series",
    rows="one moment of one run, all at equal distances",
    columns=_of(
        run=Column(meaning="which run; without it the file's name", kind=Kind.TEXT),
        seconds=Column(
            meaning="seconds since the beginning",
            kind=Kind.NUMBER,
            known_as=_also(t_s=1),
            required=True,
        ),
        load=Column(meaning="offered records/s", kind=Kind.NUMBER, known_as=_also(offered=1)),
        throughput=Column(meaning="processed records/s", kind=Kind.NUMBER, required=True),
        latency_seconds=Column(
            meaning="latency, seconds", kind=Kind.NUMBER, known_as=_also(latency=_MILLI)
        ),
        cores=Column(meaning="cores of all TaskManagers", known_as=_also(cores_alloc=1)),
        task_managers=Column(meaning="TaskManagers", kind=Kind.NUMBER),
        cpu_share=Column(
            meaning="CPU in use over CPU there is", kind=Kind.NUMBER, known_as=_also(cpu_load=1)
        ),
        checkpoint_seconds=Column(meaning="duration of the newest checkpoint, seconds"),
        present=Column(
            meaning="share of the samples behind the row that there were",
            kind=Kind.NUMBER,
        ),
    ),
)

FORMS = MappingProxyType({form.name: form for form in (PROFILES, FAILURES, CHANGES, SERIES)})
