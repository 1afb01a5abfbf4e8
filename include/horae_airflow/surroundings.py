"""What a task brings along from Airflow: connections, variables, and who asked."""

import os
from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseHook, Connection, Variable

from horae.control.entries import HORAE
from horae.control.kill_switch import Halted, any_of, file_switch
from horae.control.surroundings import Surroundings
from horae.control.wish import Wish
from horae.domain.clock import SystemClock
from horae.settings.airflow_connections import flink_from_airflow, kafka_from_airflow
from horae.settings.connections import FlinkConnection, KafkaConnection
from horae.settings.environment import Environment

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
    )


def flink_connection(connection_id: str) -> FlinkConnection:
    """An Airflow connection as the library's."""
    return flink_from_airflow(connection_id, _fields(BaseHook.get_connection(connection_id)))


def kafka_connection(connection_id: str) -> KafkaConnection:
    """An Airflow connection as the library's."""
    return kafka_from_airflow(connection_id, _fields(BaseHook.get_connection(connection_id)))


def variable_switch(job: str) -> Halted:
    """The switch of the Airflow UI: a variable with any text but `off` or `false`."""

    def halted() -> str | None:
        for name in (KILL_SWITCH, f"{KILL_SWITCH}_{job}"):
            text = str(Variable.get(name, default="")).strip()
            if text and text.lower() not in {"off", "false", "0"}:
                return f"the Airflow variable {name} is set: {text}"
        return None

    return halted


def wish(context: Mapping[str, Any]) -> Wish:
    """What a run of `rescale` was asked for, and by whom."""
    run = context["dag_run"]
    asked = dict(context["params"]) | dict(run.conf or {})
    actor = HORAE if run.run_type == "operator_triggered" else run.triggering_user_name
    return Wish(
        id=run.run_id,
        actor=actor or "unknown person",
        job=asked["job"],
        decision=asked.get("decision"),
        changes={name: value for name in Wish.axes() if (value := asked.get(name)) is not None},
        reason=asked.get("reason") or "",
        dry_run=bool(asked.get("dry_run")),
    )


def _fields(connection: Connection) -> Mapping[str, Any]:
    return {
        "conn_type": connection.conn_type,
        "host": connection.host,
        "schema": connection.schema,
        "port": connection.port,
        "login": connection.login,
        "password": connection.password,
        "extra": connection.extra_dejson,
    }
