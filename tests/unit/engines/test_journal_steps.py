from dataclasses import dataclass, field

import pytest

from horae.engines.journal import Step, Steps
from horae.errors import LedgerError, Refused, StepFailed


@dataclass
class Notes:
    """A journal that can halt and break."""

    reason: str | None = None
    broken: bool = False
    lines: list[str] = field(default_factory=list)

    def intend(self, step: str, detail: str) -> None:
        """Note it."""
        self.result(step, detail)

    def result(self, step: str, detail: str) -> None:
        """Note it, or break."""
        if self.broken:
            raise LedgerError("away")
        self.lines.append(f"{step}: {detail}")

    def halted(self) -> str | None:
        """The reason."""
        return self.reason


def _fail() -> None:
    raise Refused("no")


def test_a_step_is_told_before_and_after() -> None:
    """The result is in its own words, and its value is handed on."""
    notes = Notes()
    assert Steps(notes).take(Step.STOP, "soon", lambda: 7, tell=lambda n: f"took {n}") == 7
    assert notes.lines == ["stop: soon", "stop: took 7"]


def test_a_failure_is_recorded_and_names_the_step() -> None:
    """With its cause."""
    notes = Notes()
    with pytest.raises(StepFailed, match="step start failed: no") as caught:
        Steps(notes).take(Step.START, "soon", _fail)
    assert notes.lines[-1] == "start: failed: no"
    assert isinstance(caught.value.__cause__, Refused)
    assert caught.value.step == "start"


def test_a_halted_step_is_not_begun() -> None:
    """Neither recorded nor done."""
    notes = Notes(reason="maintenance")
    with pytest.raises(StepFailed, match="maintenance"):
        Steps(notes).take(Step.RESIZE, "soon", _fail)
    assert notes.lines == []


def test_a_step_that_commits_does_so_even_when_it_fails() -> None:
    """Nobody knows how far it came."""
    steps = Steps(Notes())
    with pytest.raises(StepFailed):
        steps.take(Step.STOP, "soon", _fail, commits=True)
    assert steps.committed


def test_after_the_commitment_nothing_stops_a_step() -> None:
    """What the ledger did not take is kept for the outcome."""
    steps = Steps(Notes(reason="maintenance", broken=True), committed=True)
    assert steps.take(Step.START, "soon", lambda: 1) == 1
    assert steps.unrecorded == ["start: soon", "start: done"]


def test_an_intention_that_cannot_be_recorded_is_not_carried_out() -> None:
    """The step that would commit does not commit."""
    steps = Steps(Notes(broken=True))
    with pytest.raises(StepFailed, match="could not be recorded: away"):
        steps.take(Step.STOP, "soon", _fail, commits=True)
    assert not steps.committed
