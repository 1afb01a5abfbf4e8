"""A PostgreSQL server for a few tests: own folder, no port, gone afterwards."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

UNPRIVILEGED = ("postgres", "nobody")
"""Users to run it as where the tests run as root, which PostgreSQL refuses."""

REQUIRED = "REQUIRE_POSTGRESQL"
"""Environment variable that makes tests fail where they would be skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A server that can be stopped and started.

    Attributes:
        folder: Where it lies, and its socket.
        user: Who owns it, and may sign in.
        control: The command that controls it, but for the verb.
    """

    folder: Path
    user: str
    control: tuple[str, ...]

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of a database."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def address(self, database: str) -> str:
        """The database driver's own URL of a database."""
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        _run([*self.control, "-l", str(self.folder / "log"), "-o", options, "start"])

    def stop(self) -> None:
        """Stop it as a crash would, in the middle of whatever it does."""
        _run([*self.control, "-m", "immediate", "stop"])

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It is down within the block, and up afterwards."""
        self.stop()
        try:
            yield
        finally:
            self.start()


@contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """Start a server.

    Where PostgreSQL's programs are not installed the test is skipped, or fails if REQUIRED is set.
    """
    programs = _programs()
    if programs is None:
        missing = pytest.fail if os.environ.get(REQUIRED) else pytest.skip
        missing("no PostgreSQL here: `apt-get install postgresql` brings initdb and pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="horae-pg-"))
    user, run_as = _owner(folder)
    data = str(folder / "data")
    control = (*run_as, str(programs / "pg_ctl"), "-D", data, "-w")
    cluster = Cluster(folder=folder, user=user, control=control)
    try:
        _run([*run_as, str(programs / "initdb"), "-D", data, "-A", "trust", "-N"])
        cluster.start()
        yield cluster
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True, check=False)
        shutil.rmtree(folder)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


def _owner(folder: Path) -> tuple[str, list[str]]:
    """The user that owns the server, and what to put before a command so that it runs as him."""
    if os.geteuid() != 0:
        return getpass.getuser(), []
    import pwd

    user = next(
        name for name in UNPRIVILEGED if name in {entry.pw_name for entry in pwd.getpwall()}
    )
    shutil.chown(folder, user)
    return user, ["runuser", "-u", user, "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        pytest.fail(f"{command} exited {done.returncode}: {done.stdout}{done.stderr}")
