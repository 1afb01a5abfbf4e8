"""Records what a real Flink answers, for the tests of the client and of the engine.

How `flink_2_3_0.json` came about: a local stack; the job `contract` (datagen, group by, blackhole
in SQL) started at parallelism 1, stopped with a savepoint, started from it, resized in place to 2;
one TaskManager more than needed added; then

    python tests/golden/flink/record_flink.py http://127.0.0.1:PORT > flink_2_3_0.json

The `*_metadata_2_3_0.bin` are the first 64 bytes of a `_metadata` of such a job's checkpoint 9 and
of the savepoint, checkpoint 6, that another one was stopped with.

Only GETs are sent, but for a savepoint into a folder that cannot be made. Stack traces lack
their frames; the stack lay under `/flink`.
"""

import json
import sys
import time
from typing import Any

import httpx

TRIGGER = "e" * 32
NOWHERE = "b" * 32


def main(url: str) -> None:
    """Print a JSON object: path to status and body."""
    with httpx.Client(base_url=url, timeout=30) as client:
        json.dump({path: _answer(client, path) for path in _paths(client)}, sys.stdout, indent=1)


def _paths(client: httpx.Client) -> list[str]:
    paths = [
        "/config", "/overview", "/jobmanager/config", "/taskmanagers", "/jobs/overview", "/jars",
        f"/jobs/{NOWHERE}", f"/jobs/{NOWHERE}/status", f"/jobs/{NOWHERE}/resource-requirements",
    ]  # fmt: skip
    paths += [
        f"/taskmanagers/{one['id']}" for one in _get(client, "/taskmanagers")["taskmanagers"]
    ]
    for job in _get(client, "/jobs/overview")["jobs"]:
        paths += _paths_of_job(client, f"/jobs/{job['jid']}", job["state"])
    return paths


def _paths_of_job(client: httpx.Client, job: str, state: str) -> list[str]:
    paths = [job] + [
        f"{job}/{name}"
        for name in (
            "status",
            "checkpoints",
            "checkpoints/config",
            "exceptions",
            "rescales/history",
        )
    ]
    if state == "RUNNING":
        paths.append(f"{job}/resource-requirements")
        paths += _paths_of_failed_savepoint(client, job)
        for vertex in _get(client, job)["vertices"]:
            paths.append(f"{job}/vertices/{vertex['id']}")
            paths += _paths_of_metrics(client, f"{job}/vertices/{vertex['id']}/subtasks/metrics")
        paths += [
            f"{job}/rescales/details/{record['rescaleUuid']}"
            for record in _get(client, f"{job}/rescales/history")
        ]
    return paths


def _paths_of_metrics(client: httpx.Client, path: str) -> list[str]:
    client.get(path)
    time.sleep(3)  # the first answer is empty and only makes Flink fetch
    return [path, f"{path}?get=numRecordsOut,busyTimeMsPerSecond&agg=sum,max"]


def _paths_of_failed_savepoint(client: httpx.Client, job: str) -> list[str]:
    body = {"triggerId": TRIGGER, "target-directory": "/proc/nowhere"}
    client.post(f"{job}/savepoints", json=body)
    time.sleep(2)  # nothing else tells when a savepoint has failed
    return [f"{job}/savepoints/{TRIGGER}", f"{job}/savepoints/{NOWHERE}"]


def _get(client: httpx.Client, path: str) -> Any:
    return client.get(path).json()


def _answer(client: httpx.Client, path: str) -> dict[str, Any]:
    reply = client.get(path)
    return {"status": reply.status_code, "body": _cut(reply.json())}


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(part) for name, part in value.items() if name != "serialized-throwable"}
    if isinstance(value, list):
        return [_cut(part) for part in value]
    if isinstance(value, str) and "\n\tat " in value:
        return "\n".join(line for line in value.splitlines() if not line.startswith("\tat "))
    return value


if __name__ == "__main__":
    main(sys.argv[1])
