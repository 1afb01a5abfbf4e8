from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import numpy as np
import pytest

from horae.errors import LedgerError
from horae.ledger.canonical import canonical_json, read_time, time_text
from horae.ledger.records import EntryKind


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    """Keys go by code point, upper case before lower case before the rest."""
    assert (
        canonical_json({"é": 1, "b": [1, 2.5, None], "B": True})
        == '{"B":true,"b":[1,2.5,null],"é":1}'
    )


@pytest.mark.parametrize(
    ("value", "same"),
    [
        ((1, 2), [1, 2]),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (OrderedDict([("b", 1), ("a", 2)]), {"a": 2, "b": 1}),
        (np.float64(0.1), 0.1),
        (EntryKind.WINDOW, "window"),
        ({EntryKind.WINDOW: 1}, {"window": 1}),
    ],
)
def test_equal_values_have_equal_text(value: object, same: object) -> None:
    """What reads back the same is written the same, also deep within what is plain."""
    assert canonical_json(value) == canonical_json(same)
    assert canonical_json({"a": [1, {"b": value}]}) == canonical_json({"a": [1, {"b": same}]})


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        datetime(2026, 1, 1, tzinfo=UTC),
        b"x",
        {1},
        "\udfff",
        np.int64(3),
    ],
)
def test_anything_else_is_refused_with_its_path(value: object) -> None:
    """The message names where it stands."""
    with pytest.raises(LedgerError, match=r"^\$\.models\[0\]\.capacity: got .* expected"):
        canonical_json({"models": [{"capacity": value}]})


@pytest.mark.parametrize("key", [1, True, None, "\ud800"])
def test_keys_are_text(key: object) -> None:
    """A key that is no text is named with its place."""
    with pytest.raises(LedgerError, match=r"^\$"):
        canonical_json({key: 1})


def test_time_has_one_text() -> None:
    """Zones do not matter, microseconds are always there, and the text reads back."""
    time = datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    assert time_text(time) == "2026-01-31T08:30:00.000000Z"
    assert read_time(time_text(time)) == time


def test_time_without_zone_is_refused() -> None:
    """Nobody can say when that was."""
    with pytest.raises(LedgerError, match="without a zone"):
        time_text(datetime(2026, 1, 31))


def test_another_text_is_no_time() -> None:
    """The message shows the form."""
    with pytest.raises(LedgerError, match="expected 2026-01-31T08"):
        read_time("yesterday")
