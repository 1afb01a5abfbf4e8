"""Command lines of the Java processes."""

from pathlib import Path

from horae.local.java import java_command, own_files_in


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
