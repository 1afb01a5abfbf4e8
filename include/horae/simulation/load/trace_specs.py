"""A load as the command line tells it: a name, a file, or formulas that are added and multiplied.

    demeter-cars
    file:rides.csv?value=count&per=bucket&season=1d
    sine:mean=60000,amplitude=0.5,period=6h,hours=18 * noise: + flash:height=9000,at=8h

` * ` binds closer than ` + `. It is as long as the shortest part that tells how long it is.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from horae.errors import Fault, SettingsError
from horae.performance.models import Floats
from horae.settings.environment import Environment
from horae.settings.phrases import closest, expected, one_of
from horae.settings.section import Settings
from horae.simulation.load.trace_files import FileOptions, read_trace_file
from horae.simulation.load.trace_formulas import DAY, FORMULAS, Formula
from horae.simulation.load.trace_names import NAMED
from horae.simulation.load.traces import Trace

Options = TypeVar("Options", bound=Settings)
Part = Trace | Formula
FILE = "file"


def trace(
    spec: str, *, history_seconds: int = 0, seed: int = 0, data_folder: Path | None = None
) -> Trace:
    """The load that a spec tells; the same for the same arguments.

    Args:
        spec: See the head of this module.
        history_seconds: Its leading part, which is not scored.
        seed: Of the chances of its formulas.
        data_folder: Where named traces are; None: where the environment says.

    Raises:
        SettingsError: With every fault of the spec and of its files.
    """
    faults: list[Fault] = []
    products = [
        [_part(text.strip(), data_folder, faults) for text in re.split(r"\s\*\s", product)]
        for product in re.split(r"\s\+\s", spec)
    ]
    parts = [part for product in products for part in product if part is not None]
    seconds = _seconds(parts)
    if not faults and history_seconds >= seconds:
        faults.append(_too_short(seconds, history_seconds))
    if faults:
        raise SettingsError(f"trace {spec!r}", faults)
    loads = iter(_load(part, seconds, seed, number) for number, part in enumerate(parts))
    factors = [[next(loads) for _ in product] for product in products]
    seasons = [part.season_seconds for part in parts if part.season_seconds is not None]
    return Trace(
        name=_name(spec),
        load=np.sum([np.prod(each, axis=0) for each in factors], axis=0),
        season_seconds=max(seasons, default=None),
        history_seconds=history_seconds,
    )


def all_traces() -> list[tuple[str, str]]:
    """Name and sentence of everything that a spec may be made of."""
    formulas = [(f"{name}:{_shown(kind)}", _sentence(kind)) for name, kind in FORMULAS.items()]
    file = (f"{FILE}:PATH?{_shown(FileOptions, '&')}", "A CSV file of one's own, also .gz.")
    return [*((name, named.sentence) for name, named in NAMED.items()), *formulas, file]


def _part(text: str, data_folder: Path | None, faults: list[Fault]) -> Part | None:
    """One part of a spec; None: it has faults, which are noted."""
    kind, _, rest = text.partition(":")
    if kind in FORMULAS and rest is not None:
        return _options(FORMULAS[kind], rest.split(",") if rest else [], kind, faults)
    if kind == FILE:
        path, _, query = rest.partition("?")
        return _file(Path(path), query, None, faults)
    name, _, query = text.partition("?")
    if name in NAMED:
        return _named(name, query, data_folder, faults)
    known = [*NAMED, *(f"{name}:" for name in FORMULAS), f"{FILE}:"]
    hint = f"; {FILE}:{text} reads that file" if Path(name).is_file() else ""
    _note(faults, "the trace", repr(text), one_of(kind, known) + hint)
    return None


def _named(name: str, query: str, data_folder: Path | None, faults: list[Fault]) -> Trace | None:
    folder = data_folder or Environment.from_environ(os.environ).data_folder
    if folder is None:
        wanted = "HORAE_DATA to name the folder with the published traces; formulas need none"
        _note(faults, name, "no such folder", wanted)
        return None
    named = NAMED[name]
    told = {pair.partition("=")[0] for pair in query.split("&")}
    kept = [pair for pair in named.options.split("&") if pair.partition("=")[0] not in told]
    options = "&".join([*kept, *([query] if query else [])])
    return _file(folder / "workloads" / named.file, options, name, faults)


def _file(path: Path, query: str, name: str | None, faults: list[Fault]) -> Trace | None:
    options = _options(FileOptions, query.split("&") if query else [], name or FILE, faults)
    if options is None:
        return None
    try:
        return read_trace_file(path, options, name=name)
    except SettingsError as error:
        for one in error.faults:
            _note(faults, f"{path}: {one.where}", one.value, one.expected)
        return None


def _options(
    kind: type[Options], pairs: Iterable[str], name: str, faults: list[Fault]
) -> Options | None:
    """Settings from `option=value` each."""
    told: dict[str, str] = {}
    before = len(faults)
    for pair in pairs:
        option, equals, value = (each.strip() for each in pair.partition("="))
        if not equals or option in told:
            _note(faults, name, repr(pair), "option=value, and none twice")
        told[option] = value
    if len(faults) > before:
        return None
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            _note(faults, *_told(one, kind, name))
        return None


def _told(error: ErrorDetails, kind: type[Settings], name: str) -> tuple[str, str, str]:
    """Place, value and what was expected."""
    option = str(error["loc"][0])
    place, value = f"{name}: {option}", repr(error["input"])
    match error["type"]:
        case "missing":
            return place, "nothing", "a value, for it has no default"
        case "extra_forbidden":
            known = list(kind.model_fields)
            return (
                place,
                value,
                f"an option of its own: {', '.join(known)}{closest(option, known)}",
            )
    return place, value, expected(error)


def _seconds(parts: Iterable[Part]) -> int:
    """Length of the shortest part that tells it; a day where none does."""
    told = [part.seconds if isinstance(part, Trace) else part.hours for part in parts]
    return round(min((one for one in told if one is not None), default=DAY))


def _load(part: Part, seconds: int, seed: int, number: int) -> Floats:
    if isinstance(part, Trace):
        return part.load[:seconds]
    times = np.arange(seconds, dtype=np.float64)
    return part.load(times, np.random.default_rng([seed, 8, number]))


def _name(spec: str) -> str:
    """Of a file's own stem, and nothing that a file name could not have."""
    bare = re.sub(r"file:[^?]*?([^/?]+?)(?:\.csv)?(?:\.gz)?(?=\?|\s|$)", r"\1", spec)
    return re.sub(r"[^A-Za-z0-9.=_]+", "-", bare).strip("-")


def _sentence(kind: type[Formula]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


def _shown(kind: type[Settings], separator: str = ",") -> str:
    """Its options, those in brackets that have a default."""
    fields = kind.model_fields
    names = sorted(fields, key=lambda name: (not fields[name].is_required(), name == "hours"))
    return separator.join(name if fields[name].is_required() else f"[{name}]" for name in names)


def _too_short(seconds: int, history_seconds: int) -> Fault:
    wanted = (
        f"more than the {history_seconds} s of its history; shorten that, or lengthen the trace"
    )
    return Fault(where="the trace", line=None, value=f"{seconds} s", expected=wanted)


def _note(faults: list[Fault], where: str, value: str, wanted: str) -> None:
    faults.append(Fault(where=where, line=None, value=value, expected=wanted))
