"""An HTTP client as a connection describes it: address, sign-in, TLS, time-out."""

import ssl

import httpx

from horae.clients.http_errors import foreign_errors
from horae.errors import Fault, SettingsError
from horae.settings.connections import HttpConnection


def http_client(
    connection: HttpConnection, *, name: str, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """The client; whoever opens it closes it.

    Args:
        connection: Where to and how to sign in.
        name: Of the connection, for messages; they show no address, which may hold a secret.
        transport: In place of the network; for tests.

    Raises:
        SettingsError: A certificate file cannot be read.
        Refused: The address is none.
    """
    with foreign_errors(f"reading the address of {name}"):
        return httpx.Client(
            base_url=connection.url,
            auth=_basic(connection),
            headers=_bearer(connection),
            timeout=connection.timeout_seconds,
            verify=_tls(connection, name),
            transport=transport,
        )


def _basic(connection: HttpConnection) -> httpx.BasicAuth | None:
    if connection.username is None:
        return None
    password = connection.password.get_secret_value() if connection.password else ""
    return httpx.BasicAuth(connection.username, password)


def _bearer(connection: HttpConnection) -> dict[str, str]:
    if connection.token is None:
        return {}
    return {"Authorization": f"Bearer {connection.token.get_secret_value()}"}


def _tls(connection: HttpConnection, name: str) -> ssl.SSLContext | bool:
    """The certificates to trust and to show.

    Raises:
        SettingsError: A certificate file cannot be read.
    """
    if connection.ca_file is None and connection.client_certificate is None:
        return True
    try:
        context = ssl.create_default_context(cafile=connection.ca_file)
        if connection.client_certificate is not None:
            context.load_cert_chain(connection.client_certificate)
    except OSError as error:
        value = f"ca_file {connection.ca_file}, client_certificate {connection.client_certificate}"
        fault = Fault(
            where="TLS", line=None, value=value, expected="readable PEM files; they gave: "
            f"{error}",
        )  # fmt: skip
        raise SettingsError(name, [fault]) from error
    return context
