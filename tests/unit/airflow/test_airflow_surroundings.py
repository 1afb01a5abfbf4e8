"""What a task brings along from Airflow."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from horae.errors import SettingsError

SWITCH = "AIRFLOW_VAR_HORAE_KILL_SWITCH"


def test_a_flink_connection_is_translated(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address, sign-in and extra, as Airflow keeps them."""
    told = {
        "conn_type": "flink",
        "host": "flink.example.com",
        "schema": "https",
        "port": 8443,
        "login": "ada",
        "password": "secret",
        "extra": {"ca_file": "/etc/ca.pem"},
    }
    monkeypatch.setenv("AIRFLOW_CONN_FLINK_PROD", json.dumps(told))
    connection = glue.flink_connection("flink_prod")
    assert connection.url == "https://flink.example.com:8443"
    assert connection.username == "ada"
    assert "secret" not in repr(connection)
    assert str(connection.ca_file) == "/etc/ca.pem"


def test_a_kafka_connection_is_translated(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Airflow's Kafka provider: everything is in its extra."""
    told = {"conn_type": "kafka", "extra": {"bootstrap.servers": "a:9092,b:9092"}}
    monkeypatch.setenv("AIRFLOW_CONN_KAFKA_PROD", json.dumps(told))
    assert glue.kafka_connection("kafka_prod").bootstrap_servers == ("a:9092", "b:9092")


def test_a_connection_of_another_type_is_refused(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its id, and without its secrets."""
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", "postgres://ada:secret@db:5432/x")
    with pytest.raises(SettingsError, match="other") as caught:
        glue.flink_connection("other")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", [SWITCH, f"{SWITCH}_YSB"])
def test_a_variable_halts_the_fleet_or_one_job(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its text is the reason."""
    monkeypatch.setenv(SWITCH, "")
    monkeypatch.setenv(f"{SWITCH}_YSB", "")
    halted = glue.variable_switch("ysb")
    assert halted() is None
    monkeypatch.setenv(name, "broker is being moved")
    variable = name.removeprefix("AIRFLOW_VAR_").lower()
    assert halted() == f"the Airflow variable {variable} is set: broker is being moved"


@pytest.mark.parametrize("text", ["", " ", "off", "OFF", "false", "False", "0"])
def test_a_variable_that_says_off_halts_nothing(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Also with the variable of the job."""
    monkeypatch.setenv(SWITCH, text)
    monkeypatch.setenv(f"{SWITCH}_YSB", text)
    assert glue.variable_switch("ysb")() is None


def test_a_file_halts_inside_airflow_too(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever has a shell and no browser is heard as well."""
    monkeypatch.setenv("HORAE_HOME", str(tmp_path))
    monkeypatch.setenv(SWITCH, "off")
    monkeypatch.setenv(f"{SWITCH}_YSB", "off")
    halted = glue.surroundings().halted("ysb")
    assert halted() is None
    (tmp_path / "kill-switch.ysb").write_text("by shell")
    assert "by shell" in halted()


@dataclass
class Run:
    """What a task is told of its DAG run."""

    run_type: str = "manual"
    run_id: str = "manual__2026-03-02T12:00:00+00:00"
    triggering_user_name: str | None = "ada"
    conf: dict[str, Any] | None = field(default_factory=dict)


PARAMS = {
    "job": "ysb",
    "parallelism": None,
    "slots": None,
    "cpu_cores": None,
    "memory_mb": None,
    "checkpoint_interval_seconds": None,
    "reason": "",
    "dry_run": False,
}


def test_a_persons_form_is_a_wish_in_their_name(glue: ModuleType) -> None:
    """What was left empty stays as the job has it."""
    params = PARAMS | {"parallelism": 4, "reason": "a campaign", "dry_run": True}
    wish = glue.wish({"dag_run": Run(), "params": params})
    assert (wish.actor, wish.job, wish.reason, wish.dry_run) == ("ada", "ysb", "a campaign", True)
    assert wish.changes == {"parallelism": 4}
    assert wish.vertices == {}
    assert (wish.id, wish.decision) == ("manual__2026-03-02T12:00:00+00:00", None)


def test_what_is_sent_counts_more_than_the_forms_defaults(glue: ModuleType) -> None:
    """A run that was triggered by REST has its values in `conf`."""
    run = Run(conf={"job": "orders", "checkpoint_interval_seconds": 20})
    wish = glue.wish({"dag_run": run, "params": PARAMS})
    assert (wish.job, wish.changes) == ("orders", {"checkpoint_interval_seconds": 20})


def test_single_vertices_are_handed_on(glue: ModuleType) -> None:
    """As they were named in the form."""
    wish = glue.wish({"dag_run": Run(), "params": PARAMS | {"vertices": {"sink": 2}}})
    assert (wish.changes, wish.vertices) == ({}, {"sink": 2})


def test_a_run_triggered_by_optimise_is_horaes(glue: ModuleType) -> None:
    """It names the decision to carry out, whoever owns the DAG."""
    run = Run(
        run_type="operator_triggered",
        run_id="ysb-20260302T120000Z",
        conf={"job": "ysb", "decision": "ysb-20260302T120000Z"},
    )
    wish = glue.wish({"dag_run": run, "params": PARAMS})
    assert (wish.actor, wish.decision) == ("horae", "ysb-20260302T120000Z")
    assert wish.changes == {}


def test_a_person_without_a_name_is_not_horae(glue: ModuleType) -> None:
    """Airflow does not always tell who it was."""
    wish = glue.wish({"dag_run": Run(triggering_user_name=None, conf=None), "params": PARAMS})
    assert wish.actor == "unknown person"


def test_a_person_is_never_taken_for_horae(glue: ModuleType) -> None:
    """Nor where they are called so: the guards would take them for the program."""
    wish = glue.wish({"dag_run": Run(triggering_user_name="horae", conf=None), "params": PARAMS})
    assert wish.actor == "horae (a person)"


def refusals() -> list[Exception]:
    """What Airflow raises where it does not tell a variable."""
    from airflow.sdk.exceptions import (
        AirflowRuntimeError,
        AirflowSecretsBackendAccessDenied,
        ErrorType,
    )
    from airflow.sdk.execution_time.comms import ErrorResponse

    broken = ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 500})
    return [AirflowRuntimeError(broken), AirflowSecretsBackendAccessDenied("no")]


@pytest.mark.parametrize("which", [0, 1])
def test_a_variable_that_cannot_be_read_halts(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    """Whether the switch is thrown is not known, so nothing is done."""
    error = refusals()[which]

    def get(name: str, default: str) -> str:
        raise error

    monkeypatch.setattr(glue.Variable, "get", get)
    reason = glue.variable_switch("ysb")()
    assert reason == f"the Airflow variable horae_kill_switch cannot be read: {error}"


@pytest.mark.parametrize("kind", ["flink", "kafka"])
def test_an_unknown_connection_is_a_fault_of_the_settings(glue: ModuleType, kind: str) -> None:
    """The message says which one is missing and how to add it."""
    with pytest.raises(SettingsError) as caught:
        getattr(glue, f"{kind}_connection")("nowhere")
    assert str(caught.value).splitlines() == [
        "connection nowhere: 1 fault",
        "  id: got 'nowhere', which Airflow does not know; expected a connection of type "
        f"{kind}; add it under Admin > Connections, or set AIRFLOW_CONN_NOWHERE",
    ]


def test_a_task_names_its_dag_and_run(glue: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a run's page finds what it decided; outside of a task there is no run."""
    assert glue.surroundings().run == ""

    @dataclass
    class Running:
        dag_id: str = "optimise"
        run_id: str = "scheduled__2026-03-02T12:00:00+00:00"

    monkeypatch.setattr(glue, "get_current_context", lambda: {"dag_run": Running()})
    assert glue.surroundings().run == "optimise/scheduled__2026-03-02T12:00:00+00:00"
