"""How outside systems are reached: the only values with secrets, and they do not print them."""

from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from horae.settings.section import Settings

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class ConnectionSettings(Settings):
    """What all connections have in common: what is wrong with one is told without its values."""

    model_config = ConfigDict(hide_input_in_errors=True)


class HttpConnection(ConnectionSettings):
    """Something that answers HTTP.

    Attributes:
        url: Base address, such as `https://flink.example:8443/prefix`.
        username: For basic sign-in; None: no basic sign-in.
        password: For basic sign-in.
        token: For a bearer header instead of basic sign-in.
        ca_file: Certificates to trust; None: the system's.
        client_certificate: Own certificate (and key) file for mutual TLS.
        timeout_seconds: Of one request.
    """

    url: str
    username: str | None = None
    password: SecretStr | None = Field(default=None, repr=False)
    token: SecretStr | None = Field(default=None, repr=False)
    ca_file: str | None = None
    client_certificate: str | None = None
    timeout_seconds: float = Field(default=10, gt=0, le=3_600)

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if not _is_plain_address(url):
            raise ValueError(
                "an address such as https://flink.example:8443, with no user, password or query"
            )
        return url.rstrip("/")

    @field_validator("token")
    @classmethod
    def _is_only_sign_in(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if token and (info.data.get("username") or info.data.get("password")):
            raise ValueError("either a bearer token or a user with a password, not both")
        return token


class FlinkConnection(HttpConnection):
    """A Flink cluster's REST."""


class WebhookConnection(HttpConnection):
    """Where messages are posted to; the address itself is often the secret."""


class KafkaConnection(ConnectionSettings):
    """A Kafka cluster.

    Attributes:
        bootstrap_servers: `host:port` of some brokers.
        security_protocol: Kafka's own names.
        sasl_mechanism: Kafka's own names; None without SASL.
        username: For SASL.
        password: For SASL.
        ca_file: Certificates to trust; None: the system's.
        client_certificate: Own certificate file for mutual TLS.
        client_key: Its key file.
        timeout_seconds: Of one request.
    """

    bootstrap_servers: tuple[str, ...]
    security_protocol: SecurityProtocol = "PLAINTEXT"
    username: str | None = None
    password: SecretStr | None = Field(default=None, repr=False)
    sasl_mechanism: SaslMechanism | None = None
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    timeout_seconds: float = Field(default=10, gt=0, le=3_600)

    @field_validator("bootstrap_servers")
    @classmethod
    def _are_addresses(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        if not servers or not all(_is_host_and_port(server) for server in servers):
            raise ValueError("brokers such as broker-1.example:9093,broker-2.example:9093")
        return servers

    @field_validator("sasl_mechanism")
    @classmethod
    def _fits_protocol(
        cls, mechanism: SaslMechanism | None, info: ValidationInfo
    ) -> SaslMechanism | None:
        protocol = str(info.data.get("security_protocol", ""))
        if protocol.startswith("SASL"):
            signed = info.data.get("username") and info.data.get("password")
            if mechanism is None or not signed:
                raise ValueError(f"a mechanism, a user and a password, for {protocol} needs them")
        elif mechanism is not None and protocol:
            raise ValueError(f"no mechanism with {protocol}; SASL_SSL or SASL_PLAINTEXT has one")
        return mechanism

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Read `bootstrap_servers` also from text with commas."""
        servers = fields["bootstrap_servers"]
        if isinstance(servers, str):
            servers = tuple(part.strip() for part in servers.split(",") if part.strip())
        return cls(**{**fields, "bootstrap_servers": servers})


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        reachable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # it holds the address, and with it a password that someone put there
        return False
    return bool(reachable) and not (parts.username or parts.password or parts.query)


def _is_host_and_port(server: str) -> bool:
    host, _, port = server.rpartition(":")
    return bool(host) and "/" not in host and port.isascii() and port.isdigit()
