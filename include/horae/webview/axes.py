"""Fields of the forms that name a configuration: each axis with the values that it may take."""

from collections.abc import Mapping
from dataclasses import dataclass

from horae.domain.configuration import Configuration
from horae.settings.job_spec import JobSpec

TITLES = {
    "parallelism": ("Parallelism", "subtasks"),
    "slots": ("Slots", "per TaskManager"),
    "cpu_cores": ("CPU cores", "per TaskManager"),
    "memory_mb": ("Memory", "per TaskManager, MiB"),
    "checkpoint_interval_seconds": ("Checkpoint interval", "seconds"),
}
"""Axis to its name and its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One field.

    Attributes:
        name: Of the axis.
        title: For people.
        unit: For people.
        values: Values that it may take; empty: any that is not refused later.
        value: What the form begins with; None: as the job has it.
        present: What the job has now; None: not known.
        whole: Whether only whole numbers make sense.
    """

    name: str
    title: str
    unit: str
    values: tuple[float, ...]
    value: float | None
    present: float | None
    whole: bool


def axes(
    spec: JobSpec | None, *, present: Configuration | None, wanted: Configuration | None
) -> tuple[Axis, ...]:
    """The fields of a form.

    Args:
        spec: Says which values are legal; None: it cannot be read, so any may be asked for.
        present: What the job runs in.
        wanted: What the form begins with; None: what the job runs in.
    """
    now, then = _values(present), _values(wanted or present)
    return tuple(
        Axis(
            name=name,
            title=title,
            unit=unit,
            values=_legal(spec, name, {now.get(name), then.get(name)}),
            value=then.get(name),
            present=now.get(name),
            whole=name in {"parallelism", "slots", "memory_mb"},
        )
        for name, (title, unit) in TITLES.items()
    )


def _values(configuration: Configuration | None) -> Mapping[str, float]:
    return {} if configuration is None else {n: getattr(configuration, n) for n in TITLES}


def _legal(spec: JobSpec | None, name: str, used: set[float | None]) -> tuple[float, ...]:
    """The spec's values; what is in use stays choosable even where the spec has dropped it."""
    legal = getattr(spec.search, name) if spec is not None else None
    if legal is None:
        return ()
    return tuple(sorted({*legal, *(value for value in used if value is not None)}))
