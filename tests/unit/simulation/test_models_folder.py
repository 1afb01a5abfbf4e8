from pathlib import Path

import pytest

from horae.errors import SettingsError
from horae.simulation.job.job_model import MODELS
from horae.simulation.job.models_folder import load_model, model_text, save_model, shipped

NAMES = shipped()


def test_the_models_of_the_published_jobs_are_shipped() -> None:
    """Horae comes with models of TSW, of YSB under Khaos and of Phoebe's traffic job."""
    published = {"tsw", "tsw-reactive", "tsw-operator", "ysb-khaos", "cars-phoebe"}
    assert published <= set(NAMES)
    assert list(NAMES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_loads_and_says_where_it_comes_from(name: str) -> None:
    """Each shipped model is named after its file, tells its source and sustains some load."""
    model = load_model(name)
    assert model.name == name
    assert "arXiv" in model.source
    assert "Assumed" in model.source
    assert model.deviations
    assert model.capacity.median(model.start.configuration()) > 1_000


@pytest.mark.parametrize("name", NAMES)
def test_writing_what_was_read_gives_the_same_file(name: str, tmp_path: Path) -> None:
    """A model that is loaded and saved is the same file, byte for byte."""
    path = tmp_path / "again" / "model.yaml"
    save_model(load_model(name), path)
    assert path.read_bytes() == (MODELS / f"{name}.yaml").read_bytes()
    assert load_model(path) == load_model(name)


def test_an_unknown_model_is_answered_with_those_there_are() -> None:
    """A misspelt name is told with the names that exist."""
    with pytest.raises(SettingsError, match="did you mean 'tsw-operator'"):
        load_model("tsw-operators")


def faulty(folder: Path, *changes: tuple[str, str]) -> SettingsError:
    """What is said of the TSW model with some lines changed."""
    text = model_text(load_model("tsw"))
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = folder / "faulty.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_model(path)
    return caught.value


def test_every_fault_of_a_model_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    """Wrong values, unknown names and missing entries of a file are told in one error."""
    error = faulty(
        tmp_path,
        ("  misfit:", "  misfitt:"),
        ("  idle: ", "  idle: 2"),
        ("partitions: 24", "partitions: many"),
        ("latency:\n", "latenz:\n"),
    )
    places = {fault.where for fault in error.faults}
    assert places == {"capacity.misfitt", "cpu.idle", "partitions", "latency", "latenz"}
    assert "did you mean 'misfit'?" in str(error)
    lines = [fault.line for fault in error.faults]
    assert None not in lines
    assert lines == sorted(line or 0 for line in lines)


def test_values_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    """No path, more subtasks than partitions and an axis that does not exist are faults."""
    text = model_text(load_model("cars-phoebe"))
    begin, end = text.index("  savepoint:"), text.index("  pod_restart: null")
    error = faulty_text(
        tmp_path,
        (text[:begin] + "  savepoint: null\n" + text[end:])
        .replace("partitions: 24", "partitions: 3")
        .replace("search:\n  parallelism:", "search:\n  paralelism:")
        .replace("inputs: [source]", "inputs: [sauce]"),
    )
    places = {fault.where for fault in error.faults}
    assert places == {"outages", "start.parallelism", "search.paralelism", "vertices[1].inputs"}


def faulty_text(folder: Path, text: str) -> SettingsError:
    """What is said of a text."""
    path = folder / "faulty.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_model(path)
    return caught.value


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "a: [1", "\t"])
def test_what_is_no_model_is_told_so(tmp_path: Path, text: str) -> None:
    """An empty file, words, a list and broken YAML end in one error each."""
    assert faulty_text(tmp_path, text).faults
