"""Pages over a ledger of their own, asked by whom the test wants, without Airflow."""

import asyncio
import atexit
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.routing import Mount

from decision_story_builders import THREE, Chain
from horae.domain.clock import ManualClock
from horae.errors import Unavailable
from horae.ledger.opening import open_ledger
from horae.webview.access import Person
from horae.webview.app import build_app

READER = Person(name="rita", may_read=True, may_act=False)
ACTOR = Person(name="anna", may_read=True, may_act=True)
STRANGER = Person(name="sam", may_read=False, may_act=False)

HTML = {"accept": "text/html"}
OWN_SITE = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
SITE = "http://airflow.example"

LOOP = asyncio.new_event_loop()
"""Made here, for a loop needs a pair of sockets, and tests may open none; nothing leaves it."""
atexit.register(LOOP.close)


@dataclass
class NotedSwitches:
    """Kill switches that note what was asked of them; `broken` ones cannot be read or turned."""

    reasons: dict[str | None, str] = field(default_factory=dict)
    turns: list[tuple[str, str | None, str, str]] = field(default_factory=list)
    broken: bool = False

    def thrown(self, job: str) -> Mapping[str, str]:
        """Those that stop a job."""
        self._answer()
        named = {"the fleet": self.reasons.get(None), "the job": self.reasons.get(job)}
        return {name: reason for name, reason in named.items() if reason is not None}

    def fleet(self) -> str | None:
        """That of the fleet."""
        self._answer()
        return self.reasons.get(None)

    def throw(self, job: str | None, *, reason: str, person: str) -> None:
        """Throw one."""
        self._answer()
        self.turns.append(("throw", job, reason, person))
        self.reasons[job] = reason

    def release(self, job: str | None, *, reason: str, person: str) -> None:
        """Release one."""
        self._answer()
        self.turns.append(("release", job, reason, person))
        self.reasons.pop(job, None)

    def _answer(self) -> None:
        if self.broken:
            raise Unavailable("the variable cannot be read; check the database")


@dataclass
class Pages:
    """The pages, and what they are made from.

    `person` is who asks from now on; None: nobody has signed in.
    """

    folder: Path
    person: Person | None = ACTOR
    switches: NotedSwitches = field(default_factory=NotedSwitches)
    clock: ManualClock = field(default_factory=lambda: ManualClock(THREE + timedelta(minutes=10)))

    def __post_init__(self) -> None:
        """Build the application, mounted as Airflow does."""
        self.jobs = self.folder / "jobs"
        self.jobs.mkdir()
        self.url = f"sqlite:///{self.folder / 'ledger.db'}"
        self.app = build_app(
            access=self._access,
            open_ledger=lambda: open_ledger(self.url, create=False),
            jobs_folder=self.jobs,
            switches=self.switches,
            clock=self.clock,
        )
        self.mounted = Starlette(routes=[Mount("/horae", self.app)])

    @property
    def routes(self) -> FastAPI:
        """The application within."""
        return self.app.routes_of

    def chain(self, job: str = "ysb") -> Chain:
        """A chain of the ledger, to be written."""
        return Chain(ledger=open_ledger(self.url), job=job)

    def get(self, path: str, **headers: str) -> Response:
        """A page, as a browser asks for it."""
        return self.ask("GET", path, HTML | headers)

    def post(self, path: str, body: object, **headers: str) -> Response:
        """An order, as our own script sends it; `headers` win, with _ for -."""
        told = OWN_SITE | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, {name: told[name] for name in told if told[name]}, body)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: object = None
    ) -> Response:
        """Any request, with these headers and no others that matter."""

        async def answered() -> Response:
            transport = ASGITransport(self.mounted, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url=SITE) as client:
                content = None if body is None else json.dumps(body)
                return await client.request(
                    method, f"/horae{path}", headers=dict(headers), content=content
                )

        return LOOP.run_until_complete(answered())

    async def _access(self, _request: Request) -> Person:
        if self.person is None:
            raise HTTPException(401, "Not authenticated")
        return self.person


def words(answer: Response) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"(?s)<head>.*?</head>|<svg.*?</svg>", " ", answer.text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))
