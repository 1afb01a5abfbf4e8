from datetime import datetime

import pytest
from ledger_drafts import a_draft

from horae.errors import LedgerError
from horae.ledger.records import entry_id, entry_place


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain", ""),
        ("chain", "Upper case"),
        ("chain", "a:b"),
        ("identity", ""),
        ("identity", "x" * 201),
        ("actor", "two\nlines"),
        ("actor", "\x1b[31mred"),
        ("schema_version", 0),
        ("time", datetime(2026, 1, 31)),
    ],
)
def test_draft_refuses_what_could_not_be_kept(field: str, value: object) -> None:
    """The message names the field, what came and what was expected."""
    with pytest.raises(LedgerError, match=f"{field}: got .* expected"):
        a_draft(**{field: value})


def test_id_names_the_place() -> None:
    """An id leads back to chain and number, also where the name has dots and dashes."""
    assert entry_place(entry_id("a-b.c_2", 17)) == ("a-b.c_2", 17)


@pytest.mark.parametrize("text", ["", "ysb", "ysb:", "ysb:0", "ysb:-1", "ysb:1.5", ":3", "ysb:x"])
def test_other_texts_are_no_ids(text: str) -> None:
    """The message shows what an id looks like."""
    with pytest.raises(LedgerError, match="such as ysb:12"):
        entry_place(text)
