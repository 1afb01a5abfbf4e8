import pytest
from ledger_drafts import NOON

from horae.errors import SettingsError
from horae.ledger.exported_heads import heads_text, read_heads
from horae.ledger.records import Head


def test_exported_heads_read_back() -> None:
    """What was exported is what is compared."""
    heads = {"ysb": Head(count=3, last_hash="ab" * 32), "tsw": Head(count=1, last_hash="0" * 64)}
    assert read_heads(heads_text(heads, NOON), "heads.json") == heads


def test_other_files_are_refused_with_every_fault() -> None:
    """The message names the file and each place in it."""
    text = '{"exported_at": 1, "heads": {"ysb": {"count": 0, "last_hash": "short"}}}'
    with pytest.raises(SettingsError, match=r"heads\.json: 3 faults") as caught:
        read_heads(text, "heads.json")
    assert [fault.where for fault in caught.value.faults] == [
        "exported_at",
        "heads.ysb.count",
        "heads.ysb.last_hash",
    ]


def test_file_that_is_no_json_is_refused() -> None:
    """One fault for the file as a whole."""
    with pytest.raises(SettingsError, match="1 fault"):
        read_heads("{", "heads.json")
