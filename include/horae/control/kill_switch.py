"""The switch a person throws to stop Horae, for one job or for the fleet."""

from collections.abc import Callable
from pathlib import Path

Halted = Callable[[], str | None]
"""Why nothing may be done now; None when nothing is in the way. Read before each step."""


def never_halted() -> str | None:
    """No switch at all."""
    return None


def file_switch(home: Path, job: str) -> Halted:
    """The switch of the command line: a file that exists.

    `kill-switch` in `home` stops the fleet, `kill-switch.<job>` one job. The file's text is the
    reason. A file that cannot be read, or looked for, stops as well.
    """

    def halted() -> str | None:
        for path in (home / "kill-switch", home / f"kill-switch.{job}"):
            try:
                if path.exists():
                    return f"{path} exists: {_text(path)}"
            except OSError as error:
                return f"{path} cannot be looked for: {error}"
        return None

    return halted


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        return f"it cannot be read ({error})"
    return text or "no reason is written in it"


def any_of(*switches: Halted) -> Halted:
    """A switch that is thrown when one of `switches` is."""

    def halted() -> str | None:
        return next((reason for switch in switches if (reason := switch()) is not None), None)

    return halted
