"""Rules that every DAG of the fleet keeps."""

import ast
import runpy
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

DAGS = Path(__file__).resolve().parents[2] / "dags"
FILES = sorted(DAGS.glob("*.py"))
HEAVY = {"darts", "great_expectations", "pandas", "numpy", "kafka", "sqlalchemy", "horae.control"}

pytestmark = [
    pytest.mark.enable_socket,  # Airflow looks up the machine's own name
    pytest.mark.filterwarnings("ignore"),  # Airflow's own
]


@pytest.fixture(scope="module")
def bag(airflow_home: Path) -> Any:
    """All DAGs as Airflow reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.dag_processing.dagbag import DagBag

        return DagBag(str(DAGS))


def test_every_file_is_read(bag: Any) -> None:
    """Airflow reads every file of dags/ without an error."""
    assert bag.import_errors == {}


def test_the_fleet_is_the_documented_one(bag: Any) -> None:
    """The DAGs are those of the operations page, each in the file of its name."""
    assert set(bag.dag_ids) == {
        "observe", "optimise", "rescale", "retrain", "audit", "what_if", "notify",
    }  # fmt: skip
    assert set(bag.dag_ids) == {file.stem for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_dag_is_documented_tagged_and_owned(bag: Any, file: Path) -> None:
    """A DAG has its file's docstring as documentation, the tag horae and the owner horae."""
    dag = bag.dags[file.stem]
    assert dag.doc_md.split() == (ast.get_docstring(ast.parse(file.read_text())) or "").split()
    assert "horae" in dag.tags
    assert {task.owner for task in dag.tasks} == {"horae"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_dag_catches_up_and_each_task_has_a_deadline(bag: Any, file: Path) -> None:
    """A DAG that was paused does not replay the past, and no task may hang for ever."""
    dag = bag.dags[file.stem]
    assert not dag.catchup
    assert all(task.execution_timeout is not None for task in dag.tasks)


def test_a_try_that_died_is_followed_by_one_that_goes_on(bag: Any) -> None:
    """carry_out is tried again three times, and what was refused or ended badly is not."""
    carry_out = bag.dags["rescale"].get_task("carry_out")
    assert (carry_out.retries, carry_out.retry_delay) == (3, timedelta(seconds=15))
    assert carry_out.execution_timeout == timedelta(hours=2)


def test_only_asking_waits_for_a_person(bag: Any) -> None:
    """Silence refuses unless the question says otherwise, and the task ends by itself."""
    from horae_airflow.approval import APPROVE, REFUSE, Ask

    asking = [task for dag in bag.dags.values() for task in dag.tasks if isinstance(task, Ask)]
    assert [(task.dag_id, task.task_id) for task in asking] == [("rescale", "ask")]
    assert asking[0].options == [APPROVE, REFUSE]
    assert asking[0].defaults == [REFUSE]
    assert asking[0].response_timeout is not None


def test_only_actions_share_the_pool_of_actions(bag: Any) -> None:
    """What acts waits for a slot of it; nothing else does."""
    pools = {task.task_id: task.pool for dag in bag.dags.values() for task in dag.tasks}
    assert pools.pop("carry_out") == "horae_actions"
    assert set(pools.values()) == {"default_pool"}


def test_an_action_is_triggered_by_the_name_of_its_run() -> None:
    """One that is gone on with has a run of its own, and so has one to be asked about.

    What is not to be executed is skipped.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    optimise = runpy.run_path(str(DAGS / "optimise.py"))
    decided = {
        "job": "checkout",
        "decision": "checkout-1",
        "run": "checkout-1-resume-2",
        "execute": True,
        "approval": False,
        "sentence": "it is resumed",
    }
    order = {
        "trigger_run_id": "checkout-1-resume-2",
        "conf": {"job": "checkout", "decision": "checkout-1"},
    }
    assert optimise["order"](decided) == order
    assert optimise["order"](decided | {"execute": False, "approval": True}) == order
    with pytest.raises(AirflowSkipException, match="it is resumed"):
        optimise["order"](decided | {"execute": False})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_imports_nothing_heavy_at_its_top(file: Path) -> None:
    """Airflow parses the files every half minute: heavy imports stand inside the tasks."""
    found = {name for name in _imports_at_top(file) for heavy in HEAVY if name.startswith(heavy)}
    assert found == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_is_wiring(file: Path) -> None:
    """A DAG file has at most 120 lines, and a task at most three statements beyond imports."""
    assert len(file.read_text().splitlines()) <= 120
    for function in _functions(file):
        body = [line for line in function.body if not _is_import_or_docstring(line)]
        assert len(body) <= 3, function.name


def test_the_form_of_rescale_refuses_an_unknown_job(bag: Any) -> None:
    """The form offers the jobs under care and takes no other."""
    job = bag.dags["rescale"].params.get_param("job")
    assert job.schema["enum"] == ["checkout"]
    with pytest.raises(Exception, match="checkout"):
        job.resolve("nobody")


def test_the_form_of_rescale_refuses_numbers_that_make_no_sense(bag: Any) -> None:
    """Parallelism starts at 1, memory at 512 MiB, and an interval is longer than nothing."""
    params = bag.dags["rescale"].params
    for name, value in {
        "parallelism": 0,
        "slots": 0,
        "cpu_cores": 0,
        "memory_mb": 511,
        "checkpoint_interval_seconds": 0,
    }.items():
        with pytest.raises(Exception, match=str(value)):
            params.get_param(name).resolve(value)


def _imports_at_top(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def _functions(file: Path) -> list[ast.FunctionDef]:
    return [n for n in ast.parse(file.read_text()).body if isinstance(n, ast.FunctionDef)]


def _is_import_or_docstring(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Import | ast.ImportFrom) or is_docstring


def test_one_failed_look_does_not_keep_the_fleet_from_being_judged(bag: Any) -> None:
    """The task judge waits for every look, and runs where at least one of them succeeded."""
    judge = bag.dags["observe"].get_task("judge")
    assert judge.trigger_rule == "all_done_min_one_success"


@pytest.mark.parametrize("wrong", [{"sink": 0}, {"sink": "two"}, {"sink": 1.5}, [2], "sink=2"])
def test_single_vertices_are_counts_by_name(bag: Any, wrong: Any) -> None:
    """The form takes an object of whole numbers from 1, or nothing."""
    vertices = bag.dags["rescale"].params.get_param("vertices")
    assert vertices.resolve(None) is None
    assert vertices.resolve({"sink": 2}) == {"sink": 2}
    with pytest.raises(Exception, match=r"sink|2"):
        vertices.resolve(wrong)


def test_a_supposed_load_is_none_or_a_number_that_makes_sense(bag: Any) -> None:
    """An empty field is as it is; no load is below zero, and nothing is multiplied by it."""
    params = bag.dags["what_if"].params
    for name, right, wrong in (("load_records_per_second", 0, -1), ("load_factor", 0.5, 0)):
        param = params.get_param(name)
        assert param.resolve(None) is None
        assert param.resolve(right) == right
        with pytest.raises(Exception, match=str(wrong)):
            param.resolve(wrong)


def test_people_are_told_how_things_ended(bag: Any) -> None:
    """Of an action however it ended, of a look likewise, and of an audit that failed."""
    from horae_airflow import callbacks

    told = {
        (task.dag_id, task.task_id, kind): callback[0] if isinstance(callback, list) else callback
        for dag in bag.dags.values()
        for task in dag.tasks
        for kind in ("on_success_callback", "on_failure_callback")
        if (callback := getattr(task, kind))
    }
    assert told == {
        ("rescale", "carry_out", "on_success_callback"): callbacks.action_ended,
        ("rescale", "carry_out", "on_failure_callback"): callbacks.action_ended,
        ("observe", "look", "on_success_callback"): callbacks.blind_or_not,
        ("observe", "look", "on_failure_callback"): callbacks.blind_or_not,
        ("audit", "verify", "on_failure_callback"): callbacks.ledger_broken,
    }


def test_only_a_rescale_has_a_deadline_of_its_run(bag: Any) -> None:
    """An hour, unless the setting says otherwise."""
    deadlines = {dag.dag_id: dag.deadline for dag in bag.dags.values() if dag.deadline}
    assert [alert.interval for alert in deadlines.pop("rescale")] == [timedelta(hours=1)]
    assert deadlines == {}


def test_a_faulty_list_of_notifiers_is_told_where_dags_are_loaded(
    bag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the file of `notify` fails, with every fault; all others load as before."""
    monkeypatch.setenv("HORAE_NOTIFY", '[{"on": ["akted"], "notifier": "no.such.Thing"}]')
    with pytest.raises(Exception, match="akted"):
        runpy.run_path(str(DAGS / "notify.py"))
    for file in FILES:
        if file.stem != "notify":
            runpy.run_path(str(file))
