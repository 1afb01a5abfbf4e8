"""The jars, fetched once by Maven from the one pom that names them."""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local.file_lock import held
from horae.local.paths import LocalPaths
from horae.local.tools import Tools

_MARKER = "finished.json"
_PROFILES = ("kafka", "zookeeper", "flink")


@dataclass(frozen=True, slots=True)
class Jars:
    """The folder of jars, complete."""

    folder: Path

    @property
    def kafka_class_path(self) -> str:
        """Class path of the broker."""
        return f"{self.folder / 'kafka'}/*"

    @property
    def zookeeper_class_path(self) -> str:
        """Class path of ZooKeeper."""
        return f"{self.folder / 'zookeeper'}/*"

    @property
    def flink_class_path(self) -> str:
        """Class path of JobManager and TaskManagers."""
        return f"{self.folder / 'flink'}/*"

    @property
    def sql_runner(self) -> Path:
        """The jar that runs a SQL script as a job."""
        return next((self.folder / "submit").glob("flink-sql-gateway-*.jar"))

    @property
    def functions(self) -> Path:
        """The jar with the look-up function."""
        return self.folder / "functions" / "campaign-lookup.jar"


def fetch_jars(paths: LocalPaths, tools: Tools, clock: Clock) -> Jars:
    """The jars, fetched and compiled unless they already are; safe to repeat and to interrupt.

    Raises:
        LocalStackError: Maven failed; with its last lines.
    """
    with held(paths.jars / "fetch.lock", clock):
        wanted = _digest_of_sources(paths)
        if not is_complete(paths.jars, wanted):
            _remove_jars(paths.jars)
            for profile in _PROFILES:
                _run_maven(paths, tools, profile)
            _mark_finished(paths.jars, wanted)
    return Jars(paths.jars)


def is_complete(folder: Path, digest: str) -> bool:
    """Whether the marker is there, belongs to `digest`, and every jar has the size it names."""
    marker = folder / _MARKER
    if not marker.exists():
        return False
    content = json.loads(marker.read_text())
    return bool(content["sources"] == digest and content["sizes"] == _sizes(folder))


def _digest_of_sources(paths: LocalPaths) -> str:
    digest = hashlib.sha256(paths.resource("pom.xml").read_bytes())
    for source in sorted(paths.resource("java").rglob("*.java")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _sizes(folder: Path) -> dict[str, int]:
    return {str(jar.relative_to(folder)): jar.stat().st_size for jar in _jars_in(folder)}


def _jars_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.jar"))


def _remove_jars(folder: Path) -> None:
    # Two versions of a library on one class path would be worse than none.
    (folder / _MARKER).unlink(missing_ok=True)
    for jar in _jars_in(folder):
        jar.unlink()


def _mark_finished(folder: Path, digest: str) -> None:
    draft = folder / f"{_MARKER}.draft"
    draft.write_text(json.dumps({"sources": digest, "sizes": _sizes(folder)}, indent=1))
    draft.replace(folder / _MARKER)


def _run_maven(paths: LocalPaths, tools: Tools, profile: str) -> None:
    arguments = [
        str(tools.maven), "--batch-mode", "--quiet", "--file", str(paths.resource("pom.xml")),
        "--activate-profiles", profile, f"-Dhorae.jars={paths.jars}", "package",
    ]  # fmt: skip
    reply = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if reply.returncode != 0:
        end = "\n".join((reply.stdout + reply.stderr).strip().splitlines()[-12:])
        raise LocalStackError(
            f"Maven could not fetch the jars (profile {profile}); can it reach Maven Central?\n"
            f"{end}"
        )
