"""Posts JSON to whoever wants to hear of Horae."""

from collections.abc import Mapping
from typing import Any

import httpx

from horae.clients.http_client import http_client
from horae.clients.http_errors import check_status, foreign_errors
from horae.settings.connections import WebhookConnection


def post_json(
    connection: WebhookConnection,
    body: Mapping[str, Any],
    *,
    name: str,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """POST once; nobody knows whether a lost reply was a yes, so it is not tried again.

    Args:
        connection: Where to.
        body: A JSON object.
        name: Of the connection, for messages; they show no address, which is often the secret.
        transport: In place of the network; for tests.

    Raises:
        Unavailable, Refused, UnexpectedReply: It was not taken; see `http_errors`.
        SettingsError: A certificate file cannot be read.
    """
    what = f"POST to connection {name}"
    with http_client(connection, name=f"connection {name}", transport=transport) as client:
        with foreign_errors(what):
            response = client.post(connection.url, json=dict(body))
        check_status(what, response)
