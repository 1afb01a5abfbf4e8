"""A job that the watchdog minds."""

from pathlib import Path
from typing import Any

import numpy as np

from control_builders import a_spec, at
from control_world import World

ALLOWANCE = 1800.0
SAFE = at(4)
HIGH = np.full(120, 400.0)  # more than the 250 records/s that one slot carries


def spec_of(folder: Path, *, mode: str = "auto", **changes: Any) -> Any:
    """A job with a safe configuration of four slots."""
    script = folder / "ysb.sql"
    script.write_text("SELECT 1;")
    program = {"kind": "sql", "script": str(script)}
    said = {"mode": mode, "safe_configuration": SAFE.to_json(), "engine": {"program": program}}
    return a_spec(**(said | changes))


def unattended(folder: Path) -> World:
    """A job under a load that one slot does not carry; looked at once, and never decided about."""
    world = World(folder, spec=spec_of(folder), load=HIGH)
    world.look("c1")
    return world
