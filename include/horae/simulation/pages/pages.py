"""Pages for people: one HTML file that needs nothing else.

Everything is escaped but what this module and `plots` made. No script, nothing fetched; light or
dark as the reader's system is; readable without colours and without a mouse.
"""

import functools
import importlib.resources
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

Cell = str | int | float | None
"""None: nothing to show; shown as a dash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page.

    Attributes:
        title: Its heading.
        parts: What it consists of, from the functions below; plain text is escaped.
        note: One sentence under the heading; empty for none.
    """

    title: str
    parts: tuple[Markup | str, ...]
    note: str = ""


def page(title: str, sections: Sequence[Section], *, lead: str = "") -> str:
    """A whole page, with a list of its sections at the top.

    Args:
        title: What the page is about.
        sections: In their order.
        lead: The first sentence or two: what a reader in a hurry should know.
    """
    template = _environment().get_template("page.html")
    return template.render(title=title, lead=lead, sections=sections, style=Markup(_style()))  # noqa: S704 (our own file)


def paragraph(text: str) -> Markup:
    """Text between the other parts."""
    return Markup("<p>{}</p>").format(text)


def items(entries: Sequence[str]) -> Markup:
    """A list of sentences."""
    return Markup("<ul>{}</ul>").format(
        Markup("").join(map(Markup("<li>{}</li>").format, entries))
    )


def facts(entries: Mapping[str, Cell]) -> Markup:
    """Names with a value each."""
    return _render("facts.html", entries={name: shown(value) for name, value in entries.items()})


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    caption: str,
    best: int | None = None,
    figures: bool = False,
) -> Markup:
    """A table; columns of numbers stand to the right, the first column names its row.

    Args:
        head: Names of the columns, with their unit.
        rows: Cells; floats are shown with four significant digits.
        caption: What the table shows.
        best: Row to mark; None: none.
        figures: What stands behind the first column is a figure, also where it is text.
    """
    numeric = [
        (figures and place > 0)
        or all(isinstance(row[place], int | float) or row[place] is None for row in rows)
        for place in range(len(head))
    ]
    cells = [[shown(cell) for cell in row] for row in rows]
    return _render(
        "table.html", head=head, rows=cells, numeric=numeric, caption=caption, best=best
    )


def figure(drawing: str, *, caption: str) -> Markup:
    """A plot with its caption.

    Args:
        drawing: From `plots.svg`; it goes into the page as it is.
        caption: What to see in it.
    """
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(
        Markup(drawing),  # noqa: S704 (matplotlib escapes what stands in it)
        caption,
    )


def shown(value: Cell) -> str:
    """A cell for people: four significant digits, thousands parted, a dash for nothing."""
    match value:
        case None:
            return "–"  # noqa: RUF001 (a dash is meant)
        case bool():
            return "yes" if value else "no"
        case float():
            return _number(value)
        case int():
            return f"{value:,}"
        case _:
            return value


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _render(name: str, **values: object) -> Markup:
    return Markup(_environment().get_template(name).render(**values))  # noqa: S704 (escaped there)


@functools.cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("horae.simulation.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _style() -> str:
    folder = importlib.resources.files("horae.simulation.pages") / "templates"
    return (folder / "page.css").read_text(encoding="utf-8")
