"""The files that pages need: our own style and scripts, and Plotly's, as its package ships it."""

import functools
import hashlib
import importlib.resources
import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
PLOTLY = "plotly.min.js"
MARK_LENGTH = 12
_OWN_STYLE = re.compile(rb'getElementById\("([0-9a-f]{64})"\)')


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file as it is served.

    Attributes:
        content: Its bytes.
        media_type: For the answer.
        mark: Changes when the content does.
    """

    content: bytes
    media_type: str
    mark: str


@functools.cache
def static_file(name: str) -> StaticFile | None:
    """The file with this name; None: there is none."""
    place = _places().get(name)
    if place is None:
        return None
    content = place.read_bytes()
    return StaticFile(
        content=content,
        media_type=TYPES[name.rpartition(".")[2]],
        mark=hashlib.sha256(content).hexdigest()[:MARK_LENGTH],
    )


def mark(name: str) -> str:
    """What stands behind a file's address so that a new version is fetched.

    Raises:
        KeyError: There is no such file.
    """
    found = static_file(name)
    if found is None:
        raise KeyError(name)
    return found.mark


@functools.cache
def _places() -> dict[str, Traversable]:
    """Every file that may be served, by name: nothing else is looked for on a disc."""
    own = importlib.resources.files("horae.webview") / "static"
    plotly = importlib.resources.files("plotly") / "package_data" / PLOTLY
    files = {file.name: file for file in own.iterdir() if file.name.rpartition(".")[2] in TYPES}
    return files | {PLOTLY: plotly}


@functools.cache
def plotly_style_ids() -> tuple[str, ...]:
    """Ids of elements for which Plotly looks before it writes a style element into the page.

    The policy forbids that element. It is one for maps; an element with its id keeps Plotly from
    trying, and the reader's console from telling of it.
    """
    plotly = static_file(PLOTLY)
    found = _OWN_STYLE.findall(plotly.content) if plotly is not None else []
    return tuple(sorted({name.decode() for name in found}))
