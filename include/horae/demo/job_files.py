"""What Horae must be told of the demo job: its SQL, its spec and two connections, as files."""

import json
from collections.abc import Mapping
from pathlib import Path

from horae.demo.scenario import JOB
from horae.local.paths import LocalPaths
from horae.local.ports import HOST
from horae.local.stack import LocalStack
from horae.local.templates import write_filled_in
from horae.local.ysb import YsbSettings


def connections(stack: LocalStack) -> Mapping[str, Mapping[str, object]]:
    """Connection id to Airflow's own JSON form."""
    return {
        "flink_local": {
            "conn_type": "flink",
            "schema": "http",
            "host": HOST,
            "port": stack.settings.ports.flink_rest,
        },
        "kafka_local": {
            "conn_type": "kafka",
            "extra": {"bootstrap.servers": stack.broker.address},
        },
    }


def write_job_files(stack: LocalStack, job: YsbSettings, *, season_seconds: float) -> Path:
    """Write all of them under the stack's folder; returns the folder of specs."""
    root = stack.paths.root
    folder = root / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.glob("*.yaml"):
        other.unlink()  # the demo's Airflow would take care of those jobs too
    script = folder / f"{JOB}.sql"
    script.write_text(job.script(stack.jars.functions), encoding="utf-8")
    values = {
        "script": script,
        "savepoints": stack.paths.savepoints.as_uri(),
        "input_topic": job.input_topic,
        "season_seconds": f"{season_seconds:g}",
    }
    write_filled_in(LocalPaths.resource(f"jobs/{JOB}.yaml"), values, folder / f"{JOB}.yaml")
    _write_connections(root / "connections.json", connections(stack))
    return folder


def _write_connections(path: Path, known: Mapping[str, Mapping[str, object]]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(known, indent=2), encoding="utf-8")
