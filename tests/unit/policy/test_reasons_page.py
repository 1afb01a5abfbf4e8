"""The page of reasons is complete."""

import re
from pathlib import Path

from horae.domain.proposal import Reason
from horae.policy.guards import GUARDS

PAGE = Path(__file__).parents[3] / "docs" / "reasons.md"


def test_every_reason_and_guard_is_explained_once() -> None:
    """First cells of the page's tables are the codes of all reasons and guards, and no others."""
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    guards = [guard.__name__.replace("_", "-") for guard in GUARDS]
    assert sorted(listed) == sorted([*(str(reason) for reason in Reason), *guards])


def test_every_row_says_what_a_person_can_do() -> None:
    """Three cells a row, none empty."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert len(cells) == 3
        assert all(cells)
