"""From the options of `horae calibrate` to tables and what the model is to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from horae.cli.option_faults import OptionFaults
from horae.cli.surroundings import surroundings
from horae.errors import SettingsError
from horae.performance.partitioning import Partitioning
from horae.settings.job_spec import JobSpec
from horae.settings.lined_yaml import read_lined_yaml
from horae.settings.phrases import one_of
from horae.settings.spec_folder import named_job_spec
from horae.settings.value_types import Name
from horae.simulation.calibration.changing import path_faults
from horae.simulation.calibration.forms import FORMS, PROFILES
from horae.simulation.calibration.from_ledger import OwnTables, own_tables
from horae.simulation.calibration.tables import read_tables
from horae.simulation.calibration.wanted import Tables, Wanted
from horae.simulation.job.job_model import JobModel, Start

SETTABLE = (
    "search",
    "partitions",
    "key_groups",
    "maximum_task_managers",
    "task_manager_seconds",
    "busy",
    "vertices",
    "reactive_mode",
)
"""Entries of a model that no table tells; the others are fitted, or have options of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given.

    Attributes:
        name: Of the model.
        files: Form to its files.
        job: Whose ledger is read instead of files.
        runs: Runs that count; empty: all.
        only: `TABLE.COLUMN=VALUE,...`.
        columns: `TABLE.NAME=COLUMN`.
        failures_of: Methods.
        paths: `METHOD=PATH`.
        start: `AXIS:VALUE,...`.
        settings: `NAME=VALUE`.
        kind: Name of the kind of failure.
        source: In words.
        latency_limit: Seconds.
        draws: Of the bootstrap.
        seed: Of all chance.
    """

    name: str
    files: Mapping[str, tuple[Path, ...]]
    job: str | None
    runs: tuple[str, ...]
    only: tuple[str, ...]
    columns: tuple[str, ...]
    failures_of: tuple[str, ...]
    paths: tuple[str, ...]
    start: str
    settings: tuple[str, ...]
    kind: str
    source: str
    latency_limit: float
    draws: int
    seed: int


def tables_and_wanted(asked: Asked) -> tuple[Tables, Wanted]:
    """Read all that is asked for.

    Raises:
        SettingsError: With every fault of options and tables.
        NotReady: The job's ledger tells nothing yet.
    """
    faults = OptionFaults()
    start = _start(asked.start, faults)
    settings = _settings(asked.settings, faults)
    paths = faults.pairs("--path", asked.paths, "METHOD=PATH")
    faults.found += path_faults(paths)
    for option, name in (("--name", asked.name), ("--kind", asked.kind)):
        faults.value(option, Name, name)
    tables = _tables(asked, faults)
    _check_sources(asked, faults)
    if faults.found:
        raise SettingsError("horae calibrate", faults.found)
    source = _source(asked)
    if asked.job is not None:
        spec = named_job_spec(surroundings().environment.jobs_folder, asked.job)
        settings = _said_by(spec) | settings
        own = _own(spec.name, settings)
        tables, start = own.tables, start or own.start
        source = f"The ledger of job {asked.job}: its newest window, {own.span_seconds:g} s long."
    wanted = Wanted(
        name=asked.name,
        source=asked.source or source,
        start=start or _largest(tables),
        kind=asked.kind,
        failures_of=asked.failures_of,
        paths=paths,
        latency_limit=asked.latency_limit,
        draws=asked.draws,
        seed=asked.seed,
        settings=settings,
    )
    return tables, wanted


def _check_sources(asked: Asked, faults: OptionFaults) -> None:
    given = any(asked.files.values())
    if asked.job is None and not given:
        wanted = "--profiles, --failures, --reconfigurations or --series, or --from-ledger JOB"
        faults.add("tables", "none", wanted)
    if asked.job is not None and given:
        faults.add("--from-ledger", "tables as well", "tables, or --from-ledger, not both")


def _tables(asked: Asked, faults: OptionFaults) -> Tables:
    names = faults.by_table("--column", asked.columns, "TABLE.NAME=COLUMN")
    only = faults.by_table("--only", asked.only, "TABLE.COLUMN=VALUE,...")
    found = {}
    for table, form in FORMS.items():
        chosen = {column: values.split(",") for column, values in only[table].items()}
        if asked.runs and form is not PROFILES:
            chosen.setdefault("run", list(asked.runs))
        paths = asked.files.get(table, ())
        found[table] = faults.attempt(
            partial(read_tables, paths, form, names=names[table], only=chosen)
        )
    _check_runs(asked.runs, [one for one in found.values() if one is not None], faults)
    return Tables(
        profiles=found["profiles"],
        failures=found["failures"],
        changes=found["reconfigurations"],
        series=found["series"],
    )


def _check_runs(runs: tuple[str, ...], tables: list[pd.DataFrame], faults: OptionFaults) -> None:
    """A run that no table has was probably misspelt."""
    known = {run for table in tables for run in table["run"]}
    for run in runs:
        if tables and run not in known:
            faults.add("--run", repr(run), "a run of a table; no row belongs to it")


def _start(text: str, faults: OptionFaults) -> Start | None:
    """`AXIS:VALUE,...`; None where nothing is said."""
    if not text:
        return None
    given: dict[str, Any] = {}
    for part in text.split(","):
        axis, colon, value = part.partition(":")
        known = Start.model_fields
        if axis not in known or not colon:
            wanted = f"AXIS:VALUE; AXIS is {one_of(axis, known)}"
            faults.add("--start", repr(part), wanted)
        else:
            given[axis] = value
    found: Start | None = faults.value("--start", Start, given) if given else None
    return found


def _settings(texts: tuple[str, ...], faults: OptionFaults) -> dict[str, object]:
    """`NAME=VALUE`, the value in YAML."""
    found: dict[str, object] = {}
    for name, text in faults.pairs("--setting", texts, "NAME=VALUE").items():
        if name not in SETTABLE:
            faults.add("--setting", repr(name), one_of(name, SETTABLE))
            continue
        reading = read_lined_yaml(text)
        faults.found += reading.faults
        field = JobModel.model_fields[name]
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        if not reading.faults:
            found[name] = faults.value(f"--setting {name}", kind, reading.value)
    return found


def _source(asked: Asked) -> str:
    names = [path.name for paths in asked.files.values() for path in paths]
    runs = f"; runs {', '.join(asked.runs)}" if asked.runs else ""
    return f"Fitted by horae calibrate to {', '.join(names)}{runs}."


def _largest(tables: Tables) -> Start:
    """Where nothing is said, a job is started in the largest parallelism of its tables."""
    found = [1.0]
    for table, column in (
        (tables.profiles, "parallelism"),
        (tables.failures, "slots_total"),
        (tables.changes, "task_managers"),
    ):
        if table is not None and table[column].notna().any():
            found.append(float(table[column].max()))
    return Start(parallelism=round(max(found)))


def _said_by(spec: JobSpec) -> dict[str, object]:
    """What a job's spec tells of what it may run in."""
    said = spec.search.model_dump(exclude_none=True)
    search = {axis: tuple(map(float, said[axis])) for axis in Start.model_fields if axis in said}
    most = said.get("maximum_task_managers")
    return {"search": search} | ({"maximum_task_managers": most} if most else {})


def _own(job: str, settings: dict[str, object]) -> OwnTables:
    """What the job's own ledger tells."""
    from horae.control.adapters import opened_ledger, window_store

    place = surroundings()
    partitioning = Partitioning(partitions=_count("partitions", settings))
    with opened_ledger(place) as ledger:
        return own_tables(ledger, window_store(place), job, partitioning=partitioning)


def _count(name: str, settings: dict[str, object]) -> int:
    """A setting that is a whole number, or its default."""
    said = settings.get(name, JobModel.model_fields[name].default)
    return said if isinstance(said, int) else int(str(said))
