"""A PostgreSQL server for a few tests: own folder, no port, gone afterwards."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

UNPRIVILEGED = ("postgres", "nobody")
"""Users to run it as where the tests run as root, which PostgreSQL refuses."""


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Start a server; gives a URL in which `{}` takes the name of a database.

    Skips the test where PostgreSQL's programs are not installed.
    """
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL here: `apt-get install postgresql` brings initdb and pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="horae-pg-"))
    user, run_as = _owner(folder)
    control = [*run_as, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    try:
        _run([*run_as, str(programs / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-N"])
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        yield f"postgresql+psycopg://{user}@/{{}}?host={folder}"
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
