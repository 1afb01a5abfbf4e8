"""Starting a SQL script as a Flink job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from horae.errors import LocalStackError

_SQL_RUNNER = "org.apache.flink.table.runtime.application.SqlDriver"
# Planning a script takes 4 to 10 s the first time on two cores.
_TIMEOUT_SECONDS = 120.0


def upload_jar(url: str, jar: Path) -> str:
    """Upload `jar` unless a jar of its name is there; its id.

    Raises:
        LocalStackError: Flink refused it or does not answer.
    """
    for known in _call("GET", f"{url}/jars")["files"]:
        if known["name"] == jar.name:
            return str(known["id"])
    with jar.open("rb") as content:
        files = {"jarfile": (jar.name, content, "application/x-java-archive")}
        reply = _call("POST", f"{url}/jars/upload", files=files)
    return Path(reply["filename"]).name


def run_sql(
    url: str,
    runner: Path,
    script: str,
    *,
    job_id: str,
    parallelism: int,
    configuration: Mapping[str, str],
    savepoint: str | None = None,
    claim_mode: str = "NO_CLAIM",
) -> str:
    """Start `script` as a job; its id. Repeating with the same id is refused while it runs.

    Args:
        url: Address of Flink's REST interface.
        runner: The jar that runs SQL scripts.
        script: The SQL, one job.
        job_id: 32 hexadecimal digits, chosen by the caller.
        parallelism: Of every vertex.
        configuration: Flink settings of the job, such as `execution.checkpointing.interval`.
        savepoint: Where to start from; from nothing, if None.
        claim_mode: What becomes of the savepoint, in Flink's words.

    Raises:
        LocalStackError: Flink refused it or does not answer.
    """
    body: dict[str, Any] = {
        "entryClass": _SQL_RUNNER,
        "programArgsList": ["--script", script],
        "jobId": job_id,
        "parallelism": parallelism,
        "flinkConfiguration": dict(configuration),
    }
    if savepoint is not None:
        body |= {"savepointPath": savepoint, "claimMode": claim_mode}
    jar = upload_jar(url, runner)
    return str(_call("POST", f"{url}/jars/{jar}/run", json=body)["jobid"])


def _call(method: str, address: str, **content: Any) -> Any:
    try:
        reply = httpx.request(method, address, timeout=_TIMEOUT_SECONDS, **content)
    except httpx.TransportError as error:
        raise LocalStackError(f"Flink does not answer at {address}: {error}") from error
    if reply.status_code != httpx.codes.OK:
        raise LocalStackError(
            f"Flink answered {method} {address} with {reply.status_code}: {_reason(reply.text)}"
        )
    return reply.json()


def _reason(answer: str) -> str:
    """The innermost cause in a Java stack trace, or else the beginning of the answer."""
    _, found, cause = answer.rpartition("Caused by: ")
    return cause.partition("\\n\\tat ")[0] if found else answer[:500]
