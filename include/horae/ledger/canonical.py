"""One text for one value, so that equal values have equal hashes.

Canonical JSON here: UTF-8, keys sorted by code point, no spaces, characters outside ASCII as they
are, floats as the shortest text that reads back the same, and nothing that JSON does not have.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

from horae.errors import LedgerError

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
"""Fixed width, so that text sorts as time does."""

_WRITER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_TEXT = frozenset({str})
_SINGLE = frozenset({str, float, int, bool, type(None)})

Place = tuple["Place", object] | None
"""Where a value stands: what holds it, and its key or place there; None: it is the whole."""


def canonical_json(value: object) -> str:
    """The one text of a value.

    Args:
        value: Text, whole numbers, finite floats, booleans, None, and sequences and mappings of
            these; mappings have text as keys. NumPy's 64-bit float counts as a float.

    Raises:
        LedgerError: Something else is in it; the message says where, and what to give instead.
    """
    if _is_plain(value):
        with suppress(ValueError):  # what is wrong in it is told below, with its place
            text = _WRITER.encode(value)
            text.encode()
            return text
    return _WRITER.encode(_plain(value, None))


def time_text(time: datetime) -> str:
    """A time as text, in UTC to the microsecond: `2026-01-31T08:00:00.000000Z`.

    Raises:
        LedgerError: The time does not know its zone.
    """
    if time.utcoffset() is None:
        raise LedgerError(f"got {time.isoformat()} without a zone; expected a time in UTC")
    moment = time.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='microseconds')}Z"


def read_time(text: str) -> datetime:
    """The time that `time_text` wrote.

    Raises:
        LedgerError: The text is not of that form.
    """
    try:
        # The library reads other forms as well, and strptime takes ten times as long.
        if not _TIME.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise LedgerError(f"got time {text!r}; expected 2026-01-31T08:00:00.000000Z") from error


def _is_plain(value: object) -> bool:
    """Whether it is made of Python's own JSON types alone, as nearly all bodies are.

    Looking at types in bulk takes a fifth of the time that making each value plain takes.
    """
    if type(value) is dict:
        if not _TEXT.issuperset(map(type, value)):
            return False
        values = list(value.values())
    elif type(value) is list:
        values = value
    else:
        return type(value) in _SINGLE
    if _SINGLE.issuperset(map(type, values)):
        return True
    return all(_is_plain(each) for each in values if type(each) not in _SINGLE)


def _plain(value: object, path: Place) -> object:
    """The value in Python's own JSON types; `path` says where it stands."""
    kind = type(value)
    if kind is float:
        return _finite(cast(float, value), path)
    if kind is str:
        return _text(cast(str, value), path)
    if kind is dict:
        items = cast(dict[object, object], value).items()
        return {_key(key, path): _plain(item, (path, key)) for key, item in items}
    if kind is list:
        listed = enumerate(cast(list[object], value))
        return [_plain(item, (path, index)) for index, item in listed]
    return _plain_kin(value, path)


def _plain_kin(value: object, path: Place) -> object:
    """The same for what is not one of the four commonest types, but perhaps of their kind."""
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case float():
            return _finite(float(value), path)
        case str():
            return _text(value, path)
        case Mapping():
            return {_key(key, path): _plain(item, (path, key)) for key, item in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [_plain(item, (path, index)) for index, item in enumerate(value)]
    raise LedgerError(
        f"{_said(path)}: got {type(value).__name__} {value!r:.80}; expected text, a number, true, "
        "false, null, a list or an object (a time goes in as text by time_text)"
    )


def _said(path: Place) -> str:
    """A path in words: `$.front[1].cost`."""
    if path is None:
        return "$"
    parent, key = path
    return f"{_said(parent)}[{key}]" if isinstance(key, int) else f"{_said(parent)}.{key}"


def _finite(value: float, path: Place) -> float:
    if not math.isfinite(value):
        raise LedgerError(
            f"{_said(path)}: got {value}; expected a finite number (what is not known is null)"
        )
    return value


def _text(value: str, path: Place) -> str:
    if value.isascii():
        return str(value)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise LedgerError(
            f"{_said(path)}: got {value!a:.80}; expected text that UTF-8 can hold"
        ) from error
    return str(value)


def _key(key: object, path: Place) -> str:
    if not isinstance(key, str):
        raise LedgerError(f"{_said(path)}: got key {key!r:.80}; expected text as a key")
    return _text(key, path)
