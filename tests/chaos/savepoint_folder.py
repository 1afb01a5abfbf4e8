"""Ways in which a savepoint folder fails, all of them undone by `mended`.

What is mounted over it hides what lay there, as a file server does that is away.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path


def fill(folder: Path) -> None:
    """A file system of 64 KiB that is full."""
    _mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder))
    filler = os.open(folder / "filler", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(filler, b"x" * 1024)
    except OSError:
        return
    finally:
        os.close(filler)


def remove(folder: Path) -> None:
    """A file in its place."""
    folder.rename(_aside(folder))
    folder.touch()


def write_protect(folder: Path) -> None:
    """Mounted so that nobody may write, not even root."""
    _mount("--bind", str(folder), str(folder))
    _mount("-o", "remount,ro,bind", str(folder))


def mended(folder: Path) -> None:
    """As it was before; safe to repeat, also where nothing was harmed."""
    while str(folder.resolve()) in _mounts():
        _run("umount", "--lazy", str(folder))
    if _aside(folder).exists():
        folder.unlink(missing_ok=True)
        _aside(folder).rename(folder)


HARMS: dict[str, Callable[[Path], None]] = {
    "savepoints filled": fill,
    "savepoints removed": remove,
    "savepoints read-only": write_protect,
}


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-aside")


def _mounts() -> list[str]:
    """Where something is mounted; `Path.is_mount` misses what is bound to itself."""
    return [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]


def _mount(*arguments: str) -> None:
    _run("mount", *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
