"""Plots for pages: matplotlib figures without pyplot, as SVG that stands in a page.

The same data gives the same bytes: no date, ids from the figure's name, matplotlib's own font for
measuring. What is ink takes the colour of the page's text; the palette reads on white and on
black (at least 3 to 1 against both).
"""

import io
import re
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#7f7f7e"
"""Stands for the colour of the page's text: lines, ticks and words are drawn in it."""
PALETTE = ("#2f81d0", "#d0702c", "#2a9461", "#b55fa8", "#8b7a2e", "#7a74d4")
"""Blue, orange, green, purple, olive, violet; told apart by brightness and by marker as well."""
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
"""One a colour of the palette, so that nothing is told by colour alone."""

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, hence the same layout everywhere
    "font.size": 9.0,
    "svg.fonttype": "none",  # text stays text: it can be read aloud, found and copied
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": INK,
    "grid.alpha": 0.18,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.0,
}
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)  # XML declaration and document type
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_GROUP_ID = re.compile(r'(<g) id="[^"]*"')  # nothing refers to a group, and ids must differ
_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*"| height="[^"]*"(?=[^>]*viewBox)')
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)


def new_figure(
    *, rows: int = 1, columns: int = 1, width: float = 8.0, height: float = 3.6, **settings: Any
) -> "tuple[Figure, list[Axes]]":
    """A figure in the style of the pages.

    Args:
        rows: Of plots.
        columns: Of plots.
        width: Of the whole, inches.
        height: Of the whole, inches.
        settings: For matplotlib's `Figure.subplots`, such as `sharex=True`.

    Returns:
        The figure and its plots, row by row.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        plots = figure.subplots(rows, columns, squeeze=False, **settings)
    return figure, [one for row in plots for one in row]


def svg(figure: "Figure", *, name: str, alternative: str) -> str:
    """The figure as one `<svg>` element that scales with its page.

    Args:
        figure: What to draw.
        name: Of the figure, alone in its page: ids start from it.
        alternative: What the figure shows, for those who cannot see it.
    """
    import matplotlib as mpl

    _ink_what_came_later(figure)
    drawn = io.StringIO()
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    text = _HEAD.sub("", drawn.getvalue())
    for pattern in (_METADATA, _COMMENT):
        text = pattern.sub("", text)
    text = _GROUP_ID.sub(r"\1", text)
    text = _SIZE.sub(lambda found: found.group(1) or "", text)
    text = text.replace(INK, "currentColor")
    label = f'<svg role="img" aria-label="{escape(alternative, quote=True)}"'
    return text.replace("<svg", label, 1).strip()


def _ink_what_came_later(figure: "Figure") -> None:
    """Legends and words made outside of `new_figure` are black on white unless told otherwise."""
    from matplotlib.legend import Legend
    from matplotlib.text import Text

    for legend in figure.findobj(Legend):
        if isinstance(legend, Legend):
            legend.set_frame_on(False)
    for words in figure.findobj(Text):
        if isinstance(words, Text) and words.get_color() in ("black", "k"):
            words.set_color(INK)


def thin(count: int, most: int = 1500) -> slice:
    """Which of `count` points to draw so that about `most` are left, evenly."""
    return slice(None, None, max(1, -(-count // most)))


def colour(index: int) -> str:
    """Of the palette, over and over."""
    return PALETTE[index % len(PALETTE)]


def marker(index: int) -> str:
    """One a colour, over and over."""
    return MARKERS[index % len(MARKERS)]


def dashes(index: int) -> Any:
    """One a colour, over and over."""
    return DASHES[index % len(DASHES)]


def logarithmic(plot: "Axes", *, x: bool = False, y: bool = False) -> None:
    """Make axes of a plot logarithmic, with plain numbers at 1, 2 and 5."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    if x:
        plot.set_xscale("log")
    if y:
        plot.set_yscale("log")
    for axis in (*([plot.xaxis] if x else []), *([plot.yaxis] if y else [])):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        axis.set_minor_locator(NullLocator())
