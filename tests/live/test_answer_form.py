"""The form that answers an approval, in a real browser; Airflow's answers are given by hand."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from horae.ledger.records import EntryKind
from webview_builders import Pages

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

CHROMIUM = shutil.which("chromium")
SITE = "https://airflow.example"
OPEN: dict[str, Any] = {
    "task_instance": {"state": "awaiting_input"},
    "response_received": False,
    "params": {
        "parallelism": {"value": 4, "schema": {"type": "integer", "minimum": 1, "maximum": 99}},
        "reason": {"value": None, "schema": {"type": ["null", "string"]}},
    },
}
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `apt-get install chromium` brings it")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def sent() -> list[Any]:
    """What was sent to Airflow as an answer."""
    return []


@pytest.fixture
def opened(browser: Browser, tmp_path: Path, sent: list[Any]) -> Iterator[Opened]:
    """Opens the page of a decision that waits; nothing leaves the browser."""
    pages = Pages(tmp_path)
    chain = pages.chain()
    chain.decide(references=chain.foreseen(), execute=False, approval=True)
    asked = {
        "event": "approval-asked", "decision": "ysb-c1", "default": "refuse", "dag": "rescale",
        "until": (pages.clock.now() + timedelta(hours=1)).isoformat(), "dag_run": "ysb-c1",
        "task": "ask", "map_index": -1, "sentence": "May it?",
    }  # fmt: skip
    chain.append(EntryKind.CONTROL, "approval-asked:ysb-c1", asked, {"decision": "ysb-c1"})
    context = browser.new_context()

    def begin(details: dict[str, Any], *, told: int = 200, taken: int = 200) -> Page:
        def answered(route: Route) -> None:
            address = urlsplit(route.request.url)
            if "/api/v2/" in address.path and route.request.method == "PATCH":
                sent.append(route.request.post_data_json)
                route.fulfill(status=taken, json={"detail": "has already been updated"})
            elif "/api/v2/" in address.path:
                route.fulfill(status=told, json=details)
            else:
                path = f"{address.path.removeprefix('/horae')}?{address.query}"
                ours = thread.submit(pages.get, path).result()
                kept = {k: v for k, v in ours.headers.items() if k != "content-length"}
                route.fulfill(status=ours.status_code, body=ours.content, headers=kept)

        page = context.new_page()
        page.route("**/*", answered)
        page.goto(f"{SITE}/horae/decision/ysb/ysb-c1")
        page.wait_for_function(
            "!document.getElementById('approval-waiting').textContent.startsWith('Asking')"
        )
        return page

    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        yield begin
    context.close()


def test_neither_an_empty_field_nor_enter_answers(opened: Opened, sent: list[Any]) -> None:
    """An emptied field is no zero, which would refuse for ever; Enter in a field approves not."""
    page = opened(OPEN)
    page.press("#approval-parallelism", "Enter")
    page.fill("#approval-parallelism", "")
    page.click("button:has-text('Approve')")
    assert sent == []
    page.fill("#approval-parallelism", "8")
    page.click("button:has-text('Approve')")
    page.wait_for_selector("#approval .say.good")
    assert sent == [
        {"chosen_options": ["Approve"], "params_input": {"parallelism": 8, "reason": ""}}
    ]


def test_a_reason_is_sent_though_the_fields_could_not_be_had(
    opened: Opened, sent: list[Any]
) -> None:
    """What was promised to be recorded is."""
    page = opened({"detail": "no"}, told=500)
    page.fill("#approval-reason", "an incident")
    page.click("button:has-text('Refuse')")
    page.wait_for_selector("#approval .say.good")
    assert sent == [{"chosen_options": ["Refuse"], "params_input": {"reason": "an incident"}}]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"response_received": True, "responded_by_user": {"id": "1", "name": "bob"},
       "chosen_options": ["Refuse"]}, "answered already, by bob: Refuse"),
     ({"task_instance": {"state": "failed"}}, "the task that asked is failed")],
)  # fmt: skip
def test_who_comes_too_late_is_told_before_answering(
    opened: Opened, change: dict[str, Any], said: str
) -> None:
    """Somebody else answered, or nobody waits any more: no button works."""
    page = opened(OPEN | change)
    assert said in page.inner_text("#approval-waiting")
    assert page.locator("#approval button:enabled").count() == 0


def test_of_two_answers_at_one_moment_the_second_is_told_so(opened: Opened) -> None:
    """Airflow takes the first and answers the other with 409."""
    page = opened(OPEN, taken=409)
    page.click("button:has-text('Approve')")
    page.wait_for_selector("#approval .say.bad")
    assert "the first answer counts" in page.inner_text("#approval .say")
