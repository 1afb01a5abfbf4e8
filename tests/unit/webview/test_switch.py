"""Stopping Horae from a page: it works when little else does, and says what then holds."""

import pytest

from horae.errors import Unavailable
from webview_builders import Pages


def order(job: str | None, *, thrown: bool, reason: str = "a release") -> dict[str, object]:
    """What the script of a page sends."""
    return {"job": job, "thrown": thrown, "reason": reason}


@pytest.mark.parametrize("job", [None, "ysb"])
def test_the_switch_can_be_thrown_while_there_is_no_ledger(pages: Pages, job: str | None) -> None:
    """Whoever must stop Horae can, also where the ledger is what went wrong."""
    (pages.jobs / "ysb.yaml").touch()
    assert pages.get("/").status_code == 503  # there is no ledger
    assert pages.post("/switch", order(job, thrown=True)).status_code == 200
    assert pages.switches.turns == [("throw", job, "a release", "anna")]


def test_a_job_that_is_in_no_spec_needs_the_ledger_to_be_known(pages: Pages) -> None:
    """A job without a spec cannot be told from a slip of the pen: nothing is turned."""
    assert pages.post("/switch", order("ysb", thrown=True)).status_code == 503
    assert pages.switches.turns == []


def test_a_release_says_what_still_stops(told: Pages) -> None:
    """The job's switch is let go while the fleet's is thrown: Horae does not act yet."""
    told.switches.reasons |= {None: "a holiday", "ysb": "a release"}
    said = told.post("/switch", order("ysb", thrown=False)).json()["sentence"]
    assert said.startswith("The switch is released, but Horae is still stopped for ysb, ")
    assert "by the fleet: a holiday" in said
    said = told.post("/switch", order(None, thrown=False)).json()["sentence"]
    assert said.startswith("Horae may act again on the whole fleet.")


def test_a_release_that_cannot_be_looked_at_says_so(
    told: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not knowing is not the same as being free to act."""

    def unknown() -> str | None:
        raise Unavailable("no answer")

    monkeypatch.setattr(told.switches, "fleet", unknown)
    said = told.post("/switch", order(None, thrown=False)).json()["sentence"]
    assert "is not known" in said


@pytest.mark.parametrize("spoilt", ["a\x00b", "a\nb", "a\u202eb", "a\x1bb"])
def test_a_reason_is_one_line_of_what_can_be_seen(told: Pages, spoilt: str) -> None:
    """What a database refuses, and nobody can read, is left out; it keeps nobody from stopping."""
    assert told.post("/switch", order(None, thrown=True, reason=spoilt)).status_code == 200
    assert told.switches.turns == [("throw", None, "a b", "anna")]


def test_a_reason_of_nothing_to_see_is_none(told: Pages) -> None:
    """It is asked for again: 422."""
    assert told.post("/switch", order(None, thrown=True, reason="\u200b\x00")).status_code == 422
    assert told.switches.turns == []


def test_a_turn_that_fails_unforeseen_is_not_said_to_have_changed_nothing(
    told: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been thrown before what failed: the person is sent to look."""

    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(told.switches, "throw", failing)
    answer = told.post("/switch", order(None, thrown=True))
    assert answer.status_code == 500
    assert "Nothing was changed" not in answer.text
    assert "load the page again and look" in answer.text
