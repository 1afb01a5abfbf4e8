"""Where the published measurements lie, which are no part of the project."""

import os
from pathlib import Path

DEFAULT = Path(__file__).resolve().parents[1].parent / "shared" / "data"
"""Beside the checkout; `HORAE_DATA` names another folder."""


def data_folder() -> Path | None:
    """The folder; None where there is none."""
    folder = Path(os.environ.get("HORAE_DATA") or DEFAULT)
    return folder if folder.is_dir() else None


def why_absent() -> str:
    """One line for a person: what is skipped for lack of the folder, and what to do."""
    named = os.environ.get("HORAE_DATA")
    return f"needs the published measurements: HORAE_DATA names no folder ({named or DEFAULT})"
