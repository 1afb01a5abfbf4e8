"""Verdicts: one a window, recorded once."""

from control_builders import LINEAGE
from control_world import World
from horae.control.decide import decide
from horae.control.entries import from_body
from horae.control.observe import observe
from horae.control.validate import validate
from horae.domain.verdict import Verdict
from horae.engines.fake import Fault
from horae.errors import Unavailable
from horae.ledger.records import EntryKind


def test_a_verdict_is_recorded_with_what_it_judges(world: World) -> None:
    """The entry is the verdict, and refers to window, spec and code."""
    seen = observe(world.observing(), "c1")
    (verdict,) = validate(world.validating(), [seen])
    (entry,) = world.entries(EntryKind.VERDICT)
    assert from_body(Verdict, entry.body) == verdict
    assert verdict.usable, verdict.broken
    assert entry.references == {**LINEAGE, "window": seen.window}


def test_a_repeat_records_nothing_more(world: World) -> None:
    """Judged again, later and staler: the verdict of the cycle stays the recorded one."""
    seen = observe(world.observing(), "c1")
    validate(world.validating(), [seen])
    world.clock.wait(3600)
    validate(world.validating(), [seen])
    (entry,) = world.entries(EntryKind.VERDICT)
    assert entry.body["usable"] is True


def test_a_job_without_a_window_gets_no_verdict(world: World) -> None:
    """There is nothing to judge, and nothing is recorded."""
    world.engine.fail("describe", Fault(Unavailable("away")))
    seen = observe(world.observing(), "c1")
    assert list(validate(world.validating(), [seen])) == []
    assert world.entries(EntryKind.VERDICT) == []


def test_a_job_that_stopped_meanwhile_is_not_trusted(world: World) -> None:
    """The window of a job that does not run is not usable, and the broken rule says why."""
    world.engine.snapshot("ysb", trigger_id="t", stop=True)
    (verdict,) = validate(world.validating(), [observe(world.observing(), "c1")])
    assert not verdict.usable
    assert [rule.sentence for rule in verdict.broken if rule.rule == "job"] == [
        "the job was not running at the end of the window"
    ]


def test_a_window_that_was_lost_keeps_no_other_from_being_judged(world: World) -> None:
    """It is left out; whoever decides about its job finds it not judged."""
    lost = observe(world.observing(), "c1")
    for file in world.folder.glob("windows/ysb/*.parquet"):
        file.unlink()
    world.clock.wait(60)
    seen = observe(world.observing(), "c2")
    (verdict,) = validate(world.validating(), [lost, seen])
    assert verdict.window == seen.window
    assert decide(world.deciding(), lost).sentence == "the newest window was not judged yet"
