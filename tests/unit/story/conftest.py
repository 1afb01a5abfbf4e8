"""Chains to be told from, empty for each test."""

from pathlib import Path

import pytest

from decision_story_builders import Chain
from story_builders import Book


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """An empty chain."""
    return Book.in_folder(tmp_path)


@pytest.fixture
def chain() -> Chain:
    """Empty, at three in the morning."""
    return Chain()
