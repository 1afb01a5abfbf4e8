"""What the environment says: the only place that reads it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from horae.errors import Fault, SettingsError

LEASE_SECONDS = 30.0
_LEAST_LEASE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Folders and the ledger's address.

    Attributes:
        home: Folder of everything Horae makes (`HORAE_HOME`, default `.horae`).
        ledger_url: SQLAlchemy URL of the ledger (`HORAE_LEDGER`, default a SQLite file in
            `home`).
        jobs_folder: Folder of the job specs (`HORAE_JOBS`, default `include/jobs`).
        windows_url: fsspec URL of the windows (`HORAE_WINDOWS`, default a folder in `home`).
        data_folder: Folder of the load traces that are known by name (`HORAE_DATA`); None: there
            is none.
        lease_seconds: How long the process that acts on a job keeps others off it after its last
            sign of life (`HORAE_LEASE_SECONDS`, default 30).
    """

    home: Path
    ledger_url: str
    jobs_folder: Path
    windows_url: str
    data_folder: Path | None = None
    lease_seconds: float = LEASE_SECONDS

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the variables; those that are absent or empty take their defaults."""
        home = Path(environ.get("HORAE_HOME") or ".horae")
        return cls(
            home=home,
            ledger_url=environ.get("HORAE_LEDGER") or f"sqlite:///{home / 'ledger.db'}",
            jobs_folder=Path(environ.get("HORAE_JOBS") or "include/jobs"),
            windows_url=environ.get("HORAE_WINDOWS") or str(home / "windows"),
            data_folder=Path(folder) if (folder := environ.get("HORAE_DATA")) else None,
            lease_seconds=told_seconds(
                "HORAE_LEASE_SECONDS",
                environ.get("HORAE_LEASE_SECONDS"),
                default=LEASE_SECONDS,
                allowed=lambda seconds: seconds >= _LEAST_LEASE_SECONDS,
                expected=f"seconds, {_LEAST_LEASE_SECONDS:g} at least",
            ),
        )


def told_seconds(
    name: str,
    told: str | None,
    *,
    default: float,
    allowed: Callable[[float], bool],
    expected: str,
) -> float:
    """Seconds that a variable of the environment tells.

    Args:
        name: Of the variable.
        told: Its text; None: it is not set.
        default: Where it is not set, or empty.
        allowed: Whether so many may be told; false for NaN.
        expected: What may be told, for people.

    Raises:
        SettingsError: It tells something else.
    """
    said = told or str(default)
    try:
        seconds = float(said)
    except ValueError:
        seconds = math.nan
    if allowed(seconds):
        return seconds
    fault = Fault(where=name, line=None, value=said, expected=expected)
    raise SettingsError("environment", [fault])
