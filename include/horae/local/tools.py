"""The programs that Horae needs and does not bring."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from horae.errors import MissingTool

# Flink 2.3 and Kafka 4.2 run on 17 and 21; the look-up function is compiled for 17.
JAVA_VERSION = 17

_INSTALL_JAVA = "install it with: sudo apt-get install openjdk-17-jdk-headless"
_INSTALL_MAVEN = "install it with: sudo apt-get install maven"


@dataclass(frozen=True, slots=True)
class Tools:
    """Absolute paths of the programs."""

    java: Path
    maven: Path


def find_tools(search_path: str | None = None) -> Tools:
    """Java and Maven.

    Args:
        search_path: Folders to look in, as in the environment variable PATH, which is the default.

    Raises:
        MissingTool: One is absent or Java is too old; one line, with the command that installs it.
    """
    return Tools(java=find_java(search_path), maven=_find_maven(search_path))


def find_java(search_path: str | None = None) -> Path:
    """Java alone, for what needs no Maven.

    Raises:
        MissingTool: It is absent or too old.
    """
    found = shutil.which("java", path=search_path)
    if found is None:
        raise MissingTool(f"Java {JAVA_VERSION} is not installed; {_INSTALL_JAVA}")
    # It writes a file for tools that watch it unless told not to, even for this question.
    question = [found, "-XX:-UsePerfData", "-version"]
    reply = subprocess.run(question, capture_output=True, text=True, check=False)
    version = major_version(reply.stderr)
    if version is None or version < JAVA_VERSION:
        seen = reply.stderr.strip().splitlines()
        raise MissingTool(
            f"{found} is {seen[0] if seen else 'no Java'}, not Java {JAVA_VERSION} or later; "
            f"{_INSTALL_JAVA}"
        )
    return Path(found)


def _find_maven(search_path: str | None) -> Path:
    found = shutil.which("mvn", path=search_path)
    if found is None:
        raise MissingTool(f"Maven is not installed; {_INSTALL_MAVEN}")
    return Path(found)


def major_version(banner: str) -> int | None:
    """The major version in what `java -version` prints; None where there is none.

    Java 8 and older call themselves 1.8: that is version 1 here, too old like all of them.
    """
    match = re.search(r'version "(\d+)', banner)
    return int(match.group(1)) if match else None
