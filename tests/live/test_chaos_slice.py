"""A slice of the chaos suite: each kind of fault on the real Flink, Kafka and PostgreSQL."""

from pathlib import Path

import pytest

from chaos.cases import slice_of_all
from chaos.report import figures
from chaos.results import Result, Results, faults_of
from chaos.scene import opened_scene
from chaos.suite import Suite

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(900)]

JARS = Path(__file__).parents[2] / ".horae" / "jars"


def test_no_job_and_no_record_is_lost_whatever_dies(tmp_path: Path) -> None:
    """A dozen faults, of every kind: one job runs after each, no record lost, the ledger true."""
    told: list[Result] = []
    results = Results(path=tmp_path / "results.jsonl")
    logs = tmp_path / "processes"
    logs.mkdir()
    with opened_scene(tmp_path / "home", JARS, high_availability=False) as scene:
        suite = Suite(scene=scene, results=results, folder=logs, tell=told.append)
        suite.play(slice_of_all(), until=float("inf"))
    wrong = {one.case: one.problems for one in told if one.problems}
    assert wrong == {}
    assert figures(results)[1:] == (0, 0, 0)
    assert faults_of(told) >= len(told) == 12
