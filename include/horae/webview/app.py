"""Builds the application: its routes, who may use them, and what stands around every answer."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from horae.domain.clock import Clock
from horae.ledger.ledger import Ledger
from horae.webview.access import Access
from horae.webview.failures import answer_failures
from horae.webview.horae import Horae, OpenedOnce, Switches
from horae.webview.routes import ROUTERS
from horae.webview.safety import Safety


def build_app(
    *,
    access: Access,
    open_ledger: Callable[[], Ledger],
    jobs_folder: Path,
    switches: Switches,
    clock: Clock,
) -> "Pages":
    """The application, to be mounted under a prefix.

    Args:
        access: Tells who asks, and what they may.
        open_ledger: Opens the ledger; called at the first request that needs it.
        jobs_folder: Where the job specs are.
        switches: The kill switches.
        clock: The time.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.horae = Horae(
        access=access,
        opened=OpenedOnce(open_ledger),
        jobs_folder=jobs_folder,
        switches=switches,
        clock=clock,
    )
    for router in ROUTERS:
        app.include_router(router)
    answer_failures(app)
    return Pages(app)


class Pages(Safety):
    """The application with what stands around it.

    Args:
        app: The routes.

    Attributes:
        routes_of: The application inside.
    """

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.routes_of = app
