"""The examples of docs/adding-*.md are code: they are run, and held to the contracts."""

import json
import math
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from engine_contract import new_id
from forecaster_contract import GRID_SECONDS, SEASON_STEPS, ForecasterContract
from policy_contract import PolicyContract
from pydantic import ValidationError

from guard_builders import a_guard_situation, a_proposal
from horae.control import steps
from horae.control.surroundings import Surroundings
from horae.domain import metric_catalogue
from horae.domain.clock import ManualClock
from horae.domain.job import Fate
from horae.domain.metric import Metric
from horae.domain.metric_catalogue import CATALOGUE
from horae.engines.engine import Engine
from horae.engines.fake import FakeEngine
from horae.errors import Refused
from horae.forecasting import forecasters
from horae.forecasting.forecaster import Forecaster
from horae.ledger.opening import open_ledger
from horae.policy import guards
from horae.policy.policy import Policy
from horae.settings import policy_settings
from horae.settings.environment import Environment
from horae.simulation.load import trace_formulas, trace_specs
from horae.simulation.load.trace_files import FileOptions
from horae.simulation.load.trace_specs import trace
from policy_builders import SMALL, at

DOCS = Path(__file__).parents[2] / "docs"
DAG_READER = """
import json, runpy, sys
found = runpy.run_path(sys.argv[1])
from airflow.sdk import DAG
dag = found["heads"]()
assert isinstance(dag, DAG)
print(json.dumps({
    "id": dag.dag_id, "tags": sorted(dag.tags), "owners": [task.owner for task in dag.tasks],
    "deadlines": [task.execution_timeout is not None for task in dag.tasks], "doc": dag.doc_md,
}))
"""


def snippets(page: str) -> list[str]:
    """The Python blocks of a page, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```python\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in blocks]


def run(code: str, beside: ModuleType | None = None) -> dict[str, Any]:
    """What a snippet defines, as if it stood in the module `beside`."""
    names: dict[str, Any] = dict(vars(beside)) if beside else {}
    names["__name__"] = f"{beside.__name__ if beside else 'documented'}_example"
    module = ModuleType(names["__name__"])
    module.__dict__.update(names)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(code, module.__name__, "exec"), module.__dict__)  # noqa: S102
    return module.__dict__


class TestDocumentedPolicy(PolicyContract):
    """The policy of docs/adding-a-policy.md."""

    @pytest.fixture
    def policy(self) -> Policy:
        """With a fifth of room."""
        found: Policy = run(snippets("adding-a-policy.md")[0])["HeadroomPolicy"](headroom=1.2)
        return found


class TestDocumentedForecaster(ForecasterContract):
    """The forecaster of docs/adding-a-forecaster.md."""

    @pytest.fixture
    def forecaster(self) -> Forecaster:
        """On the contract's grid and season."""
        found: Forecaster = run(snippets("adding-a-forecaster.md")[0])["SeasonalMean"](
            season_seconds=SEASON_STEPS * GRID_SECONDS, grid_seconds=GRID_SECONDS
        )
        return found


@pytest.mark.parametrize("page", [page.name for page in sorted(DOCS.glob("adding-*.md"))])
def test_every_example_compiles(page: str) -> None:
    """Each Python block is Python, also the few lines that go into a function."""
    blocks = snippets(page)
    assert blocks
    for block in blocks:
        body = textwrap.indent(block, "    ")
        compile(f"def example():\n{body}", page, "exec")


@pytest.mark.parametrize("page", [page.name for page in sorted(DOCS.glob("adding-*.md"))])
def test_a_page_has_fewer_than_ten_steps(page: str) -> None:
    """Numbered from 1 without a gap, at most nine; a second list begins at 1 again."""
    text = (DOCS / page).read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
    expected = 0
    for number in numbers:
        expected = 1 if number == 1 else expected + 1
        assert number == expected < 10


def test_the_policy_s_settings_are_read_from_a_spec() -> None:
    """The documented class takes its default, and refuses a headroom below 1."""
    kind = run(snippets("adding-a-policy.md")[1], policy_settings)["HeadroomSettings"]
    assert kind(name="headroom").headroom == 1.2
    with pytest.raises(ValidationError, match="headroom"):
        kind(name="headroom", headroom=0.5)


def test_the_forecaster_is_made_by_its_name() -> None:
    """The documented function returns the recipe of the page."""
    recipe = run(snippets("adding-a-forecaster.md")[0])["SeasonalMean"]
    names = run(snippets("adding-a-forecaster.md")[1], forecasters)
    sys.modules["horae.forecasting.seasonal_mean"] = sys.modules[recipe.__module__]
    try:
        made = names["_seasonal_mean"](300.0, 5.0)
    finally:
        del sys.modules["horae.forecasting.seasonal_mean"]
    assert made == recipe(season_seconds=300.0, grid_seconds=5.0)


def test_the_file_is_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The documented rows, read by the documented spec, are 51,200 records of 300 s at first."""
    page = (DOCS / "adding-a-trace.md").read_text(encoding="utf-8")
    found = re.search(r"^ *```csv\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    (tmp_path / "rides.csv").write_text(textwrap.dedent(found[1]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    specs = set(re.findall(r"`(file:[^`]+)`", page)) | set(re.findall(r"'(file:[^']+)'", page))
    assert specs
    for spec in specs:
        rides = trace(spec)
        assert (rides.seconds, rides.season_seconds) == (4 * 300, 86_400)
        assert rides.load[0] == pytest.approx(51_200 / 300)


def test_the_options_of_a_file_are_all_documented() -> None:
    """One row each, in the page that tells how to bring a file."""
    page = (DOCS / "adding-a-trace.md").read_text(encoding="utf-8")
    listed = re.findall(r"^ *\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted(FileOptions.model_fields)


def test_the_formula_is_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it at noon of each day, 1/e an hour later, through a spec as well."""
    lunch = run(snippets("adding-a-trace.md")[0], trace_formulas)["Lunch"]
    monkeypatch.setattr(trace_specs, "FORMULAS", {"lunch": lunch})
    found = trace("lunch:height=5000,hours=48")
    noon = 12 * 3_600
    assert found.season_seconds == 86_400
    assert found.load[[noon, noon + 86_400]].tolist() == [5_000, 5_000]
    assert found.load[noon + 3_600] == pytest.approx(5_000 / math.e)


def test_the_metric_is_one_that_the_catalogue_would_take() -> None:
    """The documented entry is new, a counter by kind and name, and optional."""
    code = snippets("adding-a-metric.md")[0]
    metric: Metric = eval(code, dict(vars(metric_catalogue)))  # noqa: S307
    assert metric.name not in CATALOGUE
    assert metric.name.endswith("_total")
    assert metric.kind is metric_catalogue.MetricKind.COUNTER
    assert not metric.required


def test_the_guard_allows_refuses_and_holds_when_blind() -> None:
    """From 1 to 2 is allowed, to 3 refused, to 3 in a hurry allowed, and blind refused."""
    guard = run(snippets("adding-a-metric.md")[2], guards)["no_leap"]
    assert guard(a_guard_situation(proposal=a_proposal(at(2))))[0]
    assert not guard(a_guard_situation(proposal=a_proposal(at(3))))[0]
    assert guard(a_guard_situation(proposal=a_proposal(at(3), urgent=True)))[0]
    assert not guard(a_guard_situation(current=None))[0]


def test_the_engine_shows_and_does_not_touch() -> None:
    """The documented engine tells what the other tells, and refuses whatever would change it."""
    inner = FakeEngine(ManualClock(), SMALL, job="j")
    engine: Engine = run(snippets("adding-an-engine.md")[0])["WatchedEngine"](inner)
    assert engine.describe("j") == inner.describe("j")
    assert engine.progress("j") == inner.progress("j")
    can = engine.capabilities("j")
    assert (can.in_place, can.savepoint, can.provisioned) == (False, False, False)
    assert set(can.why_not) == {"in_place", "savepoint", "checkpoint", "restart", "provisioned"}
    assert engine.fate("j", job_id="first") is Fate.ALIVE
    before = len(inner.calls)
    for touch in (
        lambda: engine.snapshot("j", trigger_id=new_id(), stop=True),
        lambda: engine.end("j", job_id="first"),
        lambda: engine.dispose("memory:1"),
        lambda: engine.resize("j", at(2)),
        lambda: engine.provide(at(2), keep=True),
    ):
        with pytest.raises(Refused, match="only watched"):
            touch()
    assert len(inner.calls) == before


def test_the_step_of_the_dag_counts_entries(tmp_path: Path) -> None:
    """On a new ledger there is no chain, and the documented step says so."""
    environment = Environment.from_environ({"HORAE_HOME": str(tmp_path)})
    open_ledger(environment.ledger_url).close()
    place = Surroundings(
        environment=environment,
        flink=_unknown,
        kafka=_unknown,
        halted=_unknown,
        clock=ManualClock(),
    )
    assert run(snippets("adding-a-dag.md")[0], steps)["heads"](place) == {}


def test_the_dag_is_built_by_airflow(tmp_path: Path) -> None:
    """In a fresh process the documented file is a DAG that keeps the rules of the fleet."""
    file = tmp_path / "heads.py"
    file.write_text(snippets("adding-a-dag.md")[1], encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DAG_READER, str(file)],
        env=os.environ | {"AIRFLOW_HOME": str(tmp_path), "HORAE_JOBS": str(tmp_path)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout.splitlines()[-1]
    dag = json.loads(told)
    assert (dag["id"], dag["tags"], dag["owners"]) == ("heads", ["horae", "record"], ["horae"])
    assert dag["deadlines"] == [True]
    assert dag["doc"].startswith("Tell how long")


def _unknown(name: str) -> Any:
    raise AssertionError(f"{name} was asked for")
