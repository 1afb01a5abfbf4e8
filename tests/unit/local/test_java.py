"""Command lines of the Java processes."""

from pathlib import Path

from horae.local.java import flink_files_in, java_command, own_files_in


def test_a_jvm_keeps_its_own_files_in_the_folder(tmp_path: Path) -> None:
    """The folder is made, and named before the class path, after which Java takes no options."""
    folder = tmp_path / "tmp"
    options = own_files_in(folder)
    assert folder.is_dir()
    command = java_command(
        Path("/java"), "Main", class_path="a.jar", options=options, logging=Path("/log4j2"),
        arguments=["argument"],
    )  # fmt: skip
    before = command[: command.index("-cp")]
    assert f"-Djava.io.tmpdir={folder}" in before
    assert "-XX:-UsePerfData" in before
    assert command[-4:] == ["-cp", "a.jar", "Main", "argument"]


def test_what_a_killed_process_left_goes_with_the_next_start(tmp_path: Path) -> None:
    """The folder is empty again, and the same process of Flink keeps its files there as well."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "left-over.jar").touch()
    own_files_in(tmp_path / "one")
    assert list((tmp_path / "one").iterdir()) == []
    files = flink_files_in(tmp_path / "one")
    assert files["io.tmp.dirs"] == tmp_path / "one"
    assert tmp_path / "one" in Path(str(files["blob.storage.directory"])).parents
