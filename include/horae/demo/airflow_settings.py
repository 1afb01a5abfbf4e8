"""How the demo's Airflow is set up: everything by environment, everything under one folder."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from horae.local.ports import HOST

ADMIN = "admin"
DATABASE_PATIENCE_SECONDS = 60
"""Its processes share one SQLite file, whose lock a slow machine holds for longer than the usual
five seconds."""
PROJECT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowPorts:
    """Ports of Airflow, all on 127.0.0.1.

    Attributes:
        web: Pages and REST.
        worker_logs: Logs of running tasks.
        trigger_logs: Logs of triggers.
    """

    web: int = 8080
    worker_logs: int = 8793
    trigger_logs: int = 8794


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowSettings:
    """One Airflow.

    Attributes:
        home: Its folder.
        ports: Its ports.
        password: Of the user `admin`.
        connections: Connection id to Airflow's own JSON form.
        horae: Environment of Horae inside it: HORAE_HOME, HORAE_LEDGER, HORAE_JOBS, schedules.
    """

    home: Path
    ports: AirflowPorts
    password: str
    connections: Mapping[str, Mapping[str, object]]
    horae: Mapping[str, str]

    @property
    def url(self) -> str:
        """Address for browsers and programs."""
        return f"http://{HOST}:{self.ports.web}"

    def write(self) -> None:
        """Make the folder and the password file, readable by its owner alone."""
        self.home.mkdir(parents=True, exist_ok=True)
        path = self._passwords
        path.touch(mode=0o600)
        path.write_text(json.dumps({ADMIN: self.password}), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """The whole environment of its processes.

        Four task slots are enough for the demo's jobs, and one web worker saves 250 MB.
        """
        return (
            self._inherited()
            | {f"AIRFLOW__{name}": value for name, value in self._options().items()}
            | {f"AIRFLOW_CONN_{key.upper()}": json.dumps(value) for key, value in
               self.connections.items()}
            | dict(self.horae)
            | {"AIRFLOW_HOME": str(self.home), "OPENBLAS_NUM_THREADS": "1"}
        )  # fmt: skip

    @property
    def _passwords(self) -> Path:
        return self.home / "passwords.json"

    def _inherited(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "HORAE_")) and name != "PYTHONDONTWRITEBYTECODE"
        }
        # `airflow standalone` starts `airflow` by its name.
        programs = Path(sys.executable).parent
        return kept | {"PATH": f"{programs}{os.pathsep}{kept.get('PATH', '')}"}

    def _options(self) -> dict[str, str]:
        ports = self.ports
        return {
            "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__PARALLELISM": "4",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._passwords),
            "API__HOST": HOST,
            "API__PORT": str(ports.web),
            "API__BASE_URL": self.url,
            "API__WORKERS": "1",
            "API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
            "LOGGING__WORKER_LOG_SERVER_PORT": str(ports.worker_logs),
            "LOGGING__TRIGGER_LOG_SERVER_PORT": str(ports.trigger_logs),
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
            "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home / 'airflow.db'}"
            f"?timeout={DATABASE_PATIENCE_SECONDS}",
        }
