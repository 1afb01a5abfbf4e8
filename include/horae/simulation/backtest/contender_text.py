"""Contenders from what a person says: a name, with a configuration or a file behind it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from horae.errors import Fault
from horae.settings.lined_yaml import LinedYaml, Place, read_lined_yaml, show_place, show_value
from horae.settings.phrases import expected, one_of
from horae.settings.structure import locate
from horae.simulation.backtest.contenders import POLICIES, Contender, contender, policy_behind
from horae.simulation.job.job_model import Start

FORM = "NAME, NAME=parallelism:24,slots:1 or NAME=FILE"
RESERVED = ("static-best", "oracle")
_PAIRS = re.compile(r"[a-z_]+:[^,=/]+(,[a-z_]+:[^,=/]+)*")
_WRONG_NAMES = ("extra_forbidden", "missing")


def contenders(texts: Sequence[str], start: Start) -> tuple[list[Contender], list[Fault]]:
    """Contenders, and everything that is wrong with what was said of them.

    Args:
        texts: Each a policy's name, maybe with a suffix after a hyphen; behind a `=` what the job
            is started in, or a file with sections `policy`, `guards`, `time`, `start`,
            `delay_seconds` and `beside`, each of which changes a part of the defaults.
        start: What the model is started in; a configuration that is given changes a part of it.
    """
    found, faults = [], []
    for text in texts:
        one, wrong = _contender(text, start)
        found += [one] if one else []
        faults += wrong
    names = [one.name for one in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        wanted = f"each name once; a suffix tells two of a kind apart: {name}-2"
        faults.append(_fault(f"--policy {name}", "it twice", wanted))
    return found, faults


def _contender(text: str, start: Start) -> tuple[Contender | None, list[Fault]]:
    name, equals, behind = text.partition("=")
    where = f"--policy {text}"
    if name in RESERVED or policy_behind(name) is None:
        wanted = f"{FORM}; the name, up to a hyphen, {one_of(name, POLICIES)}"
        return None, [_fault(where, repr(name), wanted)]
    if not equals:
        return _made(where, name, {}, None)
    if _PAIRS.fullmatch(behind):
        said, faults = _start(where, behind, start)
        return (None, faults) if faults else _made(where, name, {"start": said}, None)
    return _from_file(where, name, behind)


def _start(where: str, text: str, start: Start) -> tuple[dict[str, Any], list[Fault]]:
    said: dict[str, Any] = start.model_dump()
    faults = []
    for pair in text.split(","):
        axis, _, value = pair.partition(":")
        if axis not in said:
            faults.append(_fault(where, repr(axis), one_of(axis, said)))
            continue
        try:
            said[axis] = float(value)
        except ValueError:
            faults.append(_fault(where, f"{axis}:{value}", "a number behind the colon"))
    return said, faults


def _from_file(where: str, name: str, path: str) -> tuple[Contender | None, list[Fault]]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return None, [_fault(where, why, f"a file that can be read, for {FORM}")]
    reading = read_lined_yaml(text)
    if not isinstance(reading.value, dict) or reading.faults:
        sections = ", ".join(_known_names(()))
        wrong = _fault(where, show_value(reading.value), f"sections with entries: {sections}")
        return None, [_in_file(one, path) for one in reading.faults] or [wrong]
    return _made(path, name, reading.value, reading)


def _made(
    where: str, name: str, said: Mapping[str, Any], reading: LinedYaml | None
) -> tuple[Contender | None, list[Fault]]:
    policy = said.get("policy")
    if isinstance(policy, Mapping):
        kind = "hold" if policy_behind(name) == "static" else policy_behind(name)
        if policy.get("name", kind) != kind:
            line = reading.line_of(("policy", "name")) if reading else None
            wanted = f"{kind}, for the contender is called {name}"
            wrong = Fault(
                where=f"{where}: policy.name",
                line=line,
                value=show_value(policy["name"]),
                expected=wanted,
            )
            return None, [wrong]
    try:
        return contender(name, said), []
    except ValidationError as error:
        return None, [_of(one, where, reading) for one in error.errors(include_url=False)]


def _of(error: ErrorDetails, where: str, reading: LinedYaml | None) -> Fault:
    place, _ = locate(error["loc"], Contender)
    value, wanted = show_value(error["input"]), None
    if error["type"] in _WRONG_NAMES:
        wanted = one_of(str(place[-1]), _known_names(error["loc"][:-1]))
    return Fault(
        where=f"{where}: {show_place(place)}",
        line=reading.line_of(place) if reading else None,
        value="nothing" if error["type"] == "missing" else value,
        expected=wanted or expected(error),
    )


def _known_names(location: Place) -> list[str]:
    """Entries that a section may have; a contender's name stands before its file."""
    _, kinds = locate(location, Contender)
    names = [name for kind in kinds for name in kind.model_fields]
    return [name for name in names if location or name != "name"]


def _fault(where: str, value: str, wanted: str) -> Fault:
    return Fault(where=where, line=None, value=value, expected=wanted)


def _in_file(fault: Fault, path: str) -> Fault:
    return Fault(
        where=f"{path}: {fault.where}", line=fault.line, value=fault.value, expected=fault.expected
    )
