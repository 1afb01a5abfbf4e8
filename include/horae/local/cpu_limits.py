"""Limiting a process to a number of CPU cores, where the machine lets us.

One limiter a way; `cpu_limiter` picks the first that works here. A limit is set before the program
starts: the limiter wraps its command line.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

_PERIOD_MICROS = 100_000
_CGROUPS = Path("/sys/fs/cgroup")


class CpuLimiter(Protocol):
    """One way of limiting CPU."""

    @property
    def description(self) -> str:
        """How CPU is limited here, for people."""
        ...

    def wrapped(self, name: str, cores: float, argv: Sequence[str]) -> list[str]:
        """`argv`, limited to `cores` in a group called `name`."""
        ...

    def release(self, name: str) -> bool:
        """Give back what `wrapped` made for `name`; False while its processes are not yet gone.

        Safe to repeat.
        """
        ...


class NoLimiter:
    """Limits nothing, and says so."""

    description = "not enforced: no writable cgroup and no systemd user scope on this machine"

    def wrapped(self, name: str, cores: float, argv: Sequence[str]) -> list[str]:
        """`argv` as it is."""
        return list(argv)

    def release(self, name: str) -> bool:
        """True: there is nothing to give back."""
        return True


class CgroupLimiter:
    """A control group a process, of version 1 or 2.

    Args:
        parent: Folder to make groups in.
        version: 1 or 2; they name the limit differently.
        owner: Tells the groups of one stack from those of another.
    """

    def __init__(self, parent: Path, version: int, owner: str) -> None:
        self._parent = parent
        self._version = version
        self._owner = owner
        self.description = f"cgroup v{version}"

    def wrapped(self, name: str, cores: float, argv: Sequence[str]) -> list[str]:
        """`argv`, which a shell puts into its group before it becomes the program."""
        group = self._group(name)
        group.mkdir(exist_ok=True)
        quota = int(cores * _PERIOD_MICROS)
        if self._version == 1:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_MICROS))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD_MICROS}")
        enter = 'echo $$ > "$1"; shift; exec "$@"'
        return ["/bin/sh", "-c", enter, "limited", str(group / "cgroup.procs"), *argv]

    def release(self, name: str) -> bool:
        """Remove the group, which the kernel refuses until its processes have been reaped."""
        group = self._group(name)
        try:
            group.rmdir()
        except OSError:
            return not group.exists()
        return True

    def _group(self, name: str) -> Path:
        return self._parent / f"horae-{self._owner}-{name}"


class SystemdLimiter:
    """A transient scope of the user's systemd a process; it goes with its process."""

    description = "systemd user scope"

    def wrapped(self, name: str, cores: float, argv: Sequence[str]) -> list[str]:
        """`argv` in a scope."""
        quota = f"CPUQuota={cores * 100:g}%"
        return ["systemd-run", "--user", "--scope", "--quiet", "-p", quota, *argv]

    def release(self, name: str) -> bool:
        """True: the scope ended with its process."""
        return True


def cpu_limiter(owner: Path, cgroups: Path = _CGROUPS) -> CpuLimiter:
    """The way that works on this machine.

    Args:
        owner: Root folder of the stack.
        cgroups: Where control groups are mounted.
    """
    tag = hashlib.sha256(str(owner).encode()).hexdigest()[:8]
    if _writable(cgroups / "cpu" / "cpu.cfs_quota_us", cgroups / "cpu"):
        return CgroupLimiter(cgroups / "cpu", 1, tag)
    controllers = cgroups / "cgroup.subtree_control"
    if controllers.exists() and "cpu" in controllers.read_text() and os.access(cgroups, os.W_OK):
        return CgroupLimiter(cgroups, 2, tag)
    return SystemdLimiter() if _has_user_scopes() else NoLimiter()


def _writable(sign: Path, folder: Path) -> bool:
    known = sign.exists() or (folder / "cgroup.procs").exists()
    return known and os.access(folder, os.W_OK)


def _has_user_scopes() -> bool:
    if shutil.which("systemd-run") is None:
        return False
    trial = ["systemd-run", "--user", "--scope", "--quiet", "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0
