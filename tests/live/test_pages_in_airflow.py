"""The pages in a real browser, inside the real Airflow."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Frame, FrameLocator, Page

from deadlines import wait_for
from horae.demo.airflow_settings import ADMIN
from horae.errors import Unavailable
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from pages_airflow import VIEWER, PagesAirflow, starting
from pages_browser import Visitor, barriers, chromium
from pages_pictures import PICTURED, PICTURES, TAKES_SECONDS, take_pictures
from pages_scene import NARROW, WIDE, Scene
from recorded_site import JOB, RUNS_IN, recorded_site
from rehearsed_fleet import Member, RehearsedFleet, to_be_approved

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(1_800)]

ACTS, ASKS, BALKS = "checkout-events", "payments-fraud", "ride-matching"
"""Jobs: the first acts by itself, the others ask; the last one's question is refused."""
MISSING = "no-such-page"
FEW = {"parallelism": (8.0, 16.0, 24.0)}
MEMBERS = (
    Member(name=ACTS, mode="auto", mean=40_000, parallelism=8, grows=5, hours=0.3, search=FEW),
    Member(
        name=ASKS, mode="approve", mean=10_000, grows=4.5, hours=0.2, seed=2,
        start=RUNS_IN, job_name=JOB,
        search={"parallelism": (2, 4, 8), "checkpoint_interval_seconds": (3, 10, 30)},
    ),
    Member(
        name=BALKS, mode="approve", mean=20_000, policy="threshold", hours=0.1,
        time={"cycle_seconds": 60, "grid_seconds": 60},
    ),
)  # fmt: skip
"""Small ones, so that rehearsing them takes no longer than Airflow's start."""


@pytest.fixture
def scene(home: Path) -> Iterator[Scene]:
    """Airflow over the fleet, two of whose jobs wait for an answer."""
    fleet = RehearsedFleet(folder=home, members=MEMBERS)
    if PICTURES:
        fleet = RehearsedFleet(folder=home, members=PICTURED, takes_seconds=TAKES_SECONDS)
    with chromium() as browser:
        fleet.write_specs()
        with recorded_site() as flink, starting(home, fleet, flink=flink.server_port) as airflow:
            fleet.rehearse()
            wait_for(airflow.ready, "Airflow", seconds=400)
            yield Scene(
                browser=browser,
                airflow=airflow,
                fleet=fleet,
                questions=_asked(airflow, fleet),
            )
            assert flink.writes == []


def _asked(airflow: PagesAirflow, fleet: RehearsedFleet) -> dict[str, str]:
    """Trigger `rescale` as `optimise` does, and wait until both its runs wait for a person."""
    airflow.client.pause("rescale", paused=False)
    with closing(open_ledger(fleet.ledger_url)) as ledger:
        questions = {job: to_be_approved(ledger, job) for job in (ASKS, BALKS)}
    runs = [
        airflow.client.trigger("rescale", {"job": job, "decision": decision})
        for job, decision in questions.items()
    ]
    wait_for(lambda: all(_parked(airflow, run) for run in runs), "the questions", seconds=240)
    return questions


def _parked(airflow: PagesAirflow, run: str) -> bool:
    try:
        return airflow.client.tasks("rescale", run)["ask"] == "awaiting_input"
    except Unavailable:
        return False  # its one process is busy with its first task


def test_somebody_woken_at_night_finds_out_and_acts(scene: Scene) -> None:
    """Sign in, find the last decision, read why, answer two questions, stop and let go again.

    Nobody else is asked for anything, the browser has nothing to complain of, and who did what
    and why is in the ledger. A viewer can read all of it, and do none of it.
    """
    visitor, page = scene.signed_in(ADMIN)
    frame = from_the_navigation(page)
    if PICTURES:
        state = visitor.context.storage_state()
        take_pictures(scene.browser, state, scene.site, _pictured(scene))
    the_reason_is_found(scene, frame)
    the_pages_turn_dark_with_airflow(page)
    nothing_keeps_anybody_out(scene, visitor)
    one_question_is_refused(scene, page)
    one_is_approved_and_went_stale(scene, page)
    a_wish_is_refused_by_guards(scene, page)
    the_fleet_is_stopped_and_let_go(scene, page)
    assert (visitor.elsewhere, visitor.complaints) == ([], [])

    reader, page = scene.signed_in(VIEWER)
    a_viewer_reads_and_cannot_act(scene, page)
    assert (reader.elsewhere, reader.complaints) == ([], [])


def from_the_navigation(page: Page) -> FrameLocator:
    """The fleet, as Airflow's own navigation leads there."""
    page.get_by_role("link", name="Horae").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Fleet").wait_for()
    return frame


def the_reason_is_found(scene: Scene, frame: FrameLocator) -> None:
    """From the fleet to the last decision, its paragraph, and the evidence under it."""
    last = scene.entries(ACTS, EntryKind.DECISION)[-1]
    row = frame.get_by_role("row").filter(has=frame.get_by_role("link", name=ACTS, exact=True))
    row.get_by_role("link", name=f"{last.body['verb']}: {last.body['reason']}").click()
    paragraph = frame.locator("#paragraph")
    paragraph.wait_for()
    assert ACTS in paragraph.inner_text()
    assert len(paragraph.inner_text()) > 100
    seen = frame.get_by_role("region", name="What was seen")
    seen.get_by_role("link", name=re.compile(rf"^{ACTS}:\d+$")).first.click()
    frame.get_by_role("heading", name=re.compile(rf"^{ACTS}:\d+ window$")).wait_for()
    frame.get_by_role("link", name="Fleet").click()
    frame.get_by_role("heading", name="Fleet").wait_for()


def the_pages_turn_dark_with_airflow(page: Page) -> None:
    """With Airflow's own switch, at once and without loading anything again."""
    inner = page.frames[-1]
    before = _ground(inner)
    for mode, dark in (("Dark Mode", True), ("Light Mode", False)):
        page.get_by_role("button", name="User").click()
        page.get_by_role("menuitem", name="Appearance").click()
        page.get_by_text(mode, exact=True).click()
        inner.wait_for_function(
            "dark => (document.documentElement.dataset.theme === 'dark') === dark", arg=dark
        )
        assert (_ground(inner) != before) is dark


def _ground(frame: Frame) -> str:
    return str(frame.evaluate("getComputedStyle(document.body).backgroundColor"))


def _pictured(scene: Scene) -> dict[str, str]:
    """Name of a picture to its page."""
    return {
        "fleet": "/",
        "job": f"/job/{ACTS}?hours=6",
        "decision": f"/decision/{ACTS}/{_moved(scene)}",
        "approval": f"/decision/{ASKS}/{scene.questions[ASKS]}",
    }


def _moved(scene: Scene) -> str:
    """Id of the newest decision that changed the first job."""
    found = scene.entries(ACTS, EntryKind.OUTCOME)
    return str(found[-1].body["action_id"])


def nothing_keeps_anybody_out(scene: Scene, visitor: Visitor) -> None:
    """On no page, light or dark, wide or narrow, does axe find anything serious."""
    state = visitor.context.storage_state()
    # Without Airflow's choice of a theme the pages follow the reader's system.
    other = scene.visitor(storage_state={"cookies": state["cookies"], "origins": []})
    page = other.context.new_page()
    found = []
    for path in _pages(scene):
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        page.goto(f"{scene.site}{path}", wait_until="load")
        found += [(path, "light", one) for one in barriers(page)]
        page.emulate_media(color_scheme="dark")
        found += [(path, "dark", one) for one in barriers(page)]
        page.set_viewport_size(NARROW)
        found += [(path, "narrow", one) for one in barriers(page)]
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [(path, "narrow", f"{beyond} px stick out")] * (beyond > 0)
    assert found == []
    assert other.elsewhere == []
    assert [one for one in other.complaints if MISSING not in one] == []
    other.context.close()


def _pages(scene: Scene) -> tuple[str, ...]:
    """Every kind of page, that of a mistaken address among them."""
    decided = _moved(scene)
    return (
        "/",
        "/?text=nothing-is-called-so",
        f"/job/{ACTS}",
        f"/job/{BALKS}",
        f"/job/{ASKS}/followed",
        f"/job/{ACTS}/what-if",
        f"/job/{ACTS}/rescale?decision={decided}",
        f"/decision/{ACTS}/{decided}",
        f"/decision/{ASKS}/{scene.questions[ASKS]}",
        f"/entry/{ACTS}:1",
        f"/run?dag=rescale&run={decided}",
        f"/{MISSING}",
    )


def one_question_is_refused(scene: Scene, page: Page) -> None:
    """With a reason; nothing is touched."""
    asked = scene.questions[BALKS]
    said = the_answer(scene, page, BALKS, "Refuse", why="the release comes first")
    assert said == "Refused. Nothing is touched."
    (answer,) = scene.events(BALKS, "approval-answered")
    assert (answer.actor, answer.body["answer"]) == (ADMIN, "refuse")
    assert (answer.body["decision"], answer.body["reason"]) == (asked, "the release comes first")
    assert datetime.fromisoformat(answer.body["answered_at"]) == answer.time
    assert scene.entries(BALKS, EntryKind.INTENTION) == []


def one_is_approved_and_went_stale(scene: Scene, page: Page) -> None:
    """The job is looked at again, it is another one by now, so nothing is done: the page says so.

    What was rehearsed and what is recorded of a real Flink are two jobs.
    """
    asked = scene.questions[ASKS]
    said = the_answer(scene, page, ASKS, "Approve", why="go on, it is night")
    assert said.startswith("Approved. It is looked at again")
    (answer,) = scene.events(ASKS, "approval-answered")
    assert (answer.actor, answer.body["answer"]) == (ADMIN, "approve")
    assert answer.body["reason"] == "go on, it is night"

    decision = scene.entries(ASKS, EntryKind.DECISION)[-1]
    assert decision.body["id"] == f"{asked}-approved"
    assert (decision.actor, decision.body["reason"]) == (ADMIN, "stale")
    frame = decision_page(scene, page, ASKS, asked)
    frame.get_by_role("link", name=decision.body["id"]).first.click()
    frame.get_by_text(decision.body["sentence"]).first.wait_for()
    assert "somebody else changed the job" in decision.body["sentence"]


def a_wish_is_refused_by_guards(scene: Scene, page: Page) -> None:
    """By the form of the page; which guards refuse, and why, stands on the decision's page."""
    page.goto(f"{scene.airflow.settings.url}/plugin/horae/horae/job/{ASKS}/rescale")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Parallelism").select_option("8")
    frame.get_by_label("Why").fill("by hand, then")
    frame.locator("form.trigger button").click()
    frame.get_by_role("link", name="Read what was decided").click(timeout=120_000)
    decision = scene.entries(ASKS, EntryKind.DECISION)[-1]
    assert (decision.actor, decision.body["reason"]) == (ADMIN, "guard-refused")
    assert "by hand, then" in decision.body["sentence"]
    frame.locator(f"a[href$='{decision.body['id']}']").first.click()
    guards = frame.get_by_role("region", name="What was decided, and what the guards said")
    refusals = [one["sentence"] for one in decision.body["guards"] if not one["allowed"]]
    assert refusals
    for sentence in refusals:
        guards.get_by_text(sentence).first.wait_for()
    assert scene.entries(ASKS, EntryKind.INTENTION) == []


def the_answer(scene: Scene, page: Page, job: str, option: str, *, why: str) -> str:
    """Give it on the decision's page, and wait until its run has ended; what the page said."""
    frame = decision_page(scene, page, job, scene.questions[job])
    frame.get_by_text("What is proposed stands in the form").wait_for()
    frame.get_by_label("Why").fill(why)
    frame.get_by_role("button", name=option).click()
    said = frame.locator("#approval .say.good")
    said.wait_for()
    wait_for(
        lambda: bool(scene.events(job, "approval-answered")) and _ended(scene, job),
        f"the end of what {option} leads to",
        seconds=180,
    )
    return said.inner_text()


def _ended(scene: Scene, job: str) -> bool:
    run = scene.events(job, "approval-asked")[0].body["dag_run"]
    return scene.airflow.client.run("rescale", run)["state"] in {"success", "failed"}


def decision_page(scene: Scene, page: Page, job: str, decision: str) -> FrameLocator:
    """At its permanent address, within Airflow's frame."""
    page.goto(f"{scene.airflow.settings.url}/plugin/horae/horae/decision/{job}/{decision}")
    frame = page.frame_locator("iframe")
    frame.locator("#paragraph").wait_for()
    return frame


def the_fleet_is_stopped_and_let_go(scene: Scene, page: Page) -> None:
    """Both with a reason, and each of the jobs has it in its chain."""
    page.goto(f"{scene.airflow.settings.url}/plugin/horae")
    frame = page.frame_locator("iframe")
    banner = frame.get_by_text("Horae is stopped for the whole fleet.")
    frame.get_by_text("Stop Horae for the whole fleet").click()
    frame.get_by_label("Why").fill("a data centre burns")
    frame.get_by_role("button", name="Stop", exact=True).click()
    banner.wait_for()
    frame.get_by_text(f"a data centre burns ({ADMIN})").wait_for()
    frame.get_by_label("Why").fill("the fire is out")
    frame.get_by_role("button", name="Let it act again").click()
    banner.wait_for(state="detached")
    for member in scene.fleet.members:
        turns = scene.events(member.name, "kill-switch")
        assert [(one.actor, one.body["on"], one.body["reason"]) for one in turns] == [
            (ADMIN, True, "a data centre burns"),
            (ADMIN, False, "the fire is out"),
        ]
        assert turns[0].time < turns[1].time


def a_viewer_reads_and_cannot_act(scene: Scene, page: Page) -> None:
    """The same words, and nothing to press that would act."""
    frame = from_the_navigation(page)
    frame.get_by_text(f"{VIEWER}, reading only").wait_for()
    _nothing_acts(frame)
    frame = decision_page(scene, page, ASKS, scene.questions[ASKS])
    _nothing_acts(frame)
    page.goto(f"{scene.airflow.settings.url}/plugin/horae/horae/job/{ACTS}")
    frame.get_by_role("heading", name=ACTS).first.wait_for()
    _nothing_acts(frame)


def _nothing_acts(frame: FrameLocator) -> None:
    for words in ("Stop", "Let it act again", "Approve", "Refuse"):
        assert frame.get_by_role("button", name=words).count() == 0
    for words in ("Rescale by hand", "What would it do now"):
        assert frame.get_by_role("link", name=words).count() == 0
    assert frame.get_by_text("Stop Horae for").count() == 0
