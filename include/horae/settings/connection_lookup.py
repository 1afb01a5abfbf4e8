"""Connections by their Airflow ids, for the command line.

They are looked up in the environment, in Airflow's own variable `AIRFLOW_CONN_<ID>` and in both
of its forms (JSON and URI); then in `connections.json` in Horae's folder, of the form that
`airflow connections export` writes. Airflow's database is not read.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from horae.errors import Fault, SettingsError
from horae.settings.airflow_connections import Fields, flink_from_airflow, kafka_from_airflow
from horae.settings.connections import FlinkConnection, KafkaConnection

FILE = "connections.json"
Translated = TypeVar("Translated")


def resolve_flink(connection_id: str, environ: Mapping[str, str], home: Path) -> FlinkConnection:
    """The Flink cluster behind a connection id.

    Args:
        connection_id: As in a job spec.
        environ: The environment.
        home: Horae's folder.

    Raises:
        SettingsError: The id is not known, or what it names is wrong; no secret is in it.
    """
    return _resolve(flink_from_airflow, connection_id, environ, home)


def resolve_kafka(connection_id: str, environ: Mapping[str, str], home: Path) -> KafkaConnection:
    """The Kafka cluster behind a connection id; see `resolve_flink`."""
    return _resolve(kafka_from_airflow, connection_id, environ, home)


def _resolve(
    translate: Callable[[str, Fields], Translated],
    connection_id: str,
    environ: Mapping[str, str],
    home: Path,
) -> Translated:
    variable, file = f"AIRFLOW_CONN_{connection_id.upper()}", home / FILE
    if environ.get(variable):
        return translate(connection_id, _fields(environ[variable], variable))
    kept = _kept(file)
    if connection_id in kept:
        return translate(connection_id, _fields(kept[connection_id], str(file)))
    raise _wrong(
        f"connection {connection_id}",
        "an unknown id",
        f"the environment variable {variable}, or an entry {connection_id!r} in {file}, with a "
        'value such as {"conn_type": "flink", "host": "...", "port": 8081}',
    )


def _kept(file: Path) -> Mapping[str, Any]:
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(file), type(error).__name__, "a file of text that can be read") from None
    if mode & 0o077:
        raise _wrong(
            str(file),
            f"a file that others may read or write (mode {mode & 0o777:o})",
            f"mode 600, for it may hold secrets: chmod 600 {file}",
        )
    return _json_object(text, str(file))


def _fields(value: Any, source: str) -> Fields:
    """The plain fields of one connection in any of Airflow's forms."""
    if isinstance(value, str):
        is_json = value.lstrip().startswith("{")
        value = _json_object(value, source) if is_json else _from_uri(value, source)
    if not isinstance(value, Mapping):
        raise _wrong(source, type(value).__name__, "a connection as a JSON object or a URI")
    extra = value.get("extra") or {}
    if isinstance(extra, str):
        extra = _json_object(extra, f"{source}, extra")
    if not isinstance(extra, Mapping):
        raise _wrong(f"{source}, extra", type(extra).__name__, "a JSON object")
    return {**value, "extra": extra}


def _from_uri(uri: str, source: str) -> Fields:
    """`type://login:password@host:port/schema?name=value`, each part percent-encoded."""
    kind, separator, rest = uri.partition("://")
    address = rest.partition("?")[0]
    protocol = address.partition("://")[0]
    prefix = f"{protocol}://" if protocol != address else ""
    try:
        parts = urlsplit(f"//{rest.removeprefix(prefix)}")
        port = parts.port
    except ValueError:
        separator = ""
    if not separator:
        wanted = "a connection as JSON, or as type://login:password@host:port/schema?name=value"
        raise _wrong(source, "a text that is not shown here", wanted)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return {
        "conn_type": kind.replace("-", "_"),
        "host": prefix + unquote(parts.hostname or ""),
        "port": port,
        "login": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "schema": unquote(parts.path[1:]),
        "extra": query.get("__extra__", query),
    }


def _json_object(text: str, source: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        # The text may hold secrets, and the error holds the text: only the place is told.
        line = getattr(error, "lineno", None)
        raise _wrong(source, "a text that is not JSON", "a JSON object", line) from None
    if not isinstance(value, dict):
        raise _wrong(source, f"JSON of type {type(value).__name__}", "a JSON object")
    return value


def _wrong(source: str, value: str, wanted: str, line: int | None = None) -> SettingsError:
    return SettingsError(
        source, [Fault(where="connection", line=line, value=value, expected=wanted)]
    )
