"""What a task brings along from Airflow: connections, variables, and who asked."""

import os
from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseHook, Connection, Variable, get_current_context
from airflow.sdk.exceptions import (
    AirflowNotFoundException,
    AirflowRuntimeError,
    AirflowSecretsBackendAccessDenied,
)

from horae.control.entries import HORAE, person
from horae.control.kill_switch import Halted, any_of, file_switch
from horae.control.surroundings import Surroundings
from horae.control.wish import Wish
from horae.domain.clock import SystemClock
from horae.errors import Fault, SettingsError
from horae.settings.airflow_connections import (
    flink_from_airflow,
    kafka_from_airflow,
    webhook_from_airflow,
)
from horae.settings.connections import FlinkConnection, KafkaConnection, WebhookConnection
from horae.settings.environment import Environment

OFF = frozenset({"off", "false", "0"})
"""What a variable says that is there and stops nothing."""

KILL_SWITCH = "horae_kill_switch"
"""Airflow variable that stops the fleet; with `_<job>` behind it, one job. Its text is the
reason."""


def surroundings() -> Surroundings:
    """Horae's surroundings inside an Airflow task."""
    environment = Environment.from_environ(os.environ)
    return Surroundings(
        environment=environment,
        flink=flink_connection,
        kafka=kafka_connection,
        halted=lambda job: any_of(file_switch(environment.home, job), variable_switch(job)),
        clock=SystemClock(),
        run=_run(),
    )


def _run() -> str:
    """DAG and run of the task that asks; empty where none does, in the API server for instance."""
    try:
        run = get_current_context()["dag_run"]
    except RuntimeError:
        return ""
    return f"{run.dag_id}/{run.run_id}"


def flink_connection(connection_id: str) -> FlinkConnection:
    """An Airflow connection as the library's.

    Raises:
        SettingsError: There is none of this id, or it does not describe a Flink cluster.
    """
    return flink_from_airflow(connection_id, _fields(connection_id, "flink"))


def kafka_connection(connection_id: str) -> KafkaConnection:
    """An Airflow connection as the library's.

    Raises:
        SettingsError: There is none of this id, or it does not describe a Kafka cluster.
    """
    return kafka_from_airflow(connection_id, _fields(connection_id, "kafka"))


def webhook_connection(connection_id: str) -> WebhookConnection:
    """An Airflow connection as the library's.

    Raises:
        SettingsError: There is none of this id, or it does not describe an address.
    """
    return webhook_from_airflow(connection_id, _fields(connection_id, "http"))


def variable_switch(job: str) -> Halted:
    """The switch of the Airflow UI: a variable with any text but `off` or `false`.

    A variable that Airflow refuses to tell stops as well.
    """

    def halted() -> str | None:
        for name in (KILL_SWITCH, f"{KILL_SWITCH}_{job}"):
            try:
                text = str(Variable.get(name, default="")).strip()
            except (AirflowRuntimeError, AirflowSecretsBackendAccessDenied) as error:
                return f"the Airflow variable {name} cannot be read: {error}"
            if text and text.lower() not in OFF:
                return f"the Airflow variable {name} is set: {text}"
        return None

    return halted


def wish(context: Mapping[str, Any]) -> Wish:
    """What a run of `rescale` was asked for, and by whom."""
    run = context["dag_run"]
    asked = dict(context["params"]) | dict(run.conf or {})
    by_horae = run.run_type == "operator_triggered"
    return Wish(
        id=run.run_id,
        actor=HORAE if by_horae else person(run.triggering_user_name),
        job=asked["job"],
        decision=asked.get("decision"),
        changes={name: value for name in Wish.axes() if (value := asked.get(name)) is not None},
        vertices=asked.get("vertices") or {},
        reason=asked.get("reason") or "",
        dry_run=bool(asked.get("dry_run")),
    )


def _fields(connection_id: str, kind: str) -> Mapping[str, Any]:
    connection = _connection(connection_id, kind)
    return {
        "conn_type": connection.conn_type,
        "host": connection.host,
        "schema": connection.schema,
        "port": connection.port,
        "login": connection.login,
        "password": connection.password,
        "extra": connection.extra_dejson,
    }


def _connection(connection_id: str, kind: str) -> Connection:
    try:
        return BaseHook.get_connection(connection_id)
    except AirflowNotFoundException as error:
        fault = Fault(
            where="id",
            line=None,
            value=f"{connection_id!r}, which Airflow does not know",
            expected=f"a connection of type {kind}; add it under Admin > Connections, or set "
            f"AIRFLOW_CONN_{connection_id.upper()}",
        )
        raise SettingsError(f"connection {connection_id}", [fault]) from error
