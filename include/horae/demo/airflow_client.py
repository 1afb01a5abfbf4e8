"""Airflow's REST, as far as the demo and the live tests need it."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from horae.errors import Refused, Unavailable


class AirflowClient:
    """Speaks to one Airflow as one user; signs in when first needed.

    Args:
        url: Base address.
        username: Who.
        password: The user's password.
    """

    def __init__(self, url: str, username: str, password: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)
        self._credentials = {"username": username, "password": password}

    def close(self) -> None:
        """Close its connections; repeating it is safe."""
        self._http.close()

    def healthy(self) -> bool:
        """Whether all components that must run say they are healthy."""
        try:
            reply = self._http.get("/api/v2/monitor/health")
        except httpx.TransportError:
            return False
        if reply.status_code != httpx.codes.OK:
            return False
        needed = ("metadatabase", "scheduler", "dag_processor")
        return all(reply.json()[part]["status"] == "healthy" for part in needed)

    def dags(self) -> Sequence[str]:
        """Ids of the DAGs that Airflow has read."""
        return [str(dag["dag_id"]) for dag in self._call("GET", "/api/v2/dags")["dags"]]

    def import_errors(self) -> Sequence[str]:
        """What went wrong while reading DAG files."""
        found = self._call("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in found]

    def runs(self, dag: str) -> Sequence[Mapping[str, Any]]:
        """Runs of a DAG, oldest first, at most a hundred of the newest."""
        reply = self._call(
            "GET", f"/api/v2/dags/{dag}/dagRuns", params={"order_by": "-run_after", "limit": 100}
        )
        return list(reversed(reply["dag_runs"]))

    def run(self, dag: str, run_id: str) -> Mapping[str, Any]:
        """One run of a DAG."""
        return self._call("GET", f"/api/v2/dags/{dag}/dagRuns/{run_id}")

    def trigger(self, dag: str, conf: Mapping[str, Any]) -> str:
        """Trigger a run by hand and return its id.

        Raises:
            Refused: The form does not allow `conf`.
        """
        body = {"logical_date": None, "conf": dict(conf)}
        return str(self._call("POST", f"/api/v2/dags/{dag}/dagRuns", json=body)["dag_run_id"])

    def pause(self, dag: str, *, paused: bool) -> None:
        """Pause a DAG or let it run; repeating it changes nothing."""
        self._call("PATCH", f"/api/v2/dags/{dag}", json={"is_paused": paused})

    def tasks(self, dag: str, run_id: str) -> Mapping[str, str]:
        """Task id to state in one run."""
        found = self._call("GET", f"/api/v2/dags/{dag}/dagRuns/{run_id}/taskInstances")
        return {str(task["task_id"]): str(task["state"]) for task in found["task_instances"]}

    def question(self, dag: str, run_id: str, task: str) -> Mapping[str, Any]:
        """What a task that waits for a person asks: subject, body, options, params, answer.

        Raises:
            Refused: It asks nothing.
        """
        return self._call("GET", _question(dag, run_id, task))

    def answer(
        self, dag: str, run_id: str, task: str, option: str, values: Mapping[str, Any]
    ) -> None:
        """Answer it.

        Raises:
            Refused: It asks nothing, was answered before, or has no such option.
        """
        body = {"chosen_options": [option], "params_input": dict(values)}
        self._call("PATCH", _question(dag, run_id, task), json=body)

    def _call(self, method: str, path: str, **arguments: Any) -> Mapping[str, Any]:
        try:
            self._sign_in()
            reply = self._http.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise Unavailable(f"Airflow does not answer {method} {path}: {error}") from error
        if reply.is_server_error:
            raise Unavailable(f"Airflow answered {reply.status_code} to {method} {path}")
        if reply.is_error:
            raise Refused(f"Airflow answered {reply.status_code} to {method} {path}: {reply.text}")
        found: Mapping[str, Any] = reply.json()
        return found

    def _sign_in(self) -> None:
        if "Authorization" in self._http.headers:
            return
        reply = self._http.post("/auth/token", json=self._credentials)
        if reply.is_error:
            raise Refused(f"Airflow refused the sign-in with {reply.status_code}")
        self._http.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"


def _question(dag: str, run_id: str, task: str) -> str:
    return f"/api/v2/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/-1/hitlDetails"
