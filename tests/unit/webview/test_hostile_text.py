"""Whatever stands in the ledger or in the name of a file, pages show it as text."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from decision_story_builders import SMALL, Chain
from horae.control.entries import to_body
from horae.domain.decision import GuardAnswer
from horae.ledger.records import EntryKind
from horae.webview.shown import visible
from webview_builders import Pages, words

LONG = "w" * 3_000
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)></title></textarea><!--"
    "\"' onmouseover=alert(3) {{ 7 * 7 }} &lt;b&gt; javascript:alert(4) \u202egnp.exe\u202c"
    "\u2066\u200b\u200d\ufeff\u0000\x1b[31m \u05e9\u05dc\u05d5\u05dd " + LONG
)
NAME = "<img src=x onerror=alert(1)>\u202e\u200b'\" {{7*7}}" + "w" * 120

TAGS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "svg", "path", "nav",
    "ol", "ul", "li", "span", "main", "div", "p", "h1", "h2", "h3", "section", "dl", "dt", "dd",
    "small", "form", "label", "input", "select", "option", "button", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "details", "summary", "time", "bdi", "b", "i", "figure",
    "figcaption", "meter", "footer", "pre", "br", "fieldset", "legend", "textarea", "strong",
}  # fmt: skip
"""Every element that the templates write."""

FREE = (
    "sentence", "detail", "rule", "metric", "guard", "forecaster", "report", "note", "obstacle",
    "fault",
)  # fmt: skip
"""Members of bodies that hold what somebody wrote."""


class Markup(HTMLParser):
    """Collects elements and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self.scripts: list[Mapping[str, str | None]] = []
        self.addresses: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on") or name == "style"}
        self.addresses |= {
            value or "" for name, value in attrs if name in {"href", "src", "action"}
        }
        if tag == "script":
            self.scripts.append(dict(attrs))


def spoilt(value: Any, name: str = "") -> Any:
    """A body with the hostile text in each place that holds words."""
    if isinstance(value, dict):
        return {key: spoilt(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [spoilt(member, name) for member in value]
    return HOSTILE if name in FREE and isinstance(value, str | None) else value


class SpoiltChain(Chain):
    """A chain in which all words are hostile."""

    def append(
        self, kind: EntryKind, key: str, body: Mapping[str, Any], *rest: Any, **more: Any
    ) -> Any:
        """Any entry, spoilt."""
        return super().append(kind, key, spoilt(dict(body)), *rest, **more)


@pytest.fixture
def spoilt_pages(pages: Pages) -> Pages:
    """A job whose every sentence is hostile, a spec and a chain with hostile names."""
    plain = pages.chain()
    chain = SpoiltChain(ledger=plain.ledger)
    references = chain.foreseen()
    guard = GuardAnswer(guard=HOSTILE, allowed=False, sentence=HOSTILE)
    decision = chain.decide(
        references=references | {"airflow_run": "optimise/run", "odd": HOSTILE},
        sentence=HOSTILE,
        guards=(guard,),
        evidence={HOSTILE[:50]: HOSTILE, "fine": 1.0},
        front={
            "front": {"members": [], "evaluated": 1, "peak_load": 1.0},
            "fixed": {HOSTILE: HOSTILE},
            "excluded": [{"reason": HOSTILE, "count": 1, "values": {HOSTILE: [1]}}],
        },
    )
    chain.carry_out(decision)
    chain.append(
        EntryKind.EXTERNAL_CHANGE,
        "x",
        {"before": to_body(SMALL), "after": to_body(SMALL), "sentence": HOSTILE},
    )
    chain.append(EntryKind.CONTROL, "k", {"event": "kill-switch", "on": True, "sentence": HOSTILE})
    chain.append(EntryKind.CONTROL, "n", {"event": HOSTILE, "sentence": HOSTILE})
    (pages.jobs / f"{NAME}.yaml").touch()
    pages.switches.reasons[None] = HOSTILE
    return pages


PATHS = ("/", f"/?text={quote(HOSTILE[:150])}", "/job/ysb?hours=24", "/decision/ysb/ysb-c1",
         "/decision/ysb/ysb-c1?verify=true", "/job/ysb/followed", "/job/ysb/rescale",
         "/job/ysb/rescale?decision=ysb-c1", "/job/ysb/what-if", "/run?dag=optimise&run=run",
         f"/run?dag={quote(HOSTILE[:200])}&run={quote(HOSTILE[:200])}", f"/job/{quote(NAME)}",
         f"/job/{quote(NAME)}/rescale", f"/job/{quote(HOSTILE[:200])}",
         f"/decision/ysb/{quote(HOSTILE[:200])}", f"/decision/{quote(HOSTILE[:200])}/x",
         f"/entry/{quote(HOSTILE[:200])}",
         *(f"/entry/ysb:{number}" for number in range(1, 12)))  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:32])
def test_hostile_text_is_text_everywhere(spoilt_pages: Pages, path: str) -> None:
    """No element, attribute, script or address comes from the text; nothing invisible is left."""
    answer = spoilt_pages.get(path)
    assert answer.status_code in {200, 404, 409, 422}
    found = Markup(answer.text)
    assert found.tags <= TAGS
    assert found.handlers == set()
    assert all("src" in script and "/static/" in (script["src"] or "") for script in found.scripts)
    assert not {
        address
        for address in found.addresses
        if ":" in address.partition("?")[0].partition("/")[0]
    }
    for hidden in "\u202e\u202c\u2066\u200b\u200d\ufeff\x00\x1b":
        assert hidden not in answer.text


@pytest.mark.parametrize(
    ("path", "text"),
    [("/decision/ysb/ysb-c1", HOSTILE), ("/entry/ysb:5", HOSTILE), ("/job/ysb?hours=24", HOSTILE),
     ("/", HOSTILE), ("/", NAME)],
    ids=lambda value: value[:24],
)  # fmt: skip
def test_hostile_text_can_be_read_whole(spoilt_pages: Pages, path: str, text: str) -> None:
    """What was written stands in the page, the invisible written out."""
    told = words(spoilt_pages.get(path))
    assert " ".join(visible(text).split()).partition(" {{")[0] in told.replace('\\"', '"')


def test_names_in_a_ledger_that_somebody_wrote_into_are_text_too(told: Pages) -> None:
    """A chain whose name no Horae would give, with halves of characters, breaks no page."""
    engine = create_engine(told.url)
    copies = (
        "INSERT INTO ledger_entry SELECT :name, number, kind, schema_version, identity, time, "
        "actor, \"references\", body, previous_hash, hash FROM ledger_entry WHERE chain = 'ysb'",
        "INSERT INTO ledger_head SELECT :name, count, last_hash FROM ledger_head "
        "WHERE chain = 'ysb'",
    )
    with engine.begin() as connection:
        for copy in copies:
            connection.execute(text(copy), {"name": NAME})
    engine.dispose()
    for path in ("/", f"/job/{quote(NAME)}", f"/decision/{quote(NAME)}/ysb-c1"):
        answer = told.get(path)
        assert answer.status_code in {200, 404}, path
        assert Markup(answer.text).tags <= TAGS
        assert Markup(answer.text).handlers == set()
        assert "\u202e" not in answer.text


def test_what_the_plot_draws_is_json_that_can_be_sent(spoilt_pages: Pages) -> None:
    """Hostile sentences come as escaped, shortened text; the plot escapes markup itself."""
    answer = spoilt_pages.get("/job/ysb/timeline?hours=24")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    said = [event["said"] for event in answer.json()["events"]]
    assert said
    assert all(len(one) <= 220 and "\u202e" not in one for one in said)
