"""How outside systems are reached; these values hold secrets and never print them."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator

from horae.settings.job_spec import Settings


class FlinkConnection(Settings):
    """A Flink cluster's REST.

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
    password: SecretStr | None = None
    token: SecretStr | None = None
    ca_file: str | None = None
    client_certificate: str | None = None
    timeout_seconds: float = Field(default=10, gt=0)

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("expected an address that starts with http:// or https://")
        return url.rstrip("/")


class KafkaConnection(Settings):
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

    bootstrap_servers: tuple[str, ...] = Field(min_length=1)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    username: str | None = None
    password: SecretStr | None = None
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    timeout_seconds: float = Field(default=10, gt=0)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Read `bootstrap_servers` also from text with commas."""
        servers = fields["bootstrap_servers"]
        if isinstance(servers, str):
            servers = tuple(part.strip() for part in servers.split(",") if part.strip())
        return cls(**{**fields, "bootstrap_servers": servers})
