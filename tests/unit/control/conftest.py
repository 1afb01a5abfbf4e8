"""The world of the control tests, fresh for each."""

from pathlib import Path

import pytest

from control_world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The job `ysb` at one slot under an easy load, never looked at."""
    return World(tmp_path)
