"""The switch by file, for one job and for the fleet."""

from pathlib import Path

import pytest

from horae.control.kill_switch import any_of, file_switch, never_halted


def test_no_file_halts_nothing(tmp_path: Path) -> None:
    """Nor does a folder that does not exist."""
    assert file_switch(tmp_path, "ysb")() is None
    assert file_switch(tmp_path / "nowhere", "ysb")() is None
    assert never_halted() is None


@pytest.mark.parametrize("name", ["kill-switch", "kill-switch.ysb"])
def test_a_file_halts_and_its_text_is_the_reason(tmp_path: Path, name: str) -> None:
    """One for the fleet, one for the job."""
    (tmp_path / name).write_text("broker is being moved\n")
    assert file_switch(tmp_path, "ysb")() == f"{tmp_path / name} exists: broker is being moved"


def test_the_file_of_another_job_halts_nothing(tmp_path: Path) -> None:
    """Each job has its own."""
    (tmp_path / "kill-switch.orders").write_text("no")
    assert file_switch(tmp_path, "ysb")() is None


def test_an_empty_file_halts_too(tmp_path: Path) -> None:
    """`touch` is enough in an emergency."""
    (tmp_path / "kill-switch").touch()
    assert "no reason is written in it" in (file_switch(tmp_path, "ysb")() or "")


def test_a_file_that_cannot_be_read_halts(tmp_path: Path) -> None:
    """A folder in its place: it exists, so nothing is done."""
    (tmp_path / "kill-switch").mkdir()
    assert "it cannot be read" in (file_switch(tmp_path, "ysb")() or "")


def test_a_file_that_is_no_text_halts(tmp_path: Path) -> None:
    """Whatever was written into it."""
    (tmp_path / "kill-switch").write_bytes(b"\xff\xfe")
    assert "kill-switch exists" in (file_switch(tmp_path, "ysb")() or "")


def test_it_is_read_anew_every_time(tmp_path: Path) -> None:
    """Thrown and taken back between two steps."""
    halted = file_switch(tmp_path, "ysb")
    assert halted() is None
    (tmp_path / "kill-switch").write_text("stop")
    assert halted() is not None
    (tmp_path / "kill-switch").unlink()
    assert halted() is None


def test_one_thrown_switch_is_enough() -> None:
    """The first reason is told; none at all halts nothing."""
    assert any_of(never_halted, lambda: "b", lambda: "c")() == "b"
    assert any_of(never_halted, never_halted)() is None
    assert any_of()() is None


def test_a_file_that_cannot_be_looked_for_halts(tmp_path: Path) -> None:
    """No file system takes a name of 300 letters: whether there is a switch is not known."""
    assert "cannot be looked for" in (file_switch(tmp_path, "y" * 300)() or "")
