"""Since when nothing was concluded, and that people are told of it once."""

from datetime import timedelta

import pytest

from control_builders import NOON, a_decision
from control_world import World
from horae.control.blindness import blindness, is_told, last_conclusion, record_told
from horae.domain.decision import Verb
from horae.domain.proposal import Reason
from horae.errors import NotReady
from horae.ledger.records import EntryKind

MINUTE = timedelta(minutes=1)
ALLOWED = 1_800.0


def decided(world: World, minutes: float, reason: Reason, actor: str = "horae") -> None:
    """A Hold that was decided so many minutes after noon."""
    world.record(
        a_decision(
            f"ysb-{minutes:g}",
            decided_at=NOON + minutes * MINUTE,
            actor=actor,
            verb=Verb.HOLD,
            execute=False,
            reason=reason,
            sentence=f"As it was after {minutes:g} minutes.",
            proposal=None,
        )
    )


def blind(world: World, minutes: float) -> str | None:
    """The sentence on blindness so many minutes after noon."""
    found = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + minutes * MINUTE)
    return found.sentence if found else None


def test_a_job_is_blind_once_the_allowance_is_over(world: World) -> None:
    """Concluded at noon and not since: not at 12:30, but a second later."""
    decided(world, 0, Reason.BEST_ALREADY)
    assert blind(world, 30) is None
    said = blind(world, 30 + 1 / 60)
    assert said is not None
    assert "nothing was concluded about ysb for 30 minutes, since 2026-03-02 12:00:00 UTC" in said
    assert said.endswith("no cycle has decided anything since")


@pytest.mark.parametrize(
    "reason",
    [
        Reason.NOT_READY,
        Reason.UNUSABLE_WINDOW,
        Reason.SOURCE_UNAVAILABLE,
        Reason.UNKNOWN_CONFIGURATION,
    ],
)
def test_a_decision_that_concludes_nothing_does_not_end_it(world: World, reason: Reason) -> None:
    """It says why, and that is passed on."""
    decided(world, 0, Reason.BEST_ALREADY)
    decided(world, 40, reason)
    assert (blind(world, 41) or "").endswith(
        "the newest decision says: As it was after 40 minutes."
    )


def test_a_person_s_wish_is_no_conclusion_of_a_cycle(world: World) -> None:
    """Somebody acted by hand, since Horae does not see."""
    decided(world, 0, Reason.BEST_ALREADY)
    decided(world, 35, Reason.MANUAL, actor="ada")
    assert blind(world, 36) is not None


def test_a_conclusion_ends_it(world: World) -> None:
    """Any decision of a cycle that rests on what was seen."""
    decided(world, 0, Reason.UNUSABLE_WINDOW)
    decided(world, 35, Reason.GAIN_TOO_SMALL)
    assert blind(world, 36) is None


def test_a_job_that_was_never_seen_is_not_blind(world: World) -> None:
    """There is nothing that one could have lost sight of."""
    assert blind(world, 1_000) is None
    with pytest.raises(NotReady, match="never observed"):
        last_conclusion(world.ledger, "ysb")


def test_people_are_told_once_for_each_time_that_it_lasts(world: World) -> None:
    """Told at 12:31, so not again at 12:32; after a conclusion at 13:00 it may be anew."""
    decided(world, 0, Reason.BEST_ALREADY)
    first = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 31 * MINUTE)
    assert first is not None
    assert not is_told(world.ledger, first)
    record_told(world.ledger, first, now=NOON + 31 * MINUTE)
    again = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 32 * MINUTE)
    assert again is not None
    assert is_told(world.ledger, again)

    decided(world, 60, Reason.BEST_ALREADY)
    later = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 91 * MINUTE)
    assert later is not None
    assert not is_told(world.ledger, later)


def test_a_night_is_told_once_and_from_its_begin(world: World) -> None:
    """More cycles than are looked back at: 1,100 minutes, told after 31 of them."""
    decided(world, 0, Reason.BEST_ALREADY)
    for minute in range(1, 1_100):
        decided(world, minute, Reason.UNUSABLE_WINDOW)
        if minute == 31:
            first = blindness(
                world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 31 * MINUTE
            )
            assert first is not None
            record_told(world.ledger, first, now=NOON + 31 * MINUTE)
        if minute in (530, 532, 1_029):
            found = blindness(
                world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + minute * MINUTE
            )
            assert found is not None
            assert found.since == NOON
            assert is_told(world.ledger, found)


def test_what_was_told_before_a_conclusion_is_another_time(world: World) -> None:
    """Told at 12:31, seen again at 13:00, then blind for as many cycles as are looked back at."""
    decided(world, 0, Reason.BEST_ALREADY)
    decided(world, 30, Reason.UNUSABLE_WINDOW)
    first = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 31 * MINUTE)
    assert first is not None
    record_told(world.ledger, first, now=NOON + 31 * MINUTE)
    decided(world, 60, Reason.BEST_ALREADY)
    for minute in range(61, 561):
        decided(world, minute, Reason.UNUSABLE_WINDOW)
    found = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 561 * MINUTE)
    assert found is not None
    assert found.since == NOON + 61 * MINUTE
    assert not is_told(world.ledger, found)


def test_that_people_were_told_is_in_the_ledger(world: World) -> None:
    """Since when, and what they were told; a second append of the same changes nothing."""
    decided(world, 0, Reason.BEST_ALREADY)
    found = blindness(world.ledger, "ysb", allowance_seconds=ALLOWED, now=NOON + 31 * MINUTE)
    assert found is not None
    for _ in range(2):
        record_told(world.ledger, found, now=NOON + 31 * MINUTE)
    (entry,) = world.entries(EntryKind.CONTROL)
    assert entry.body == {
        "event": "blind",
        "since": NOON.isoformat(),
        "sentence": found.sentence,
    }
