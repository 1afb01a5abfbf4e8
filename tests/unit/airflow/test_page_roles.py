"""Every route of the pages, asked by everybody, through Airflow's own sign-in."""

import asyncio
import atexit
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.routing import Mount

from decision_story_builders import Chain
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind

pytestmark = [pytest.mark.airflow, pytest.mark.filterwarnings("ignore")]  # Airflow's own

LOOP = asyncio.new_event_loop()
"""Made here, for a loop needs a pair of sockets; nothing leaves it."""
atexit.register(LOOP.close)

SITE = "http://airflow.example"
ROLES = ("viewer", "user", "op", "admin")
READ = {"anonymous": 401, "viewer": 200, "user": 200, "op": 200, "admin": 200}
ACT = READ | {"viewer": 403}

ORDER = {"job": "ysb", "thrown": True, "reason": "a release is under way"}

TABLE: dict[tuple[str, str], tuple[str, Any, dict[str, int]]] = {
    ("GET", "/static/{name}"): ("/static/page.css", None, READ),
    ("GET", "/"): ("/?sort=load&descending=true", None, READ),
    ("GET", "/job/{job}"): ("/job/ysb", None, READ),
    ("GET", "/job/{job}/timeline"): ("/job/ysb/timeline?hours=1", None, READ),
    ("GET", "/job/{job}/followed"): ("/job/ysb/followed", None, READ),
    ("GET", "/job/{job}/rescale"): ("/job/ysb/rescale?decision=ysb-c1", None, ACT),
    ("GET", "/job/{job}/what-if"): ("/job/ysb/what-if", None, ACT),
    ("GET", "/decision/{job}/{decision}"): ("/decision/ysb/ysb-c1?verify=true", None, READ),
    ("GET", "/entry/{entry_id}"): ("/entry/ysb:1", None, READ),
    ("GET", "/run"): ("/run?dag=optimise&run=r1", None, READ),
    ("POST", "/switch"): ("/switch", ORDER, ACT),
}
"""Route to an address of it, what is sent, and the status that each is answered with."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The plugin's application, with a database of Airflow and a ledger of its own."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "jobs").mkdir()
    (folder / "jobs" / "ysb.yaml").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", os.environ.get("AIRFLOW_HOME") or str(folder / "airflow"))
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "for-tests-only-" * 4)
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "anna:admin")
        patch.setenv(
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", str(folder / "passwords.json")
        )
        patch.setenv("HORAE_LEDGER", f"sqlite:///{folder / 'ledger.db'}")
        patch.setenv("HORAE_JOBS", str(folder / "jobs"))
        patch.setenv("HORAE_HOME", str(folder / "horae"))
        from airflow.api_fastapi.app import init_auth_manager
        from airflow.utils.db import initdb

        initdb()
        init_auth_manager()
        chain = Chain(ledger=open_ledger(f"sqlite:///{folder / 'ledger.db'}"))
        chain.carry_out(chain.decide(references=chain.foreseen()))
        from horae_airflow.webview import build

        yield build()


@pytest.fixture(scope="module")
def tokens(pages: Any) -> dict[str, str]:
    """A token of Airflow for each role."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    manager = get_auth_manager()
    return {
        role: manager.generate_jwt(SimpleAuthManagerUser(username=f"{role}-1", role=role.upper()))
        for role in ROLES
    }


def ask(
    pages: Any,
    method: str,
    path: str,
    *,
    body: Any = None,
    cookie: str | None = None,
    **headers: str,
) -> Response:
    """A request of our own page."""
    told = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    if cookie is not None:
        told["cookie"] = f"_token={cookie}"

    async def answered() -> Response:
        transport = ASGITransport(Starlette(routes=[Mount("/horae", pages)]))
        async with AsyncClient(transport=transport, base_url=SITE) as client:
            content = None if body is None else json.dumps(body)
            return await client.request(method, f"/horae{path}", headers=told, content=content)

    return LOOP.run_until_complete(answered())


def test_the_table_has_every_route(pages: Any) -> None:
    """A route that is not in the table of this file is not tried by everybody: put it in."""
    inside = pages.routes_of.routes
    assert all(isinstance(route, APIRoute) for route in inside)
    assert {(method, route.path) for route in inside for method in route.methods} == set(TABLE)


@pytest.mark.parametrize("who", ["anonymous", *ROLES])
@pytest.mark.parametrize("route", TABLE, ids=" ".join)
def test_each_role_gets_what_it_may(
    pages: Any, tokens: dict[str, str], route: tuple[str, str], who: str
) -> None:
    """Nobody is 401; a viewer reads; who may trigger `rescale` acts: by cookie and by header."""
    path, body, expected = TABLE[route]
    token = tokens.get(who)
    for way in ({"cookie": token}, {"authorization": f"Bearer {token}"}) if token else ({},):
        answer = ask(pages, route[0], path, body=body, **way)  # type: ignore[arg-type]
        assert answer.status_code == expected[who], answer.text[:300]


def test_an_order_from_another_site_is_refused_whoever_asks(
    pages: Any, tokens: dict[str, str]
) -> None:
    """An admin's cookie is worth nothing to a page of another site."""
    for headers in ({"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}):
        answer = ask(pages, "POST", "/switch", body=ORDER, cookie=tokens["admin"], **headers)
        assert answer.status_code == 403


def test_a_token_that_is_none_opens_nothing(pages: Any) -> None:
    """Neither nonsense nor a token without its signature: 403, as Airflow itself answers."""
    for token in ("nonsense", "a.b.c"):
        assert ask(pages, "GET", "/", cookie=token).status_code == 403


def test_a_switch_is_a_variable_of_airflow_and_an_entry_of_the_ledger(
    pages: Any, tokens: dict[str, str], tmp_path: Path
) -> None:
    """Thrown and released by a person: what tasks read changes, and who and why is recorded."""
    from airflow.models.variable import Variable

    token = tokens["user"]
    for thrown, job in ((True, None), (True, "ysb"), (False, None), (False, "ysb")):
        body = {"job": job, "thrown": thrown, "reason": f"why {thrown}"}
        assert ask(pages, "POST", "/switch", body=body, cookie=token).status_code == 200
        name = "horae_kill_switch" + (f"_{job}" if job else "")
        kept = Variable.get(name, default_var=None)
        assert kept == (f"why {thrown} (user-1)" if thrown else None)
    ledger = open_ledger(os.environ["HORAE_LEDGER"])
    entries = [
        entry
        for entry in ledger.read("ysb", kinds={EntryKind.CONTROL})
        if entry.actor == "user-1" and entry.body["reason"].startswith("why")
    ]
    ledger.close()
    assert [(entry.body["on"], entry.body["scope"]) for entry in entries] == [
        (True, "every job"), (True, "job"), (False, "every job"), (False, "job"),
    ]  # fmt: skip


def test_a_switch_that_something_hides_is_not_said_to_be_turned(
    pages: Any, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable of the environment comes before Airflow's own: 503, and what really holds."""
    hiding = "AIRFLOW_VAR_HORAE_KILL_SWITCH"
    for held, thrown, said in (("off", True, "NOT stopped"), ("by hand", False, "still stopped")):
        monkeypatch.setenv(hiding, held)
        order = {"job": None, "thrown": thrown, "reason": "r"}
        answer = ask(pages, "POST", "/switch", body=order, cookie=tokens["op"])
        assert (answer.status_code, said in answer.text) == (503, True)
        assert hiding in answer.text
        monkeypatch.delenv(hiding)
        order["thrown"] = False
        ask(pages, "POST", "/switch", body=order, cookie=tokens["op"])


def test_a_file_that_is_no_spec_keeps_nobody_from_stopping_the_fleet(
    pages: Any, tokens: dict[str, str]
) -> None:
    """A stray file among the specs has no chain; the turn is recorded for every job that has."""
    stray = Path(os.environ["HORAE_JOBS"]) / "a b.yaml"
    stray.touch()
    for thrown in (True, False):
        order = {"job": None, "thrown": thrown, "reason": "r"}
        answer = ask(pages, "POST", "/switch", body=order, cookie=tokens["op"])
        assert answer.status_code == 200
    stray.unlink()


@pytest.mark.parametrize(
    "body",
    [{}, {"job": None, "thrown": True, "reason": " "},
     {"job": "no/such", "thrown": True, "reason": "r"},
     {"job": None, "thrown": "maybe", "reason": "r"},
     {"job": None, "thrown": True, "reason": "r" * 301},
     {"job": None, "thrown": True, "reason": "r", "more": 1}, [], "x", None],
)  # fmt: skip
def test_an_order_that_is_none_turns_nothing(
    pages: Any, tokens: dict[str, str], body: Any
) -> None:
    """Without a reason, for no job, or in another form: 422, and what is wrong in words."""
    answer = ask(pages, "POST", "/switch", body=body, cookie=tokens["admin"])
    assert answer.status_code == 422
    assert "got" in answer.text
