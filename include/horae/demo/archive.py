"""Put an earlier ledger aside instead of overwriting it."""

from datetime import datetime
from pathlib import Path

LEDGER_FILES = ("ledger.db*", "ledger-heads*.json")


def archive_ledger(home: Path, at: datetime) -> Path | None:
    """Move the default ledger and its kept heads to `archive/<time>`; None where there is none."""
    found = [file for pattern in LEDGER_FILES for file in sorted(home.glob(pattern))]
    if not found:
        return None
    folder = home / "archive" / f"{at:%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True)
    for file in found:
        file.rename(folder / file.name)
    return folder
