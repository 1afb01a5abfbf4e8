"""One text for one value, so that equal values have equal hashes.

Canonical JSON here: UTF-8, keys sorted by code point, no spaces, characters outside ASCII as they
are, floats as the shortest text that reads back the same, and nothing that JSON does not have.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from horae.errors import LedgerError

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
"""Fixed width, so that text sorts as time does."""


def canonical_json(value: object) -> str:
    """The one text of a value.

    Args:
        value: Text, whole numbers, finite floats, booleans, None, and sequences and mappings of
            these; mappings have text as keys. NumPy's 64-bit float counts as a float.

    Raises:
        LedgerError: Something else is in it; the message says where, and what to give instead.
    """
    return json.dumps(
        _plain(value, "$"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


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
        return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise LedgerError(f"got time {text!r}; expected 2026-01-31T08:00:00.000000Z") from error


def _plain(value: object, path: str) -> object:
    """The value in Python's own JSON types; `path` says where it stands."""
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
            return {_key(key, path): _plain(item, f"{path}.{key}") for key, item in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    raise LedgerError(
        f"{path}: got {type(value).__name__} {value!r:.80}; expected text, a number, true, false, "
        "null, a list or an object (a time goes in as text by time_text)"
    )


def _finite(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise LedgerError(
            f"{path}: got {value}; expected a finite number (what is not known is null)"
        )
    return value


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise LedgerError(
            f"{path}: got {value!a:.80}; expected text that UTF-8 can hold"
        ) from error
    return str(value)


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise LedgerError(f"{path}: got key {key!r:.80}; expected text as a key")
    return _text(key, path)
