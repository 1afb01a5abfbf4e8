"""Reads members of an entry's body as they come; what is missing or of another form is None.

A page must be able to tell of an entry that an older version wrote, or that somebody altered.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from horae.domain.configuration import Configuration
from horae.story.decision.known import Figure

Json = Mapping[str, Any]
"""A JSON object."""


def text(body: Json, name: str) -> str | None:
    """A text; None also where it is empty."""
    value = body.get(name)
    return value if isinstance(value, str) and value else None


def words(body: Json, name: str) -> str:
    """A text for people; empty where there is none."""
    return text(body, name) or ""


def number(body: Json, name: str) -> float | None:
    """A finite number."""
    return as_number(body.get(name))


def as_number(value: object) -> float | None:
    """The value where it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def whole(body: Json, name: str) -> int | None:
    """A whole number."""
    value = number(body, name)
    return None if value is None else int(value)


def truth(body: Json, name: str) -> bool | None:
    """True or false."""
    value = body.get(name)
    return value if isinstance(value, bool) else None


def moment(body: Json, name: str) -> datetime | None:
    """A time, in UTC where it names no zone."""
    value = text(body, name)
    try:
        time = None if value is None else datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time is None or time.tzinfo is not None else time.replace(tzinfo=UTC)


def configuration(body: Json, name: str) -> Configuration | None:
    """A configuration."""
    value = body.get(name)
    try:
        return Configuration.from_json(value) if isinstance(value, Mapping) else None
    except (TypeError, ValueError):
        return None


def part(body: Json, name: str) -> Json:
    """A JSON object; an empty one where there is none."""
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(body: Json, name: str) -> tuple[Json, ...]:
    """The JSON objects of a list."""
    return tuple(one for one in _members(body.get(name)) if isinstance(one, Mapping))


def numbers(value: object) -> tuple[float, ...]:
    """The finite numbers of a list."""
    found = map(as_number, _members(value))
    return tuple(one for one in found if one is not None)


def figures(body: Json) -> dict[str, Figure]:
    """The members that are figures or texts; objects and lists are left out."""
    return {str(name): value for name, value in body.items() if _is_figure(value)}


def _members(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _is_figure(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
