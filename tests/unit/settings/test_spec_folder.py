"""The folder of job specs: one file a job, named after it."""

from pathlib import Path

import pytest

from horae.errors import SettingsError
from horae.settings.spec_file import read_job_spec
from horae.settings.spec_folder import name_faults, named_job_spec, spec_paths


def put(folder: Path, file: str, name: str, more: str = "") -> None:
    """A spec of a job in a file."""
    limits = "limits: {processing_latency_seconds: 10}"
    (folder / file).write_text(f"name: {name}\nkafka: {{topics: [t]}}\n{limits}\n{more}")


def wrong_names(folder: Path) -> dict[str, str]:
    """What is wrong with the names in a folder, by file."""
    specs = {path: read_job_spec(path) for path in spec_paths(folder)}
    return {path.name: str(fault) for path, fault in name_faults(specs)}


def test_specs_are_the_files_that_end_so(tmp_path: Path) -> None:
    """Sorted by name; other files are let alone, and a folder that is absent has none."""
    put(tmp_path, "b.yaml", "b")
    put(tmp_path, "a.yaml", "a")
    (tmp_path / "README.md").write_text("text")
    assert spec_paths(tmp_path) == [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    assert spec_paths(tmp_path / "absent") == []
    assert wrong_names(tmp_path) == {}


def test_a_doubled_name_is_a_fault(tmp_path: Path) -> None:
    """Two files with one job: both would write one ledger chain."""
    put(tmp_path, "a.yaml", "a")
    put(tmp_path, "b.yaml", "a")
    assert wrong_names(tmp_path) == {
        "b.yaml": f"name: got 'a'; expected a name of its own; {tmp_path / 'a.yaml'} has this one"
    }


@pytest.mark.parametrize("file", ["other.yaml", "a.yml"])
def test_a_file_is_named_after_its_job(tmp_path: Path, file: str) -> None:
    """A file of another name, or with an ending that is not looked for, is a fault."""
    put(tmp_path, file, "a")
    assert "expected a.yaml, after the job's name" in wrong_names(tmp_path)[file]


def test_one_job_is_read_whatever_is_wrong_with_the_others(tmp_path: Path) -> None:
    """A broken spec stops its own job only."""
    put(tmp_path, "a.yaml", "a")
    put(tmp_path, "b.yaml", "b", "mode: atuo\n")
    assert named_job_spec(tmp_path, "a").name == "a"


@pytest.mark.parametrize("name", ["ysc", "../a", ""])
def test_an_unknown_job_is_told_with_those_there_are(tmp_path: Path, name: str) -> None:
    """The message lists the jobs of the folder."""
    put(tmp_path, "ysb.yaml", "ysb")
    with pytest.raises(SettingsError, match=r"expected a job of .* \(ysb\)"):
        named_job_spec(tmp_path, name)
    with pytest.raises(SettingsError, match="did you mean 'ysb'"):
        named_job_spec(tmp_path, "ysc")


def test_a_job_is_not_read_from_a_file_with_another_name_in_it(tmp_path: Path) -> None:
    """The file of one job cannot pass for another."""
    put(tmp_path, "a.yaml", "b")
    with pytest.raises(SettingsError, match=r"expected b\.yaml"):
        named_job_spec(tmp_path, "a")
