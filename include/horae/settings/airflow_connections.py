"""Airflow's connections as Horae's: one translation for the command line and for Airflow itself.

A connection comes as its plain fields: `conn_type`, `host`, `schema`, `port`, `login`, `password`
and `extra`, a mapping. Airflow leaves out what is empty, so an empty value counts as absent.
Messages show no password, no token and no address, which may hold one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from horae.errors import Fault, SettingsError
from horae.settings.connections import (
    ConnectionSettings,
    FlinkConnection,
    HttpConnection,
    KafkaConnection,
    WebhookConnection,
)
from horae.settings.phrases import closest, expected

Fields = Mapping[str, Any]
Kind = TypeVar("Kind", bound=ConnectionSettings)
Http = TypeVar("Http", bound=HttpConnection)

_FLINK_TYPES = ("flink", "http", "generic")
_WEBHOOK_TYPES = ("http", "generic")
_HTTP_FIELDS = {
    "url": "host",
    "username": "login",
    "password": "password",
    "token": "extra.token",
    "ca_file": "extra.ca_file",
    "client_certificate": "extra.client_certificate",
    "timeout_seconds": "extra.timeout_seconds",
}
_KAFKA_TYPES = ("kafka", "generic")
_KAFKA_FIELDS = {
    "bootstrap_servers": "extra.bootstrap.servers",
    "security_protocol": "extra.security.protocol",
    "username": "extra.sasl.username",
    "password": "extra.sasl.password",
    "sasl_mechanism": "extra.sasl.mechanism",
    "ca_file": "extra.ssl.ca.location",
    "client_certificate": "extra.ssl.certificate.location",
    "client_key": "extra.ssl.key.location",
    "timeout_seconds": "extra.socket.timeout.ms",
}
_KAFKA_ALIASES = {"sasl.mechanisms": "sasl.mechanism", "metadata.broker.list": "bootstrap.servers"}
_KAFKA_DEFAULTS = {
    "enable.ssl.certificate.verification": "true",
    "ssl.endpoint.identification.algorithm": "https",
}
"""Settings of trust that Horae has no choice about: fine as long as they say what it does."""

_HIDDEN = frozenset({"url", "password", "token"})


def flink_from_airflow(connection_id: str, fields: Fields) -> FlinkConnection:
    """The Flink cluster that an Airflow connection describes.

    `host` may be a name or a whole address; `schema` is `http` or `https` (default `http`). The
    extra may hold `token`, `ca_file`, `client_certificate` and `timeout_seconds`.

    Raises:
        SettingsError: The connection does not describe a Flink cluster; no secret is in it.
    """
    return _http(FlinkConnection, connection_id, fields, _FLINK_TYPES)


def webhook_from_airflow(connection_id: str, fields: Fields) -> WebhookConnection:
    """Where an Airflow connection of type `http` posts to; its fields are those of a Flink one.

    Raises:
        SettingsError: The connection does not describe an address; no secret is in it.
    """
    return _http(WebhookConnection, connection_id, fields, _WEBHOOK_TYPES)


def kafka_from_airflow(connection_id: str, fields: Fields) -> KafkaConnection:
    """The Kafka cluster that a connection of Airflow's Kafka provider describes.

    Its extra holds librdkafka's names (`bootstrap.servers`, `security.protocol`,
    `sasl.mechanism`, `sasl.username`, `sasl.password`, `ssl.ca.location`,
    `ssl.certificate.location`, `ssl.key.location`, `socket.timeout.ms`). Other names of security
    are refused, for leaving them out would change who is trusted; all others are no concern of
    Horae and ignored.

    Raises:
        SettingsError: The connection does not describe a Kafka cluster that Horae can reach; no
            secret is in it.
    """
    given = _present(fields.get("extra") or {})
    extra = {_KAFKA_ALIASES.get(name, name): value for name, value in given.items()}
    names = {theirs.removeprefix("extra."): ours for ours, theirs in _KAFKA_FIELDS.items()}
    faults = [*_wrong_type(fields, _KAFKA_TYPES), *_unsupported(extra, names)]
    values = {ours: _text(extra[theirs]) for theirs, ours in names.items() if theirs in extra}
    return _build(KafkaConnection, connection_id, _as_ours(values), _KAFKA_FIELDS, faults)


def _http(kind: type[Http], connection_id: str, fields: Fields, types: tuple[str, ...]) -> Http:
    extra = _present(fields.get("extra") or {})
    known = [name.removeprefix("extra.") for name in _HTTP_FIELDS.values() if "extra." in name]
    faults = [*_wrong_type(fields, types), *_unknown(extra, known)]
    values = {
        "url": _address(fields),
        "username": _text(fields.get("login")),
        "password": _text(fields.get("password")),
        **{name: extra[name] for name in known if name in extra},
    }
    return _build(kind, connection_id, values, _HTTP_FIELDS, faults)


def _as_ours(values: dict[str, str | None]) -> dict[str, Any]:
    """Kafka's texts in Horae's types and units; what cannot be converted stays, to be refused."""
    servers = values.get("bootstrap_servers") or ""
    upper = {
        name: text.upper()
        for name in ("security_protocol", "sasl_mechanism")
        if (text := values.get(name))
    }
    mine: dict[str, Any] = {
        **values,
        **upper,
        "bootstrap_servers": tuple(one.strip() for one in servers.split(",") if one.strip()),
    }
    milliseconds = values.get("timeout_seconds")
    if milliseconds and milliseconds.isascii() and milliseconds.isdigit():
        mine["timeout_seconds"] = int(milliseconds[:12]) / 1_000
    return mine


def _present(extra: Fields) -> dict[str, Any]:
    return {name: value for name, value in extra.items() if value not in (None, "")}


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _address(fields: Fields) -> str:
    """The base address of the fields; text that is refused later where there is none."""
    host = _text(fields.get("host")) or ""
    address = host if "://" in host else f"{_text(fields.get('schema')) or 'http'}://{host}"
    port = _text(fields.get("port"))
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    has_port = ":" in place.rpartition("]")[2]  # a numeric IPv6 host stands in brackets
    return address if port is None or has_port else f"{scheme}://{place}:{port}{slash}{path}"


def _wrong_type(fields: Fields, types: tuple[str, ...]) -> Iterator[Fault]:
    kind = fields.get("conn_type")
    if kind not in types:
        wanted = f"a connection of type {types[0]}"
        yield Fault(where="conn_type", line=None, value=repr(kind), expected=wanted)


def _unknown(extra: Fields, known: list[str]) -> Iterator[Fault]:
    for name in extra:
        if name not in known:
            wanted = f"one of {', '.join(known)}{closest(name, known)}"
            yield Fault(where="extra", line=None, value=f"the entry {name!r}", expected=wanted)


def _unsupported(extra: Fields, known: Mapping[str, str]) -> Iterator[Fault]:
    for name, value in extra.items():
        if name in known or not (name.startswith(("ssl.", "sasl.")) or name in _KAFKA_DEFAULTS):
            continue
        default = _KAFKA_DEFAULTS.get(name)
        if default is None or str(value).lower() != default:
            wanted = f"{default!r}" if default else "no such entry"
            yield Fault(
                where=f"extra.{name}",
                line=None,
                value="a setting of security that Horae cannot honour",
                expected=f"{wanted}; supported are {', '.join(known)}",
            )


def _build(
    kind: type[Kind],
    connection_id: str,
    values: Fields,
    names: Mapping[str, str],
    faults: list[Fault],
) -> Kind:
    try:
        connection = kind.model_validate(values)
    except ValidationError as error:
        faults += [_fault(one, names) for one in error.errors(include_url=False)]
    if faults:
        raise SettingsError(f"connection {connection_id}", faults) from None
    return connection


def _fault(error: ErrorDetails, names: Mapping[str, str]) -> Fault:
    field = str(error["loc"][0])
    value = "a value that is not shown here" if field in _HIDDEN else repr(error["input"])
    if error["type"] == "missing":
        value = "nothing"
    wanted = "text" if error["type"].startswith("string") else expected(error)
    return Fault(where=names[field], line=None, value=value, expected=wanted)
