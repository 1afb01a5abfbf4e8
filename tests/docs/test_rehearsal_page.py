import re
from pathlib import Path

import pytest

from horae.simulation.backtest.contenders import POLICIES
from horae.simulation.load.trace_formulas import FORMULAS
from horae.simulation.load.trace_names import NAMED
from horae.simulation.load.trace_specs import trace
from horae.simulation.world.worlds import WORLDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "rehearsal.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[tuple[str, str]]:
    """Name and sentence of each row of the first table after a text."""
    after = PAGE[PAGE.index(heading) :]
    table = after[after.index("|---|---|\n") + len("|---|---|\n") :].partition("\n\n")[0]
    found = [re.fullmatch(r"\| `([\w-]+)` \| (.+) \|", line) for line in table.splitlines()]
    assert all(found)
    return [(row[1], row[2]) for row in found if row]


def test_the_page_lists_every_policy() -> None:
    """In the order of a scoreboard, with the sentence that the command line shows."""
    assert rows("## Policies") == list(POLICIES.items())


def test_the_page_lists_every_world() -> None:
    """In their order, with the sentence that the command line shows."""
    assert rows("## Worlds") == [(name, world.sentence) for name, world in WORLDS.items()]


def test_the_page_lists_every_named_trace() -> None:
    """With its sentence."""
    assert rows("known by name") == [(name, named.sentence) for name, named in NAMED.items()]


def test_the_page_lists_every_formula() -> None:
    """With the first line of its description."""
    expected = [(name, str(kind.__doc__).partition("\n")[0]) for name, kind in FORMULAS.items()]
    assert rows("| formula |") == expected


@pytest.mark.parametrize("page", ["rehearsal.md", "adding-a-trace.md"])
def test_formulas_of_a_page_are_traces(page: str) -> None:
    """Each that is shown is read; one that begins with an operator follows another one."""
    text = (DOCS / page).read_text(encoding="utf-8")
    names = "|".join(FORMULAS)
    shown = re.findall(rf"`( ?[+*]? ?(?:{names}):[^`]+)`", text)
    assert shown
    for spec in shown:
        whole = f"constant:mean=1{spec}" if spec[0] == " " else spec
        assert (trace(whole).load >= 0).all()
