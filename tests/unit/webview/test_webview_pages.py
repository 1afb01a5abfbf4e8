"""What the pages say."""

import re
from html import escape

import pytest

from decision_story_builders import SMALL
from horae.domain.decision import Mode
from webview_builders import Pages, words

SPEC = """
name: ysb
kafka: {topics: [events]}
limits: {processing_latency_seconds: 10}
search: {parallelism: [1, 2, 4, 8]}
"""


def test_a_ledger_that_is_not_there_yet_is_told_in_words(pages: Pages) -> None:
    """503: what is missing and what to do, and no job."""
    answer = pages.get("/")
    assert answer.status_code == 503
    assert "let a cycle run first" in words(answer)


def test_an_empty_fleet_says_how_to_begin(pages: Pages) -> None:
    """A ledger without entries, a folder without specs."""
    pages.chain().ledger.heads()
    assert "No job is under Horae's care yet" in words(pages.get("/"))


def test_a_job_that_was_never_seen_is_there(pages: Pages) -> None:
    """It has a spec only: a row, and a page that says what comes next."""
    pages.chain()
    (pages.jobs / "fresh.yaml").touch()
    assert "never seen" in words(pages.get("/"))
    assert "Nothing has been seen of this job yet" in words(pages.get("/job/fresh"))


def test_the_fleet_says_how_each_job_stands(told: Pages) -> None:
    """200 of a capacity of 250 records/s, 0.5 s of 10 s, 16 an hour, the last decision."""
    said = words(told.get("/"))
    for part in (
        "ysb",
        "running",
        "200/s",
        "of 10\xa0s".replace("\xa0", " "),
        "16.00",
        "rescale: protect",
    ):
        assert part in said, part


def test_what_is_not_known_is_not_nought(pages: Pages) -> None:
    """An old look without figures: no load, no latency, no money."""
    pages.chain().look(old=True)
    said = words(pages.get("/job/ysb"))
    assert "Load not known" in said
    assert "Money an hour not known" in said


def test_the_address_says_what_is_shown(told: Pages) -> None:
    """Filtered to nothing: said so, with the way back; the filter stands in the form."""
    answer = told.get("/?text=no-such-job&mode=auto&sort=load&descending=true")
    assert "No job matches" in words(answer)
    assert 'value="no-such-job"' in answer.text
    assert 'value="auto" selected' in answer.text
    assert '<input type="hidden" name="sort" value="load">' in answer.text
    assert '<input type="hidden" name="descending" value="true">' in answer.text


@pytest.mark.parametrize(
    ("address", "name", "order", "turned"),
    [("/", "Job", "ascending", "?descending=true"),
     ("/?descending=true", "Job", "descending", "./"),
     ("/?sort=saved&text=y", "Saved so far", "ascending", "?text=y&sort=saved&descending=true")],
)  # fmt: skip
def test_a_heading_sorts_and_turns(
    told: Pages, address: str, name: str, order: str, turned: str
) -> None:
    """The column that sorts says so to a screen reader; its heading turns the order."""
    page = told.get(address).text
    heading = page[: page.index(f">{name}</a>")].rpartition("<th ")[2]
    assert f'aria-sort="{order}"' in heading
    assert f'href="{escape(turned)}"' in heading
    assert page.count("aria-sort=") == 1


def test_a_fleet_of_many_comes_in_pages(pages: Pages) -> None:
    """Of 230 jobs 100 stand on a page; the second has the way to both others."""
    pages.chain()
    for number in range(230):
        (pages.jobs / f"job-{number:03}.yaml").touch()
    first, second = pages.get("/"), pages.get("/?offset=100")
    assert first.text.count('<th scope="row">') == 100
    assert 'rel="next" href="?offset=100"' in first.text
    assert 'rel="prev"' not in first.text
    assert "Jobs 101 to 200 of 230" in words(second)
    assert 'rel="prev" href="./"' in second.text
    assert 'rel="next" href="?offset=200"' in second.text


def test_a_form_is_filled_with_what_was_proposed(told: Pages) -> None:
    """The job was set back to 1: what the decision proposed is chosen, what it has is marked."""
    (told.jobs / "ysb.yaml").write_text(SPEC)
    chain = told.chain()
    chain.seconds = 200
    chain.look("c3", configuration=SMALL)
    page = told.get("/job/ysb/rescale?decision=ysb-c1").text
    assert '<option value="4" selected>4</option>' in page
    assert '<option value="1">1, as now</option>' in page


def test_a_spec_with_faults_hides_no_form(told: Pages) -> None:
    """It cannot say which values are legal: said so, and any may be asked for."""
    (told.jobs / "ysb.yaml").write_text("name: ysb\nmode: sometimes\n")
    answer = told.get("/job/ysb/rescale")
    assert answer.status_code == 200
    assert "the spec cannot be read" in words(answer)
    assert 'id="parallelism" name="parallelism" type="number"' in answer.text


def test_a_run_leads_to_its_decisions(pages: Pages) -> None:
    """Of `optimise` to those it made, of `rescale` to the one that it carries out."""
    chain = pages.chain()
    chain.hold(references={"airflow_run": "optimise/r1"})
    assert "best-already" in words(pages.get("/run?dag=optimise&run=r1"))
    assert "No decision is recorded for this run yet" in words(
        pages.get("/run?dag=optimise&run=r2")
    )
    assert "It carries out a decision" in words(pages.get("/run?dag=rescale&run=ysb-c1"))
    assert "No decision is made here" in words(pages.get("/run?dag=observe&run=r1"))


def test_a_recommendation_is_followed_in_thought(pages: Pages) -> None:
    """One recommendation that nobody followed, with what it would have led to."""
    chain = pages.chain()
    chain.mode = Mode.RECOMMEND
    chain.decide(references=chain.foreseen(), execute=False)
    chain.wait(60).look("c2")
    said = words(pages.get("/job/ysb/followed"))
    assert "Recommendations that would have been followed" in said
    assert "protect" in said


def test_a_thrown_switch_is_seen_first(told: Pages) -> None:
    """On the fleet's page and on the job's, with its reason; one that cannot be read says so."""
    told.switches.reasons[None] = "a release is under way"
    assert "Horae is stopped for the whole fleet. a release is under way" in words(told.get("/"))
    assert "Horae is stopped here." in words(told.get("/job/ysb"))
    told.switches.broken = True
    assert "It is not known whether Horae is stopped." in words(told.get("/"))
    assert told.get("/job/ysb").status_code == 200


def test_a_switch_is_turned_for_a_job_or_the_fleet(told: Pages) -> None:
    """Each turn names the person; a job that nobody knows is 404 and turns nothing."""
    for job, status in ((None, 200), ("ysb", 200), ("nobody", 404)):
        order = {"job": job, "thrown": True, "reason": " release "}
        assert told.post("/switch", order).status_code == status
    assert told.switches.turns == [
        ("throw", None, "release", "anna"), ("throw", "ysb", "release", "anna"),
    ]  # fmt: skip


def test_the_plot_is_told_what_the_timeline_has(told: Pages) -> None:
    """Two looks within the hour: 240 and 200 records/s; the action spans 15 s of waiting and 5."""
    drawn = told.get("/job/ysb/timeline?hours=1").json()
    assert [value for value in drawn["load"]["mean"] if value is not None] == [240.0, 200.0]
    assert [event["kind"] for event in drawn["events"]].count("action") == 1
    assert drawn["steps"][-1]["parallelism"] == 4


@pytest.mark.parametrize(
    ("query", "status"),
    [("since=2026-03-02T03:00:00Z&until=2026-03-02T03:10:00Z", 200),
     ("since=2026-03-02T03:10:00Z&until=2026-03-02T03:00:00Z", 400),
     ("since=1000-03-02T03:10:00Z", 400), ("until=0001-01-01T00:00:00Z", 400),
     ("since=0001-01-01T00:00:00Z&until=0001-01-01T09:00:00%2B14:00", 400),
     ("since=9999-12-31T20:00:00-14:00&until=9999-12-31T23:00:00-14:00", 400),
     ("hours=1e-9", 422), ("hours=0", 422), ("hours=nan", 422), ("since=x", 422)],
)  # fmt: skip
def test_a_time_that_makes_no_sense_is_refused(told: Pages, query: str, status: int) -> None:
    """Backwards, of a thousand years, outside of the calendar, of no length or no time at all."""
    assert told.get(f"/job/ysb/timeline?{query}").status_code == status
    if query.startswith("hours"):
        assert told.get(f"/job/ysb?{query}").status_code == status


@pytest.mark.parametrize("path", ["/", "/job/ysb", "/decision/ysb/ysb-c1", "/job/ysb/rescale"])
def test_an_id_stands_once_in_a_page(told: Pages, path: str) -> None:
    """Or labels and scripts would find another element than is meant."""
    ids = re.findall(r' id="([^"]+)"', told.get(path).text)
    assert sorted(ids) == sorted(set(ids))


def test_every_address_in_a_page_is_relative(told: Pages) -> None:
    """Nothing names a host or begins at the root: a proxy may put anything before it."""
    for path in (
        "/",
        "/job/ysb",
        "/decision/ysb/ysb-c1",
        "/entry/ysb:5",
        "/run?dag=optimise&run=r",
    ):
        page = told.get(path).text
        assert "://" not in page.replace("http://www.w3.org", ""), path
        assert 'href="/' not in page
        assert 'src="/' not in page


def test_a_file_is_fetched_once(told: Pages) -> None:
    """By its mark it may be kept for ever; without one the browser asks: it is as before."""
    page = told.get("/").text
    address = page.partition('rel="stylesheet" href="./')[2].partition('"')[0]
    answer = told.get(f"/{address}")
    assert "immutable" in answer.headers["cache-control"]
    again = told.get("/static/page.css", **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert told.get("/static/plotly.min.js").content[:4] == b"/**\n"
    for name in ("nothing.css", "..%2fapp.py", "page.css%00"):
        assert told.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "way"),
    [("/nothing", "./"), ("/job/none", "../"), ("/job/a%2Fb", "../"), ("/a/b/c", "../../")],
)
def test_a_page_finds_its_style_from_any_address(told: Pages, path: str, way: str) -> None:
    """Also the page that says that there is none: a slash that was sent as %2F parts nothing."""
    assert f'href="{way}static/page.css' in told.get(path).text
