"""Each stage's result in a sentence."""

from dataclasses import replace

import pytest

from control_builders import SMALL, a_decision, an_outcome
from control_world import World
from horae.control.observe import observe
from horae.control.telling import told
from horae.domain.decision import Verb
from horae.domain.proposal import Reason
from horae.domain.verdict import BrokenRule, Severity, Verdict

STALE = BrokenRule(
    rule="freshness", metric="lag_records", severity=Severity.BLOCKS, sentence="lag is old"
)


def test_a_look_is_told(world: World) -> None:
    """What it runs in, which window, and what did not answer."""
    world.unavailable = {"kafka": "no broker"}
    seen = observe(world.observing(), "c1")
    assert told(seen) == (
        "observe",
        f"ysb runs in {SMALL}; window {(seen.window or '')[:12]}; kafka: no broker",
    )
    nothing = replace(seen, configuration=None, window=None, detail="no such job", unavailable={})
    assert told(nothing) == ("observe", "ysb no such job; window none")


def test_verdicts_are_told() -> None:
    """Usable by how many rules, or what is wrong; and that there was nothing to judge."""
    usable = Verdict(job="ysb", window="w", usable=True, broken=(), rules=40)
    assert told((usable,)) == ("validate", "usable by 40 rules")
    assert told([replace(usable, broken=(STALE,))])[1] == "usable by 40 rules, but lag is old"
    unusable = replace(usable, usable=False, broken=(STALE,))
    assert told([usable, unusable])[1] == "usable by 40 rules; not usable: lag is old"
    assert told(()) == ("validate", "no window to judge")


def test_a_decision_is_told() -> None:
    """What, why, and whether it is to be executed."""
    sentence = "The load is about to pass the capacity."
    assert told(a_decision()) == ("decide", f"rescale (protect): {sentence}")
    recommended = a_decision(execute=False)
    assert told(recommended)[1] == f"rescale, not to be executed (protect): {sentence}"
    to_approve = a_decision(execute=False, approval=True)
    assert told(to_approve)[1] == f"rescale, a person is to be asked (protect): {sentence}"
    held = a_decision(verb=Verb.HOLD, execute=False, reason=Reason.BEST_ALREADY, proposal=None)
    assert told(held)[1] == f"hold (best-already): {sentence}"


def test_an_outcome_is_told() -> None:
    """How it ended."""
    assert told(an_outcome()) == ("act", "done: The job runs in it.")


def test_what_no_stage_gives_is_refused() -> None:
    """A mistake in the code, not something to be told."""
    with pytest.raises(TypeError, match="no stage gives a int"):
        told(3)
