"""Makes HTML of templates; everything that goes in is escaped, and shown even where invisible."""

import functools
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from horae.webview import shown
from horae.webview.access import Person
from horae.webview.static_files import mark, plotly_style_ids

if TYPE_CHECKING:
    from jinja2 import Environment


def page(
    request: Request,
    template: str,
    *,
    person: Person | None,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """The answer with a page in it.

    Args:
        request: What was asked for; addresses in the page are relative to it.
        template: Name of the template.
        person: Who asked; None: nobody has signed in.
        status: HTTP status.
        values: What the template shows.
    """
    now: datetime = request.app.state.horae.clock.now()
    text = (
        _environment()
        .get_template(template)
        .render(
            here=here(request),
            airflow=f"{here(request)}../",
            person=person,
            now=now.astimezone(UTC),
            **values,
        )
    )
    return HTMLResponse(text, status_code=status)


def here(request: Request) -> str:
    """The way from the page that was asked for back to the first page: `./`, `../`, ...

    Only the last parts of a path are ours; a proxy may hide what stands before. What counts are
    the slashes that the browser sees: one that was sent as `%2F` parts nothing.
    """
    path: str = request.scope["path"]
    root: str = request.scope.get("root_path", "")
    before = root.count("/") if path.startswith(root) else 0
    asked: bytes = request.scope.get("raw_path") or path.encode("utf-8", "surrogateescape")
    return "../" * (asked.count(b"/") - before - 1) or "./"


@functools.cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("horae.webview"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown.said,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": shown.number,
        "money": shown.money,
        "share": shown.share,
        "duration": shown.duration,
        "figure": shown.figure,
        "time": shown.time_tag,
        "ago": shown.time_tag,
        "free": shown.free_text,
        "part": shown.part,
    }
    environment.tests["finite"] = lambda value: value is not None and math.isfinite(value)
    environment.globals |= {"mark": mark, "plotly_style_ids": plotly_style_ids}
    return environment
