"""A job spec's file as settings, or every fault of it at once, each with its line."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from horae.errors import Fault, SettingsError
from horae.settings.job_spec import JobSpec
from horae.settings.lined_yaml import LinedYaml, Place, read_lined_yaml, show_place, show_value
from horae.settings.phrases import show_number
from horae.settings.policy_settings import PolicySettings
from horae.settings.section import Settings
from horae.settings.sense import contradictions
from horae.settings.structure import locate
from horae.settings.yaml_file import fault_of, text_of

PROGRAM_FILES = ("script", "jar")


def read_job_spec(path: Path) -> JobSpec:
    """Read one file.

    Returns:
        The spec; the files of its program are absolute.

    Raises:
        SettingsError: With every fault of the file, in the order of its lines.
    """
    reading = read_lined_yaml(text_of(path))
    if not isinstance(reading.value, dict):
        raise SettingsError(str(path), reading.faults or [_not_a_spec(reading)])
    errors = [error for error in _errors(reading.value) if not _is_unread(error, reading)]
    wrong = {locate(error["loc"])[0] for error in errors} | reading.unread
    faults = [
        *reading.faults,
        *(fault_of(error, reading, JobSpec) for error in errors),
        *_absent_files(reading, wrong, path.parent),
        *_contradictions(reading, wrong),
    ]
    if faults:
        raise SettingsError(str(path), sorted(faults, key=lambda fault: fault.line or 0))
    return _with_absolute_files(_parse(reading.value), path.parent)


def spec_id(spec: JobSpec) -> str:
    """Short name of a spec's content: equal for equal settings, whatever file they came from.

    The folder of a program's file is not part of it, so a spec has one id on every machine.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 of the spec's JSON with sorted names.
    """
    content = spec.model_dump(mode="json")
    program = content["engine"]["program"] or {}
    for name in PROGRAM_FILES:
        if name in program:
            program[name] = Path(program[name]).name
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _not_a_spec(reading: LinedYaml) -> Fault:
    required = [name for name, field in JobSpec.model_fields.items() if field.is_required()]
    wanted = f"a job spec: names with values, at least {', '.join(required)}"
    return Fault(where="the file", line=1, value=show_value(reading.value), expected=wanted)


def _parse(value: Any) -> JobSpec:
    # Strict, so that `true` is no number; from JSON, so that lists may be tuples.
    return JobSpec.model_validate_json(json.dumps(value), strict=True)


def _errors(value: Any) -> list[ErrorDetails]:
    try:
        _parse(value)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _is_unread(error: ErrorDetails, reading: LinedYaml) -> bool:
    place = locate(error["loc"])[0]
    return any(place[: len(unread)] == unread for unread in reading.unread)


def _absent_files(reading: LinedYaml, wrong: set[Place], folder: Path) -> Iterator[Fault]:
    for name in PROGRAM_FILES:
        place: Place = ("engine", "program", name)
        value = _at(reading.value, place)
        if not isinstance(value, str) or place in wrong or _is_file(folder / value):
            continue
        wanted = f"a file that exists; {(folder / value).absolute()} does not"
        line = reading.line_of(place)
        yield Fault(where=show_place(place), line=line, value=repr(value), expected=wanted)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def _contradictions(reading: LinedYaml, wrong: set[Place]) -> Iterator[Fault]:
    content = _with_defaults(reading.value)

    def value_of(name: str) -> Any:
        place = tuple(name.split("."))
        related = any(place[: len(one)] == one[: len(place)] for one in wrong)
        return None if related else _at(content, place)

    for found in contradictions(value_of):
        places = [tuple(name.split(".")) for name in found.needs]
        said = next((place for place in places if place in reading.lines), places[0])
        value = found.value
        shown = show_number(value) if isinstance(value, float) else show_value(value)
        default = "" if places[0] in reading.lines else " (the default)"
        yield Fault(
            where=found.needs[0],
            line=reading.line_of(said),
            value=f"{shown}{default}",
            expected=found.expected,
        )


def _with_defaults(value: Mapping[str, Any]) -> dict[str, Any]:
    """The file's sections, each with the defaults of what it leaves out."""
    sections = {
        name: field.default.model_dump(mode="json")
        for name, field in JobSpec.model_fields.items()
        if isinstance(field.default, Settings)
    }
    sections["policy"] = _policy_defaults(value)
    filled = {
        name: sections.get(name, {}) | said
        for name, said in value.items()
        if isinstance(said, dict)
    }
    return sections | filled


def _policy_defaults(value: Mapping[str, Any]) -> dict[str, Any]:
    said = value.get("policy")
    name = said.get("name") if isinstance(said, dict) else None
    try:
        policy: Settings = TypeAdapter(PolicySettings).validate_python(
            {"name": name} if said is not None else JobSpec.model_fields["policy"].default
        )
    except ValidationError:
        return {}
    return policy.model_dump(mode="json")


def _at(content: Any, place: Place) -> Any:
    for part in place:
        if not isinstance(content, dict) or part not in content:
            return None
        content = content[part]
    return content


def _with_absolute_files(spec: JobSpec, folder: Path) -> JobSpec:
    program = spec.engine.program
    if program is None:
        return spec
    files = {
        name: (folder / getattr(program, name)).absolute()
        for name in PROGRAM_FILES
        if hasattr(program, name)
    }
    engine = spec.engine.model_copy(update={"program": program.model_copy(update=files)})
    return spec.model_copy(update={"engine": engine})
