"""A switch that a person threw on a page stands in the ledger of every job it is for."""

from datetime import timedelta

from control_builders import NOON
from horae.control.kill_switch_record import record_kill_switch
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind


def test_who_threw_it_when_and_why_is_recorded() -> None:
    """For one job, in its chain."""
    ledger = MemoryLedger()
    (identifier,) = record_kill_switch(
        ledger, ["ysb"], on=True, person="ada", reason="incident 4711", at=NOON
    )
    entry = ledger.get(identifier)
    assert (entry.chain, entry.kind, entry.actor, entry.time) == (
        "ysb",
        EntryKind.CONTROL,
        "ada",
        NOON,
    )
    assert entry.identity == "control:kill-switch:on:job:20260302T120000.000000Z"
    assert entry.body == {
        "event": "kill-switch",
        "on": True,
        "scope": "job",
        "reason": "incident 4711",
        "sentence": "ada threw the kill switch for this job: incident 4711.",
    }


def test_the_switch_of_the_fleet_is_recorded_for_every_job() -> None:
    """Each job's chain tells its own story; the same click twice is one entry."""
    ledger = MemoryLedger()
    for _ in range(2):
        record_kill_switch(
            ledger, ["ysb", "orders"], on=False, person="ada", reason="", at=NOON, every_job=True
        )
    assert {name: head.count for name, head in ledger.heads().items()} == {"orders": 1, "ysb": 1}
    (entry,) = ledger.read("orders")
    assert (entry.body["on"], entry.body["scope"]) == (False, "every job")
    assert entry.body["sentence"] == (
        "ada released the kill switch for every job: no reason given."
    )


def test_thrown_and_released_are_two_entries() -> None:
    """Also within a second."""
    ledger = MemoryLedger()
    for on, later in ((True, 0), (False, 1), (True, 2)):
        at = NOON + timedelta(microseconds=later)
        record_kill_switch(ledger, ["ysb"], on=on, person="ada", reason="", at=at)
    assert [entry.body["on"] for entry in ledger.read("ysb")] == [True, False, True]


def test_a_name_that_is_no_line_is_recorded_as_one() -> None:
    """The switch is thrown all the same, and somebody is named."""
    ledger = MemoryLedger()
    record_kill_switch(ledger, ["ysb"], on=True, person="\n", reason="", at=NOON)
    (entry,) = ledger.read("ysb")
    assert entry.actor == "unknown person"
