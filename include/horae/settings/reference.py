"""The reference of the job spec, written from the settings classes themselves."""

from collections.abc import Iterator
from datetime import time
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from horae.settings.job_spec import JobSpec
from horae.settings.phrases import show_number
from horae.settings.section import Settings
from horae.settings.structure import kind_name, kinds_in, meanings, summary

_HEAD = """# Job spec

One YAML file a job, in `include/jobs/` (or the folder that `HORAE_JOBS` names), named after the
job: `<name>.yaml`. `horae jobs check FILE` tells every fault of it at once, with line, value and
what was expected. Times are in seconds. YAML's aliases and tags are not read.

This page is printed by `horae jobs reference`.
"""

_WORDS: dict[Any, str] = {
    bool: "`true` or `false`",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    time: "time of day",
}


def job_spec_reference() -> str:
    """The page, in Markdown."""
    sections = (_section(title, kind) for title, kind in _sections("", JobSpec))
    return "\n".join([_HEAD, *sections])


def _sections(prefix: str, kind: type[Settings]) -> Iterator[tuple[str, type[Settings]]]:
    yield prefix or "the file", kind
    for name, field in kind.model_fields.items():
        inner = kinds_in(field.annotation)
        here = f"{prefix}.{name}".removeprefix(".")
        for one in inner:
            tag, tagged = kind_name(one)
            title = f"{here}, {tag} {tagged}" if len(inner) > 1 else here
            yield from _sections(title, one)


def _section(title: str, kind: type[Settings]) -> str:
    said = meanings(kind)
    tag = kind_name(kind)[0] if "," in title else ""  # what tells it from its siblings
    rows = [
        f"| `{name}` | {_kind(field)} | {'required' if name == tag else _default(field)} "
        f"| {said[name]} |"
        for name, field in kind.model_fields.items()
    ]
    head = [f"## {title}", "", summary(kind), "", "| name | value | default | meaning |"]
    return "\n".join([*head, "|---|---|---|---|", *rows, ""])


def _kind(field: FieldInfo) -> str:
    return _type_words(field.annotation, field.metadata)


def _type_words(annotation: Any, bounds: Any = ()) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if kinds_in(annotation):
        return "list of sections" if origin is tuple else "section"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin is tuple:
        return f"list of: {_type_words(inner[0])}"
    if annotation in _WORDS:
        return f"{_WORDS[annotation]} {' and '.join(_bounds(bounds))}".rstrip()
    # An alias that takes a type keeps it, and bounds may stand at each level.
    alternatives = [one for one in inner if one is not NoneType]
    metadata = getattr(annotation, "__metadata__", ())
    return _type_words(alternatives[0], [*bounds, *metadata])


def _bounds(metadata: Any) -> Iterator[str]:
    for one in metadata:
        match one:
            case Gt(gt=int() | float() as bound):
                yield f"> {show_number(bound)}"
            case Ge(ge=int() | float() as bound):
                yield f">= {show_number(bound)}"
            case Lt(lt=int() | float() as bound):
                yield f"< {show_number(bound)}"
            case Le(le=int() | float() as bound):
                yield f"<= {show_number(bound)}"
            case FieldInfo():
                yield from _bounds(one.metadata)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None:
            return "none"
        case Settings():
            tag, name = kind_name(type(field.default))
            return f"{tag} `{name}`" if len(kinds_in(field.annotation)) > 1 else "as below"
        case Enum():
            return f"`{field.default.value}`"
        case tuple():
            return f"`[{', '.join(str(one) for one in field.default)}]`"
        case bool():
            return f"`{str(field.default).lower()}`"
        case float() | int():
            return f"`{show_number(field.default)}`"
    return f"`{field.default}`"
