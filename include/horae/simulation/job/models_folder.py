"""Job models as files: those that come with Horae, and anybody's own."""

import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from horae.errors import Fault, SettingsError
from horae.files import write_whole
from horae.settings.lined_yaml import (
    LinedYaml,
    Place,
    read_lined_yaml,
    show_place,
    show_value,
)
from horae.settings.phrases import one_of
from horae.settings.yaml_file import fault_of, text_of
from horae.simulation.job.job_model import MODELS, JobModel

SUFFIX = ".yaml"


def shipped() -> tuple[str, ...]:
    """Names of the models that come with Horae, in the order of the alphabet."""
    return tuple(sorted(path.stem for path in MODELS.glob(f"*{SUFFIX}")))


def load_model(name_or_path: str | Path) -> JobModel:
    """A model that comes with Horae, by its name, or the one in a file, by its path.

    Raises:
        SettingsError: With every fault of the file, in the order of its lines; or there is no
            such model.
    """
    path = _path_of(name_or_path)
    reading = read_lined_yaml(text_of(path))
    if not isinstance(reading.value, dict):
        raise SettingsError(str(path), reading.faults or [_not_a_model(reading)])
    # Strict, so that `true` is no number; from JSON, so that lists may be tuples.
    try:
        model = JobModel.model_validate_json(json.dumps(reading.value), strict=True)
    except ValidationError as error:
        wrong = [fault_of(one, reading, JobModel) for one in error.errors(include_url=False)]
    else:
        wrong = _contradictions(model, reading)
    faults = [*reading.faults, *wrong]
    if faults:
        raise SettingsError(str(path), sorted(faults, key=lambda fault: fault.line or 0))
    return model


def save_model(model: JobModel, path: Path) -> None:
    """Write a model as a file that `load_model` reads; a repeat writes the same bytes."""
    write_whole(path, model_text(model))


def model_text(model: JobModel) -> str:
    """A model as YAML: every value it has, and its source first of all."""
    content = model.model_dump(mode="json")
    return yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=92, indent=2
    )


class _Dumper(yaml.SafeDumper):
    """Long text as a block, short lists on one line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    plain = all(not isinstance(one, dict | list) for one in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def _path_of(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.is_file():
        return path
    if str(name_or_path) in shipped():
        return MODELS / f"{name_or_path}{SUFFIX}"
    wanted = f"a file, or {one_of(str(name_or_path), shipped())}"
    fault = Fault(where="the model", line=None, value=repr(str(name_or_path)), expected=wanted)
    raise SettingsError("job models", [fault])


def _not_a_model(reading: LinedYaml) -> Fault:
    required = [name for name, field in JobModel.model_fields.items() if field.is_required()]
    wanted = f"a job model: names with values, at least {', '.join(required)}"
    return Fault(where="the file", line=1, value=show_value(reading.value), expected=wanted)


def _contradictions(model: JobModel, reading: LinedYaml) -> list[Fault]:
    """What is wrong with values that are right one by one."""
    faults = []
    paths = model.outages
    if paths.in_place is None and paths.savepoint is None and paths.pod_restart is None:
        faults.append(_wrong(reading, ("outages",), "no path", "at least one path of a change"))
    if model.start.parallelism > model.partitions:
        most = f"at most the {model.partitions} partitions of its input"
        value = str(model.start.parallelism)
        faults.append(_wrong(reading, ("start", "parallelism"), value, most))
    axes = type(model.start).model_fields
    for axis, values in model.search.items():
        if axis not in axes:
            faults.append(_wrong(reading, ("search", axis), repr(axis), one_of(axis, axes)))
        elif not values:
            faults.append(_wrong(reading, ("search", axis), "no value", "at least one value"))
    names = [vertex.name for vertex in model.vertices]
    for place, vertex in enumerate(model.vertices):
        for name in vertex.inputs:
            if name not in names[:place]:
                here: Place = ("vertices", place, "inputs")
                faults.append(_wrong(reading, here, repr(name), "a vertex that stands before it"))
    return faults


def _wrong(reading: LinedYaml, place: Place, value: str, wanted: str) -> Fault:
    line = reading.line_of(place)
    return Fault(where=show_place(place), line=line, value=value, expected=wanted)
