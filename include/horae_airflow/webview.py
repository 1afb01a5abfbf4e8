"""The pages inside Airflow: built in the api-server at the first request, and nowhere else."""

import asyncio
import os
import threading
from typing import Any

PREFIX = "/horae"


class LazyPages:
    """Stands for the application until somebody asks for a page.

    Airflow loads plugins in every process, each task's among them; only the api-server needs
    the application and what it imports.
    """

    def __init__(self) -> None:
        self._app: Any = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request with the application.

        Building it takes a second or more, in which Airflow's own requests must go on.
        """
        app = self._app or await asyncio.to_thread(self.built)
        await app(scope, receive, send)

    def built(self) -> Any:
        """The application, built once a process."""
        with self._lock:
            if self._app is None:
                self._app = build()
            return self._app


def build() -> Any:
    """The application over the ledger and the specs that the environment names."""
    from horae.domain.clock import SystemClock
    from horae.ledger.opening import open_ledger
    from horae.settings.environment import Environment
    from horae.webview.app import build_app
    from horae.webview.horae import OpenedOnce
    from horae_airflow.webview_access import access
    from horae_airflow.webview_switches import VariableSwitches

    environment, clock = Environment.from_environ(os.environ), SystemClock()
    opened = OpenedOnce(lambda: open_ledger(environment.ledger_url, create=False))
    return build_app(
        access=access,
        open_ledger=opened.ledger,
        jobs_folder=environment.jobs_folder,
        switches=VariableSwitches(environment, opened.ledger, clock),
        clock=clock,
    )
