"""Who takes part, as a person says it."""

from pathlib import Path

from horae.errors import Fault
from horae.settings.policy_settings import HoldSettings, PlannerSettings, ThresholdSettings
from horae.simulation.backtest.contender_text import contenders
from horae.simulation.backtest.contenders import POLICIES, Contender, policy_behind
from horae.simulation.job.job_model import Start

START = Start(parallelism=12, memory_mb=2048)


def only(text: str) -> Contender:
    """The contender that a text means, without a fault."""
    found, faults = contenders([text], START)
    assert not faults
    return found[0]


def wrong(*texts: str) -> list[Fault]:
    """What is wrong with texts."""
    return contenders(texts, START)[1]


def test_every_policy_takes_part_by_its_name() -> None:
    """Rivals with guards that hold nothing back, the planner with the default ones."""
    found, faults = contenders(list(POLICIES), START)
    assert not faults
    assert [one.name for one in found] == list(POLICIES)
    by_name = {one.name: one for one in found}
    assert isinstance(by_name["static"].policy, HoldSettings)
    assert by_name["threshold"].guards.actions_per_day == 10_000
    assert by_name["threshold"].delay_seconds == 0
    assert isinstance(by_name["planner"].policy, PlannerSettings)
    assert by_name["planner"].guards.cooldown_seconds == 600
    assert by_name["planner"].delay_seconds == 10


def test_a_configuration_behind_a_name_changes_a_part_of_the_start() -> None:
    """What is not said stays as the model has it."""
    start = only("static=parallelism:24,slots:2").start
    assert start == Start(parallelism=24, slots=2, memory_mb=2048)


def test_a_file_changes_a_part_of_the_settings(tmp_path: Path) -> None:
    """Its target and its rhythm; the tolerance stays Kubernetes' own."""
    file = tmp_path / "hpa.yaml"
    file.write_text(
        "policy: {target: 0.35}\ntime: {cycle_seconds: 30}\nbeside: {profiling: {cores: 4}}\n"
    )
    found = only(f"threshold-35={file}")
    assert isinstance(found.policy, ThresholdSettings)
    assert (found.name, found.policy.target, found.policy.tolerance) == ("threshold-35", 0.35, 0.1)
    assert (found.time.cycle_seconds, found.time.grid_seconds) == (30, 15)
    assert found.beside.profiling.cores == 4


def test_the_name_before_the_hyphen_is_the_policy() -> None:
    """What only begins alike is none."""
    assert policy_behind("planner-eager") == "planner"
    assert policy_behind("planners") is None


def test_all_faults_are_told_at_once() -> None:
    """An unknown policy with what was probably meant, a wrong axis, a wrong value, no file."""
    faults = wrong(
        "planer", "static=paralelism:4", "static-2=parallelism:many", "ds2=none.yaml", "oracle"
    )
    told = [str(fault) for fault in faults]
    assert len(told) == 5
    assert "did you mean 'planner'?" in told[0]
    assert "did you mean 'parallelism'?" in told[1]
    assert "parallelism:many" in told[2]
    assert "No such file" in told[3]
    assert "'oracle'" in told[4]


def test_faults_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    """An unknown entry and a value out of its bounds."""
    file = tmp_path / "hpa.yaml"
    file.write_text("policy:\n  target: 1.5\n  tolerence: 0.1\nguard: {}\n")
    faults = wrong(f"threshold={file}")
    told = {(fault.line, fault.where.rpartition(": ")[2]) for fault in faults}
    assert told == {(2, "policy.target"), (3, "policy.tolerence"), (4, "guard")}
    assert "did you mean 'tolerance'?" in "".join(fault.expected for fault in faults)


def test_a_file_of_another_policy_is_refused(tmp_path: Path) -> None:
    """The name says what it is."""
    file = tmp_path / "ds2.yaml"
    file.write_text("policy: {name: ds2}\n")
    (fault,) = wrong(f"planner={file}")
    assert (fault.value, fault.expected) == (
        "'ds2'",
        "planner, for the contender is called planner",
    )


def test_a_name_counts_once() -> None:
    """A suffix tells two of a kind apart."""
    (fault,) = wrong("ds2", "ds2")
    assert fault.expected == "each name once; a suffix tells two of a kind apart: ds2-2"
