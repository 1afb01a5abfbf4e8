"""What is posted, and what is said where it was not taken."""

import json

import httpx
import pytest

from horae.clients.webhook import post_json
from horae.errors import Refused, Unavailable
from horae.settings.connections import WebhookConnection

SECRET = "T0/B0/s3cr3t"  # noqa: S105
HOOK = WebhookConnection(url=f"https://hooks.example/services/{SECRET}")


def posted(connection: WebhookConnection, status: int = 200) -> httpx.Request:
    """The one request that comes of a message, answered with `status`."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status, text="as the test wants it")

    post_json(connection, {"event": "acted"}, name="pager", transport=httpx.MockTransport(answer))
    (request,) = requests
    return request


def test_a_json_object_goes_to_the_very_address() -> None:
    """Nothing is added to the path, which for many services is the key itself."""
    request = posted(HOOK)
    assert (request.method, request.url.path) == ("POST", f"/services/{SECRET}")
    assert json.loads(request.content) == {"event": "acted"}
    assert "Authorization" not in request.headers


@pytest.mark.parametrize(
    ("sign_in", "header"),
    [({"token": "abc"}, "Bearer abc"), ({"username": "a", "password": "b"}, "Basic YTpi")],
)
def test_it_signs_in_as_the_connection_says(sign_in: dict[str, str], header: str) -> None:
    """Bearer, or basic: the latter is `a:b` in base 64."""
    connection = WebhookConnection.model_validate({"url": "https://hooks.example", **sign_in})
    assert posted(connection).headers["Authorization"] == header


@pytest.mark.parametrize(("status", "error"), [(404, Refused), (401, Refused), (503, Unavailable)])
def test_a_no_is_told_without_the_address(status: int, error: type[Exception]) -> None:
    """The connection's name is shown; its address, which may be the secret, is not."""
    with pytest.raises(error, match=f"POST to connection pager: status {status}") as raised:
        posted(HOOK, status)
    assert SECRET not in str(raised.value)


def test_a_receiver_that_is_away_is_told_without_the_address() -> None:
    """Also not in what httpx itself has to say."""

    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(
        Unavailable, match="POST to connection pager: connection refused"
    ) as raised:
        post_json(HOOK, {}, name="pager", transport=httpx.MockTransport(away))
    assert SECRET not in str(raised.value)
