"""An Airflow of its own for the pages: an admin and a viewer, and a fleet that it cares for."""

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from horae.demo.airflow_client import AirflowClient
from horae.demo.airflow_settings import ADMIN, PROJECT, AirflowPorts, AirflowSettings
from horae.domain.clock import SystemClock
from horae.local.ports import HOST, free_ports
from horae.local.processes import Processes
from rehearsed_fleet import RehearsedFleet

CLOCK = SystemClock()
VIEWER = "rita"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesAirflow:
    """An Airflow that is starting.

    Attributes:
        settings: Its settings.
        passwords: Of each person, by name.
        client: Speaks to it as the admin.
        processes: What runs.
    """

    settings: AirflowSettings
    passwords: dict[str, str]
    client: AirflowClient
    processes: Processes

    def ready(self) -> bool:
        """Whether it can carry out a rescale."""
        return self.client.healthy() and "rescale" in self.client.dags()


@contextmanager
def starting(home: Path, fleet: RehearsedFleet, *, flink: int) -> Iterator[PagesAirflow]:
    """Start it, and stop it with everything that it started.

    Args:
        home: Its folder.
        fleet: The jobs.
        flink: Port of their engine. Their Kafka does not answer.
    """
    web, workers, triggers, kafka = free_ports(4)
    passwords = {name: secrets.token_urlsafe(9) for name in (ADMIN, VIEWER)}
    users = f"{ADMIN}:admin,{VIEWER}:viewer"
    settings = AirflowSettings(
        home=home / "airflow",
        ports=AirflowPorts(web=web, worker_logs=workers, trigger_logs=triggers),
        password=passwords[ADMIN],
        connections=_connections(fleet, flink, kafka),
        horae={
            "HORAE_HOME": str(home),
            "HORAE_JOBS": str(fleet.jobs),
            "HORAE_LEDGER": fleet.ledger_url,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users,
        },
    )
    settings.write()
    (settings.home / "passwords.json").write_text(json.dumps(passwords), encoding="utf-8")
    processes = Processes(home / "run", CLOCK)
    client = AirflowClient(settings.url, ADMIN, passwords[ADMIN])
    try:
        processes.start(
            "airflow",
            [str(Path(sys.executable).parent / "airflow"), "standalone"],
            log=home / "logs" / "airflow.log",
            env=settings.environment(),
            cwd=PROJECT,
        )
        yield PagesAirflow(
            settings=settings, passwords=passwords, client=client, processes=processes
        )
    finally:
        client.close()
        processes.stop_all()


def _connections(fleet: RehearsedFleet, flink: int, kafka: int) -> dict[str, dict[str, object]]:
    flink_id, kafka_id = fleet.connections
    return {
        flink_id: {"conn_type": "flink", "schema": "http", "host": HOST, "port": flink},
        kafka_id: {"conn_type": "kafka", "extra": {"bootstrap.servers": f"{HOST}:{kafka}"}},
    }
