"""What several settings must hold together."""

from pathlib import Path

import pytest

from horae.errors import SettingsError
from horae.settings.job_spec import JobSpec
from horae.settings.sense import RULES
from horae.settings.spec_file import read_job_spec
from horae.settings.structure import locate

SPEC = """\
name: ysb
watchdog: {{{watchdog}}}
safe_configuration: {safe}
kafka: {{topics: [views]}}
limits: {{processing_latency_seconds: 10, commit_latency_seconds: {commit}}}
time: {{{time}}}
policy: {{{policy}}}
search:
  parallelism: [1, 2, 4]
  slots: [1, 2]
  maximum_task_managers: {task_managers}
  checkpoint_interval_seconds: [10, 60]
"""
SAFE = {
    "parallelism": 4,
    "slots": 2,
    "cpu_cores": 1,
    "memory_mb": 1024,
    "checkpoint_interval_seconds": 10,
}
GOOD = {
    "watchdog": "allowance_seconds: 600",
    "safe": SAFE,
    "time": "grid_seconds: 60",
    "policy": "name: planner",
    "commit": 60,
    "task_managers": 4,
}


def told(folder: Path, **changes: object) -> list[str]:
    """What is wrong with the spec under some changes, each as one line."""
    path = folder / "ysb.yaml"
    path.write_text(SPEC.format(**GOOD | changes))
    try:
        read_job_spec(path)
    except SettingsError as error:
        return [str(fault) for fault in error.faults]
    return []


def test_settings_that_fit_are_no_fault(tmp_path: Path) -> None:
    """The spec that the other tests break has no fault itself."""
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"time": "grid_seconds: 60, horizon_seconds: 30", "policy": "name: hold"},
            "line 6: time.horizon_seconds: got 30; expected at least time.grid_seconds, 60",
        ),
        (
            {"time": "horizon_seconds: 200, season_seconds: 180"},
            "line 6: time.horizon_seconds: got 200; expected at most time.season_seconds, 180",
        ),
        (
            {"time": "window_seconds: 100"},
            "line 6: time.window_seconds: got 100; expected at least 2 times time.grid_seconds, "
            "120",
        ),
        (
            {"time": "sampling_seconds: 61"},
            "line 6: time.sampling_seconds: got 61; expected at most time.cycle_seconds, 60",
        ),
        (
            {"time": "cycle_seconds: 30"},
            "line 6: time.cycle_seconds: got 30; expected at least time.grid_seconds, 60",
        ),
        (
            {"time": "stale_seconds: 30"},
            "line 6: time.stale_seconds: got 30; expected at least time.grid_seconds, 60",
        ),
        (
            {"time": "grid_seconds: 10, horizon_seconds: 30"},
            "line 6: policy.step_seconds: got 60 (the default); expected at most "
            "time.horizon_seconds, 30",
        ),
        (
            {"policy": "name: planner, step_seconds: 4000"},
            "line 7: policy.step_seconds: got 4000; expected at most time.horizon_seconds, 3600",
        ),
        (
            {"time": "window_seconds: 4000", "policy": "name: ds2"},
            "line 6: policy.scale_down_seconds: got 3600 (the default); expected at most 3100: "
            "the window holds 4000 s, of which rates are measured over 900",
        ),
        (
            {"time": "window_seconds: 200", "policy": "name: threshold"},
            "line 6: policy.down_stabilisation_seconds: got 300 (the default); expected at most "
            "time.window_seconds, 200",
        ),
        (
            {"policy": "name: ds2, minimum_utilisation: 0.8"},
            "line 7: policy.minimum_utilisation: got 0.8; expected at most "
            "policy.target_utilisation, 0.7",
        ),
        (
            {"commit": 4},
            "line 5: limits.commit_latency_seconds: got 4; expected at least 5, half of the "
            "shortest checkpoint interval: a record is committed with the next checkpoint",
        ),
        (
            {"task_managers": 1, "safe": "null"},
            "line 9: search.parallelism: got [1, 2, 4]; expected values of at most 2: "
            "search.slots allows 2 a TaskManager, search.maximum_task_managers 1 of them",
        ),
        (
            {"watchdog": "allowance_seconds: 299"},
            "line 2: watchdog.allowance_seconds: got 299; expected at least time.stale_seconds, "
            "300",
        ),
        (
            {"time": "cycle_seconds: 3600"},
            "line 2: watchdog.allowance_seconds: got 600; expected at least time.cycle_seconds, "
            "3600",
        ),
        (
            {"safe": SAFE | {"slots": 3}},
            "line 3: safe_configuration.slots: got 3; expected one of search.slots, 1, 2",
        ),
        (
            {"safe": SAFE | {"checkpoint_interval_seconds": 30}},
            "line 3: safe_configuration.checkpoint_interval_seconds: got 30; expected one of "
            "search.checkpoint_interval_seconds, 10, 60",
        ),
        (
            {"safe": SAFE | {"slots": 1}, "task_managers": 3},
            "line 3: safe_configuration.parallelism: got 4; expected at most 3: "
            "safe_configuration.slots is 1, search.maximum_task_managers 3",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_told(
    tmp_path: Path, changes: dict[str, object], fault: str
) -> None:
    """The blamed setting is told with its line, its value and the one it contradicts."""
    assert told(tmp_path, **changes) == [fault]


def test_a_contradiction_is_told_beside_other_faults(tmp_path: Path) -> None:
    """A fault in one setting does not hide a contradiction of others in the same section."""
    faults = told(tmp_path, time="cycle_seconds: no, horizon_seconds: 30", policy="name: hold")
    assert len(faults) == 2
    assert "time.cycle_seconds: got 'no'" in faults[0] + faults[1]
    assert "time.horizon_seconds: got 30" in faults[0] + faults[1]


def test_a_wrong_setting_is_not_blamed_twice(tmp_path: Path) -> None:
    """A setting that is wrong by itself is not asked whether it fits."""
    assert len(told(tmp_path, time="grid_seconds: -60")) == 1


@pytest.mark.parametrize("name", sorted({name for rule in RULES for name in rule.needs}))
def test_every_rule_reads_settings_that_exist(name: str) -> None:
    """A setting that a rule names is one of the spec's."""
    *section, last = name.split(".")
    kinds = locate(tuple(section))[1] or (JobSpec,)
    assert any(last in kind.model_fields for kind in kinds)
