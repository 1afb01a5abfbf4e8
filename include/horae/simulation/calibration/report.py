"""How well a model fits, as a page for people and as tables for programs."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from horae.settings.section import Settings
from horae.settings.structure import meanings
from horae.simulation.calibration.part import Comparison, Missing
from horae.simulation.calibration.wanted import Calibration
from horae.simulation.job.job_model import JobModel, LogNormal
from horae.simulation.pages import pages, plots

TOLD_ELSEWHERE = ("format", "name", "source", "deviations", "vertices", "search")
MOST_POINTS = 1_500


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a model.

    Attributes:
        name: Its place in the file.
        value: What it is.
        meaning: In words.
        is_default: Whether it is what a model has that does not say.
    """

    name: str
    value: pages.Cell
    meaning: str
    is_default: bool = field(kw_only=True)


def report_page(found: Calibration) -> str:
    """The report: parameters, predicted against measured, and what could not be identified."""
    fits = [_fit_section(comparison) for comparison in found.comparisons]
    sections = [
        pages.Section(title="Where it comes from", parts=(_source(found.model),)),
        _parameters(found),
        _missing(found),
        _quality(found),
        *fits,
    ]
    return pages.page(f"Job model {found.model.name}", sections, lead=_lead(found))


def comparison_files(found: Calibration) -> Mapping[str, str]:
    """Name of a CSV file to its text: the points of each plot."""
    return {f"{slug(one.title)}.csv": _points(one) for one in found.comparisons}


def slug(title: str) -> str:
    """A title as the name of a file."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _points(comparison: Comparison) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["group", f"predicted ({comparison.unit})", f"measured ({comparison.unit})"])
    groups = comparison.groups or ("",) * len(comparison.predicted)
    rows = zip(groups, comparison.predicted, comparison.measured, strict=True)
    writer.writerows([group, f"{said:.6g}", f"{seen:.6g}"] for group, said, seen in rows)
    return text.getvalue()


def _lead(found: Calibration) -> str:
    model = found.model
    start = model.start.configuration()
    fitted = len(model.deviations)
    capacity = pages.shown(float(f"{model.capacity.median(start):.3g}"))
    return (
        f"{fitted} parameters were fitted, each with its standard error; {len(found.missing)} "
        f"could not be identified and say why. In the configuration it is started in "
        f"({start.parallelism} subtasks, {start.total_cores:g} cores) the model sustains "
        f"{capacity} records/s."
    )


def _source(model: JobModel) -> str:
    return pages.paragraph(" ".join(model.source.split()))


def _parameters(found: Calibration) -> pages.Section:
    rows: list[list[pages.Cell]] = []
    unsure = {one.name for one in found.missing}
    for one in flattened(found.model):
        error = found.model.deviations.get(one.name)
        rows.append([one.name, one.value, error, _standing(one, error, unsure), one.meaning])
    head = ["parameter", "value", "standard error", "", "meaning"]
    table = pages.table(head, rows, caption="All parameters of the model")
    note = "Standard errors come from a bootstrap over rows; those of series from whole hours."
    return pages.Section(title="Parameters", parts=(table,), note=note)


def _standing(one: Parameter, error: float | None, unsure: set[str]) -> str:
    if error is not None:
        return "fitted"
    above = {one.name.rsplit(".", depth)[0] for depth in range(one.name.count(".") + 1)}
    if above & unsure:
        return "not identified"
    return "given" if one.is_default or one.name.startswith("start.") else "fitted"


def flattened(model: JobModel) -> Iterator[Parameter]:
    """Each parameter, in the order of the file."""
    for name, entry in JobModel.model_fields.items():
        if name not in TOLD_ELSEWHERE:
            meaning = meanings(JobModel).get(name, "")
            yield from _walk(name, getattr(model, name), meaning, entry.default)


def _walk(place: str, value: Any, meaning: str, default: Any) -> Iterator[Parameter]:
    if isinstance(value, LogNormal):
        yield Parameter(f"{place}.median", value.median, meaning, is_default=value == default)
        spread = "Standard deviation of its logarithm."
        yield Parameter(f"{place}.deviation", value.deviation, spread, is_default=value == default)
    elif isinstance(value, Settings):
        told = meanings(type(value))
        for name, entry in type(value).model_fields.items():
            inner = getattr(value, name)
            yield from _walk(f"{place}.{name}", inner, told.get(name, ""), entry.default)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _walk(f"{place}.{name}", one, meaning, None)
    else:
        yield Parameter(place, value, meaning, is_default=value == default)


def _missing(found: Calibration) -> pages.Section:
    rows: list[list[pages.Cell]] = [[one.name, _sentence(one)] for one in found.missing]
    table = pages.table(
        ["parameter", "why, and what stands there"], rows, caption="Not identified"
    )
    note = "What stands there instead is an assumption: bring a table that tells, or change it."
    return pages.Section(title="What could not be identified", parts=(table,), note=note)


def _sentence(one: Missing) -> str:
    return one.reason[:1].upper() + one.reason[1:] + "."


def _quality(found: Calibration) -> pages.Section:
    rows: list[list[pages.Cell]] = [
        [part, name, value]
        for part, figures in found.quality.items()
        for name, value in figures.items()
    ]
    table = pages.table(["part", "figure", "value"], rows, caption="Rows used, and how they fit")
    return pages.Section(title="How well each part fits", parts=(table,))


def _fit_section(comparison: Comparison) -> pages.Section:
    drawing = _drawing(comparison)
    caption = "Left: predicted against measured, equal on the dashed line. Right: what is left."
    return pages.Section(
        title=comparison.title[:1].upper() + comparison.title[1:],
        parts=(pages.figure(drawing, caption=caption),),
        note=comparison.note,
    )


def _drawing(comparison: Comparison) -> str:
    figure, (left, right) = plots.new_figure(columns=2)
    residuals = _residuals(comparison)
    for index, (name, rows) in enumerate(_groups(comparison)):
        some = rows[plots.thin(len(rows), MOST_POINTS)]
        predicted, measured = comparison.predicted[some], comparison.measured[some]
        colour, shape = plots.colour(index), plots.marker(index)
        left.scatter(measured, predicted, label=name, color=colour, marker=shape, s=14)
        right.scatter(predicted, residuals[some], color=colour, marker=shape, s=14)
    if comparison.logarithmic:
        plots.logarithmic(left, x=True, y=True)
        plots.logarithmic(right, x=True)
    _equal(left, comparison)
    right.axhline(0.0, color=plots.INK, linewidth=0.8, linestyle="--", zorder=0)
    left.set(xlabel=f"measured, {comparison.unit}", ylabel=f"predicted, {comparison.unit}")
    left_over = "ln(measured / predicted)" if comparison.logarithmic else "measured - predicted"
    right.set(xlabel=f"predicted, {comparison.unit}", ylabel=left_over)
    if comparison.groups:
        left.legend(loc="best", fontsize=8)
    return plots.svg(figure, name=slug(comparison.title), alternative=_alternative(comparison))


def _residuals(comparison: Comparison) -> np.ndarray[Any, np.dtype[np.float64]]:
    if comparison.logarithmic:
        return np.asarray(np.log(comparison.measured / comparison.predicted))
    return np.asarray(comparison.measured - comparison.predicted)


def _groups(comparison: Comparison) -> Iterator[tuple[str, np.ndarray[Any, np.dtype[np.intp]]]]:
    if not comparison.groups:
        yield "", np.arange(len(comparison.measured))
        return
    names = np.array(comparison.groups)
    for name in dict.fromkeys(comparison.groups):
        yield name, np.flatnonzero(names == name)


def _equal(plot: Any, comparison: Comparison) -> None:
    both = np.concatenate([comparison.predicted, comparison.measured])
    low, high = float(both.min()), float(both.max())
    if comparison.logarithmic:
        ends = (low / 1.1, high * 1.1)
    else:
        room = 0.05 * (high - low or 1.0)
        ends = (low - room, high + room)
    plot.plot(ends, ends, color=plots.INK, linewidth=0.8, linestyle="--", zorder=0)
    plot.set(xlim=ends, ylim=ends)


def _alternative(comparison: Comparison) -> str:
    off = np.abs(comparison.predicted / comparison.measured - 1)
    return (
        f"{comparison.title}: {len(off)} points, predicted against measured; half of them differ "
        f"by less than {100 * float(np.median(off)):.0f} percent. {comparison.note}"
    )
