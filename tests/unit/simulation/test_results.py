"""What is kept of runs."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from backtest_builders import a_load, a_rehearsal
from horae.errors import HoraeError
from horae.simulation.backtest import results
from horae.simulation.backtest.backtest import Rehearsal, rehearse
from horae.simulation.backtest.results import (
    Result,
    inputs_of,
    keep,
    kept,
    name_of,
    result_of,
)
from horae.simulation.world.worlds import WORLDS


def test_another_version_of_a_library_is_another_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made with the one is not taken for what the other would make."""
    code = results.code_version.__wrapped__
    before = code()
    monkeypatch.setattr(results, "version", lambda name: "0" if name == "numpy" else version(name))
    assert code() != before
    monkeypatch.undo()
    assert code() == before


def file_of(run: Rehearsal) -> str:
    """Name of its file."""
    return name_of("run", inputs_of(run))


def test_a_result_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    """With its actions and its curves, gaps included."""
    run = a_rehearsal("threshold")
    result = result_of(run, rehearse(run), shown=True)
    keep(result, tmp_path / "run.json")
    assert kept(Result, tmp_path / "run.json") == result
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_curves_are_kept_only_of_what_is_shown() -> None:
    """The others need a hundredth of the room."""
    run = a_rehearsal("static")
    assert result_of(run, rehearse(run), shown=False).curves is None


def test_the_name_follows_from_everything_that_determines_a_run() -> None:
    """Another model, world, load, season, policy, setting or seed is another file."""
    run = a_rehearsal("threshold")
    louder = replace(a_load(), load=a_load().load + 1e-9)
    others = [
        a_rehearsal("threshold", partitions=12),
        a_rehearsal("threshold", world=WORLDS["noisy"]),
        a_rehearsal("threshold", trace=louder),
        a_rehearsal("threshold", trace=replace(a_load(), season_seconds=60.0)),
        a_rehearsal("threshold", trace=replace(a_load(), history_seconds=601)),
        a_rehearsal("ds2"),
        a_rehearsal("threshold", said={"policy": {"tolerance": 0.2}}),
        a_rehearsal("threshold", said={"start": {"parallelism": 3}}),
        a_rehearsal("threshold", seed=2),
    ]
    names = {file_of(one) for one in (run, *others)}
    assert len(names) == 1 + len(others)
    assert file_of(a_rehearsal("threshold")) == file_of(run)


def test_what_is_not_there_is_none_and_what_is_broken_is_told(tmp_path: Path) -> None:
    """It says what to do about it."""
    path = tmp_path / "run.json"
    assert kept(Result, path) is None
    path.write_text('{"who": ')
    with pytest.raises(HoraeError, match=r"run\.json holds no Result.*remove it"):
        kept(Result, path)
