"""Put an earlier ledger aside instead of overwriting it."""

from datetime import datetime
from pathlib import Path

LEDGER_FILES = ("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger-heads.json")


def archive_ledger(home: Path, at: datetime) -> Path | None:
    """Move the default ledger and its kept heads to `archive/<time>`; None where there is none."""
    found = [home / name for name in LEDGER_FILES if (home / name).exists()]
    if not found:
        return None
    folder = home / "archive" / f"{at:%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True)
    for file in found:
        file.rename(folder / file.name)
    return folder
