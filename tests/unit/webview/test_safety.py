"""What every answer carries, and which requests are refused."""

import re

import pytest

from horae.webview.safety import HEADERS, POLICY
from webview_builders import READER, SITE, STRANGER, Pages

ORDER = {"job": None, "thrown": True, "reason": "a release"}

HARMLESS = {
    "<button>",  # filters the fleet
    '<button id="verify">',
    '<button type="button" class="needs-script" id="copy" data-path="decision/ysb/ysb-c1">',
    *(
        f'<button type="button" data-move="{way}">'
        for way in ("earlier", "later", "in", "out", "reset")
    ),
}
"""Buttons that change nothing."""

EVERY_KIND = (
    "/",
    "/nothing/here",
    "/job/none",
    "/static/page.css",
    "/decision/ysb/none",
    "/?sort=x",
)


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_answer_carries_the_headers(told: Pages, path: str) -> None:
    """Pages, files and errors alike: nothing but our own files may be loaded."""
    answer = told.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "'unsafe" not in POLICY
    assert "http" not in POLICY


def test_an_answer_to_what_nobody_foresaw_carries_them_as_well(told: Pages) -> None:
    """A route that fails is answered in words, without what went wrong inside."""
    told.switches.fleet = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    answer = told.get("/")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert "not foreseen" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_data_is_not_kept_by_the_browser(told: Pages) -> None:
    """What the ledger says is not stored on a shared machine; a file of a known version is."""
    assert told.get("/").headers["cache-control"] == "no-store"
    assert told.get("/job/ysb/timeline").headers["cache-control"] == "no-store"
    assert "no-cache" in told.get("/static/page.css").headers["cache-control"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "origin": SITE},
    ],
)
def test_an_order_from_another_site_is_refused(told: Pages, headers: dict[str, str]) -> None:
    """Whatever the browser says of where it comes from, but our own site: 403, and no turn."""
    assert told.post("/switch", ORDER, **headers).status_code == 403
    assert told.switches.turns == []


@pytest.mark.parametrize(("origin", "status"), [(SITE, 200), ("http://evil.example", 403)])
def test_a_browser_that_tells_only_its_origin_is_judged_by_it(
    told: Pages, origin: str, status: int
) -> None:
    """Older browsers send no Sec-Fetch-Site; their Origin must be the site that is asked."""
    headers = {"origin": origin, "content-type": "application/json"}
    assert told.ask("POST", "/switch", headers, ORDER).status_code == status


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_an_order_must_be_json(told: Pages, kind: str) -> None:
    """What a form of another site can send is refused: 415, and no turn."""
    assert told.post("/switch", ORDER, content_type=kind).status_code == 415
    assert told.switches.turns == []


def test_who_may_not_read_reads_nothing(told: Pages) -> None:
    """Each page, file and datum answers 401 to nobody and 403 to who may not read."""
    paths = ["/", "/job/ysb", "/job/ysb/timeline", "/decision/ysb/ysb-c1", "/entry/ysb:1",
             "/run?dag=optimise&run=r", "/job/ysb/followed", "/static/page.css"]  # fmt: skip
    for person, status in ((None, 401), (STRANGER, 403), (READER, 200)):
        told.person = person
        assert {path: told.get(path).status_code for path in paths} == dict.fromkeys(paths, status)


def test_who_may_only_read_is_shown_no_button_and_has_no_way_around_it(told: Pages) -> None:
    """A reader sees no form, and its address answers 403."""
    told.person = READER
    for path in ("/", "/job/ysb", "/decision/ysb/ysb-c1"):
        assert not set(re.findall(r"<button[^>]*>", told.get(path).text)) - HARMLESS, path
    for path in ("/job/ysb/rescale", "/job/ysb/what-if"):
        assert told.get(path).status_code == 403
    assert told.post("/switch", ORDER).status_code == 403
