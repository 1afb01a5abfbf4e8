"""What the environment says: the only place that reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Folders and the ledger's address.

    Attributes:
        home: Folder of everything Horae makes (`HORAE_HOME`, default `.horae`).
        ledger_url: SQLAlchemy URL of the ledger (`HORAE_LEDGER`, default a SQLite file in
            `home`).
        jobs_folder: Folder of the job specs (`HORAE_JOBS`, default `include/jobs`).
        windows_url: fsspec URL of the windows (`HORAE_WINDOWS`, default a folder in `home`).
    """

    home: Path
    ledger_url: str
    jobs_folder: Path
    windows_url: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the variables; those that are absent or empty take their defaults."""
        home = Path(environ.get("HORAE_HOME") or ".horae")
        return cls(
            home=home,
            ledger_url=environ.get("HORAE_LEDGER") or f"sqlite:///{home / 'ledger.db'}",
            jobs_folder=Path(environ.get("HORAE_JOBS") or "include/jobs"),
            windows_url=environ.get("HORAE_WINDOWS") or str(home / "windows"),
        )
