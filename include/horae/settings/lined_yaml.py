"""YAML as plain values, with the line of everything in it.

Scalars are read as YAML 1.2 has them: `22:30` and `off` are text, `1e3` is a number. Aliases and
tags are refused: a spec is read by people, and an alias of an alias can be endless.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from horae.errors import Fault

Place = tuple[str | int, ...]
"""Where a value stands: names of entries and positions in lists, counted from 0."""

DEEPEST = 20  # levels; a spec needs five
_STR = "tag:yaml.org,2002:str"
_PLAIN = {
    "tag:yaml.org,2002:null": re.compile(r"~|null|Null|NULL|"),
    "tag:yaml.org,2002:bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "tag:yaml.org,2002:int": re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}"),
    "tag:yaml.org,2002:float": re.compile(
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
        r"|\.(?:nan|NaN|NAN)"
    ),
}


class _Loader(yaml.SafeLoader):
    """Takes scalars as YAML 1.2 does."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own class attribute)


for _tag, _pattern in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern.pattern})\\Z"), None)


@dataclass(slots=True)
class LinedYaml:
    """A file's content.

    Attributes:
        value: Mappings, lists, text, numbers, booleans and None; None where nothing was read.
        lines: Place to line, counted from 1; of an entry, the line of its name.
        faults: Everything wrong with the YAML itself; then `value` is what could be read.
        unread: Places whose value could not be read; None stands there.
    """

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: set[Place] = field(default_factory=set)

    def line_of(self, place: Place) -> int:
        """Line of a place, or of the nearest one around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def show_place(place: Place) -> str:
    """A place for people, such as `guards.quiet_hours[0].zone`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".") or "the file"


def show_value(value: Any) -> str:
    """A value for people, on one line, cut after 80 characters."""
    match value:
        case Mapping():
            return "a section" if value else "an empty section"
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case _:
            text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def read_lined_yaml(text: str) -> LinedYaml:
    """Read a text; what is wrong with it is in `faults`, nothing is raised."""
    reading = LinedYaml()
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        reading.faults.append(_broken(error))
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        reading.faults.append(_unreadable(error))
    else:
        if root is not None:
            _Reader(reading).read(root, ())
    return reading


def _broken(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    return Fault(
        where="the file",
        line=mark.line + 1 if mark else None,
        value=str(error.problem or error.context),
        expected="valid YAML; what stands behind this line could not be checked",
    )


def _unreadable(error: Exception) -> Fault:
    value = "too many levels" if isinstance(error, RecursionError) else str(error).split("\n")[0]
    return Fault(where="the file", line=None, value=value, expected="valid YAML in UTF-8")


class _Reader:
    """Walks the nodes once; a node that is met again is an alias."""

    def __init__(self, reading: LinedYaml) -> None:
        self._reading = reading
        self._met: set[int] = set()

    def read(self, node: yaml.Node, place: Place) -> None:
        self._reading.lines[()] = node.start_mark.line + 1
        self._reading.value = self._value(node, place)

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self._reading.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._met:
            return self._unread(place, "an alias (*name)", "the value itself, written out")
        self._met.add(id(node))
        if len(place) > DEEPEST:
            return self._unread(place, "a deeper level", f"at most {DEEPEST} levels")
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self._value(item, (*place, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        return self._unread(place, f"the tag {node.tag}", "a value without a tag")

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, place, "a list or section as a name", "text as a name")
                continue
            here = (*place, key.value)
            if key.value in values:
                first = f"one entry of this name; the first is on line {self._reading.lines[here]}"
                self._fault(key, here, "the same name again", first)
                continue
            self._reading.lines[here] = key.start_mark.line + 1
            values[key.value] = self._value(item, here)
        return values

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text = node.value
        if not _is_unicode(text):
            return self._unread(place, ascii(text)[:80], "text that UTF-8 can hold")
        if node.tag == _STR:
            return text
        pattern = _PLAIN.get(node.tag)
        if pattern is None or not pattern.fullmatch(text):
            return self._unread(place, f"the tag {node.tag}", "a value without a tag")
        return _plain(node.tag, text)

    def _unread(self, place: Place, value: str, expected: str) -> None:
        self._reading.unread.add(place)
        # Of an alias, the node is the one it stands for: only the place knows the line.
        self._add(self._reading.lines[place], place, value, expected)

    def _fault(self, node: yaml.Node, place: Place, value: str, expected: str) -> None:
        self._add(node.start_mark.line + 1, place, value, expected)

    def _add(self, line: int, place: Place, value: str, expected: str) -> None:
        self._reading.faults.append(
            Fault(where=show_place(place), line=line, value=value, expected=expected)
        )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(tag: str, text: str) -> bool | int | float | None:
    match tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, 0 if text.startswith(("0o", "0x")) else 10)
        case _:
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
