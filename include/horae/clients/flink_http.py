"""One HTTP connection to Flink's REST: sign-in, TLS, retries of reads, errors, parsing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from pydantic import TypeAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from horae.clients.http_client import http_client
from horae.clients.http_errors import check_status, foreign_errors
from horae.domain.clock import Clock, SystemClock
from horae.errors import Fault, SettingsError, Unavailable, UnexpectedReply
from horae.settings.connections import FlinkConnection

T = TypeVar("T")

# Three tries within about a second: a lost packet is bridged, a dead cluster soon admitted.
_READ_TRIES = 3
_FIRST_WAIT_SECONDS = 0.25
_NO_SUCH_JOB = "FlinkJobNotFoundException"


class FlinkHttp:
    """Requests to one cluster, in Horae's errors.

    Args:
        connection: Where the cluster is and how to sign in.
        clock: Waits between the tries of a read.
        transport: In place of the network; for tests.
    """

    def __init__(
        self,
        connection: FlinkConnection,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._url = connection.url
        self._timeout_seconds = connection.timeout_seconds
        self._client = http_client(connection, name="Flink connection", transport=transport)

    def close(self) -> None:
        """Give the sockets back."""
        self._client.close()

    def __enter__(self) -> Self:
        """The connection itself; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def read(self, path: str, shape: Any, **query: str) -> Any:
        """GET and parse into `shape`; tried again while the cluster is unavailable.

        Raises:
            Unavailable, Refused, UnexpectedReply: See `http_errors`.
        """
        return self._patiently(lambda: self._parsed(self._send("GET", path, params=query), shape))

    def read_if_there(self, path: str, shape: Any, **query: str) -> Any:
        """As `read`, but None where Flink answers that there is none."""

        def once() -> Any:
            response = self._send("GET", path, params=query, absence_is_fine=True)
            return None if _is_absent(response) else self._parsed(response, shape)

        return self._patiently(once)

    def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        shape: Any = Any,
        *,
        timeout_seconds: float = 0,
    ) -> Any:
        """POST, PUT or PATCH a JSON body, once: nobody knows whether a lost reply was a yes.

        Args:
            method: The HTTP method.
            path: Below the cluster's address.
            body: What is sent.
            shape: What the reply is parsed into.
            timeout_seconds: For a call that takes longer than the connection's time-out allows.
        """
        timeout = max(timeout_seconds, self._timeout_seconds)
        return self._parsed(self._send(method, path, json=body, timeout=timeout), shape)

    def upload(self, path: str, file: Path, name: str, shape: Any) -> Any:
        """POST a jar file under `name`, once.

        Raises:
            SettingsError: The file cannot be read.
        """
        try:
            content = file.read_bytes()
        except OSError as error:
            fault = Fault(
                where="jar", line=None, value=str(file), expected="a file that can be read"
            )
            raise SettingsError("engine", [fault]) from error
        form = {"jarfile": (name, content, "application/java-archive")}
        return self._parsed(self._send("POST", path, files=form), shape)

    def _send(
        self, method: str, path: str, *, absence_is_fine: bool = False, **request: Any
    ) -> httpx.Response:
        what = f"{method} {self._url}{path}"
        with foreign_errors(what):
            response = self._client.request(method, path, **request)
        if not (absence_is_fine and _is_absent(response)):
            check_status(what, response)
        return response

    def _parsed(self, response: httpx.Response, shape: Any) -> Any:
        what = f"{response.request.method} {response.request.url}"
        try:
            value = response.json()
        except ValueError as error:
            raise UnexpectedReply(
                f"{what}: expected JSON, got {response.text[:80]!r}; is it Flink's REST?"
            ) from error
        return self.parse(what, value, shape)

    def parse(self, what: str, value: Any, shape: Any) -> Any:
        """Read a part of a reply that was left raw.

        Raises:
            UnexpectedReply: It is not of that shape.
        """
        with foreign_errors(what):
            return TypeAdapter(shape).validate_python(value)

    def _patiently(self, once: Callable[[], T]) -> T:
        tries = Retrying(
            stop=stop_after_attempt(_READ_TRIES),
            wait=wait_exponential(multiplier=_FIRST_WAIT_SECONDS),
            retry=retry_if_exception_type(Unavailable),
            sleep=self._clock.wait,
            reraise=True,
        )
        return tries(once)


def _is_absent(response: httpx.Response) -> bool:
    """Whether Flink says that there is none; of a job some paths say it with status 500."""
    return response.status_code == 404 or (
        response.is_server_error and _NO_SUCH_JOB in response.text
    )
