"""What to do by hand while Horae is down, filled in with what is known of one job.

Everything is plain shell: `curl` and `jq` against Flink's REST, so that it can lie on paper.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from shlex import quote

from horae.control.acting import Acting
from horae.control.history import History, KnownState
from horae.control.incarnations import known_incarnations, savepoints_of_ours
from horae.engines.engine import Snapshot
from horae.engines.flink_start import own_options
from horae.errors import ExternalError
from horae.settings.connections import FlinkConnection
from horae.settings.job_spec import JarProgram, JobSpec, SqlProgram

_WARNING = (
    "**This page may hold secrets**: Flink options and arguments of the job's spec stand in it as "
    "they are."
)
_CURL = "curl --silent --show-error --fail-with-body"
_BEARER = '--oauth2-bearer "$TOKEN"'
_SQL_DRIVER = "org.apache.flink.table.runtime.application.SqlDriver"
_FIND_RUNNER = (
    'JAR_ID=$(call "$FLINK/jars" | jq -r \''
    '[.files[] | select(.name | startswith("flink-sql-gateway"))][0].id\')'
)
_UPLOAD = 'JAR_ID=$(basename "$(call -F "jarfile=@{jar}" "$FLINK/jars/upload" | jq -r .filename)")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a job when the page is printed.

    Attributes:
        spec: The job.
        flink: Where its cluster is; no secret of it is told.
        at: When this is known.
        state: What it was last known to run in; None: it was never seen.
        job_ids: Its known incarnations, the newest first.
        snapshot: Its newest state; None: not known, or the engine does not answer.
        savepoint: The newest savepoint of an action of ours; None: there is none.
        action: The action that has not ended; None: there is none.
    """

    spec: JobSpec
    flink: FlinkConnection
    at: datetime
    state: KnownState | None
    job_ids: tuple[str, ...]
    snapshot: Snapshot | None
    savepoint: Snapshot | None
    action: str | None


def runbook(known: Known) -> str:
    """The page of one job: what is known of it, the variables, and the steps that use them.

    It may hold secrets: the options and arguments that the spec starts the job with.
    """
    page = [
        _title(known),
        "",
        _WARNING,
        "",
        *_facts(known),
        "",
        *_variables(known),
        "",
        steps_by_hand(),
    ]
    return "\n".join(page)


def steps_by_hand() -> str:
    """The steps, the same for every job."""
    return files("horae.control").joinpath("runbook_steps.md").read_text(encoding="utf-8")


def known_of(parts: Acting, flink: FlinkConnection) -> Known:
    """What is known of a job now; what the engine would tell is left out while it is away.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read.
    """
    name, history = parts.spec.name, History(parts.ledger, parts.spec.name)
    ids = known_incarnations(parts.ledger, name)
    try:
        newest = parts.engine.newest_state(parts.spec.engine_job_name, job_ids=ids)
    except ExternalError:
        newest = None
    return Known(
        spec=parts.spec,
        flink=flink,
        at=parts.clock.now(),
        state=history.last_known_state(),
        job_ids=ids,
        snapshot=newest,
        savepoint=next((one for _, one in savepoints_of_ours(parts.ledger, name)), None),
        action=history.action_in_flight(),
    )


def _title(known: Known) -> str:
    return f"# If Horae is down: job {known.spec.name}, as of {known.at:%Y-%m-%d %H:%M} UTC"


def _facts(known: Known) -> list[str]:
    runs = known.state.configuration if known.state else "nothing that Horae ever saw"
    newest, *before = known.job_ids or ("(unknown)",)
    facts = [f"- It was last known to run in {runs}, as job {newest}."]
    if before:
        facts.append(f"- Before that it ran as {', '.join(before)}, the newest first.")
    facts.append(_about("Its newest state when this was printed", known.snapshot))
    facts.append(_about("The newest savepoint of an action", known.savepoint))
    facts.append("- A newer state may lie there by now: step 5 tells how to find it.")
    if known.action is not None:
        facts.append(
            f"- ACTION {known.action} HAS NOT ENDED. Before anything else: "
            f"`horae action show {known.spec.name}`."
        )
    return facts


def _about(what: str, snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return f"- {what}: none is known."
    return f"- {what}: {snapshot.location}, of {snapshot.completed_at:%Y-%m-%d %H:%M:%S} UTC."


def _variables(known: Known) -> list[str]:
    spec, state = known.spec, known.snapshot or known.savepoint
    parallelism = known.state.configuration.parallelism if known.state else 1
    values = {
        "FLINK": known.flink.url,
        "SPEC": spec.name,
        "NAME": spec.engine_job_name,
        "JOB": next(iter(known.job_ids), "FILL-IN"),
        "STATE": (state.location if state else None) or "FILL-IN",
        "SAVEPOINTS": spec.engine.savepoint_folder or "",
        "PARALLELISM": str(parallelism),
    }
    lines = [f"{name}={quote(value)}" for name, value in values.items()]
    return ["```sh", f"call() {{ {_curl(known.flink)}; }}", *lines, *_start(known), "```"]


def _curl(flink: FlinkConnection) -> str:
    """The call without secrets: a token is taken from $TOKEN, a password is asked for."""
    words = [_CURL]
    words += [_BEARER] if flink.token else []
    words += [f"--user {quote(flink.username)}"] if flink.username else []
    words += [f"--cacert {quote(flink.ca_file)}"] if flink.ca_file else []
    words += [f"--cert {quote(flink.client_certificate)}"] if flink.client_certificate else []
    return " ".join([*words, '"$@"'])


def _start(known: Known) -> list[str]:
    """Makes start.json and JAR_ID, which the job is started with."""
    program = known.spec.engine.program
    if program is None:
        return ["# How this job is started is not in its spec: start it as you always do."]
    body = json.dumps(_body(known, program), indent=2)
    if isinstance(program, SqlProgram):
        script = quote(str(program.script))
        fill = "'.programArgsList = [\"--script\", $script]'"
        made = [f"jq --rawfile script {script} {fill} > start.json <<'END'", body, "END"]
        return [*made, f"{_FIND_RUNNER}  # null: upload it from Flink's folder opt/"]
    return ["cat > start.json <<'END'", body, "END", _UPLOAD.format(jar=program.jar)]


def _body(known: Known, program: SqlProgram | JarProgram) -> dict[str, object]:
    options: dict[str, str] = dict(program.options)
    if known.state is not None:
        options = own_options(known.spec.engine_job_name, known.state.configuration, program)
    body: dict[str, object] = {"claimMode": "NO_CLAIM", "flinkConfiguration": options}
    if isinstance(program, SqlProgram):
        return body | {"entryClass": _SQL_DRIVER}
    entry = {"entryClass": program.entry_class} if program.entry_class else {}
    return body | entry | {"programArgsList": list(program.arguments)}
