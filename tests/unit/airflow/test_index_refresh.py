"""A task leaves the index up to date, and never fails for it."""

from pathlib import Path
from types import ModuleType

import pytest

from horae.ledger.opening import open_ledger
from horae.story.index.keeping import entries_behind
from story_builders import Book


@pytest.fixture
def index(glue: ModuleType) -> ModuleType:
    """The module, once Airflow has its home."""
    from horae_airflow import index

    return index


def test_a_task_folds_what_is_new(
    index: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of its own job; the others are left to their tasks."""
    monkeypatch.setenv("HORAE_LEDGER", f"sqlite:///{tmp_path / 'ledger.db'}")
    book = Book.in_folder(tmp_path)
    book.look(0)
    Book(book.ledger, "tsw").look(0)
    assert index.refreshed("ysb", {"cycle": "c0"}) == {"cycle": "c0"}
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert (entries_behind(ledger, "ysb"), entries_behind(ledger, "tsw")) == (0, 1)


def test_an_index_that_cannot_be_kept_is_logged(
    index: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The task has done its work."""
    (tmp_path / "folder.db").mkdir()
    monkeypatch.setenv("HORAE_LEDGER", f"sqlite:///{tmp_path / 'folder.db'}")
    assert index.refreshed("ysb", 7) == 7
    assert "the index of ysb is left behind" in caplog.text


def test_a_fault_of_the_index_is_logged_as_well(
    index: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An action that was carried out must not be tried again for what is only shown."""

    def broken(*_: object, **__: object) -> int:
        raise ValueError("a fault of ours")

    monkeypatch.setattr("horae.story.index.keeping.bring_up_to_date", broken)
    assert index.refreshed("ysb", 7) == 7
    assert "the index of ysb is left behind" in caplog.text
    assert "a fault of ours" in caplog.text
