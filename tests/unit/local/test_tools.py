"""Java and Maven: found, or named with the command that installs them."""

from pathlib import Path

import pytest

from horae.errors import MissingTool
from horae.local.tools import find_tools, major_version


def _program(folder: Path, name: str, prints: str) -> None:
    script = folder / name
    script.write_text(f"#!/bin/sh\necho '{prints}' >&2\n")
    script.chmod(0o755)


def test_both_are_found(tmp_path: Path) -> None:
    """A new enough Java and any Maven are taken from the search path."""
    _program(tmp_path, "java", 'openjdk version "21.0.2" 2024-01-16')
    _program(tmp_path, "mvn", "")
    assert find_tools(str(tmp_path)).maven == tmp_path / "mvn"


def test_a_missing_java_is_one_line_with_its_install_command(tmp_path: Path) -> None:
    """The user can paste the end of the line."""
    with pytest.raises(MissingTool) as caught:
        find_tools(str(tmp_path))
    assert str(caught.value) == (
        "Java 17 is not installed; install it with: sudo apt-get install openjdk-17-jdk-headless"
    )


def test_an_old_java_is_shown(tmp_path: Path) -> None:
    """The message says what came and what was expected."""
    _program(tmp_path, "java", 'openjdk version "11.0.2" 2019-01-15')
    with pytest.raises(MissingTool, match=r'version "11\.0\.2".*not Java 17 or later'):
        find_tools(str(tmp_path))


def test_a_missing_maven_is_named(tmp_path: Path) -> None:
    """Java alone is not enough."""
    _program(tmp_path, "java", 'openjdk version "17.0.15" 2025-04-15')
    with pytest.raises(MissingTool, match="Maven is not installed; install it with: sudo apt-get"):
        find_tools(str(tmp_path))


@pytest.mark.parametrize(
    ("banner", "version"), [('java version "1.8.0_412"', 1), ('"17"', None), ("", None)]
)
def test_the_version_is_read_from_the_banner(banner: str, version: int | None) -> None:
    """Java 8 calls itself 1.8; a text without a version has none."""
    assert major_version(banner) == version
