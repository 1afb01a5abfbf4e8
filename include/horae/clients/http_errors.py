"""What httpx and a server say, in Horae's own errors; the one place where they are mapped."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from pydantic import ValidationError

from horae.errors import ExternalError, Refused, Unavailable, UnexpectedReply

# Looked up along a class's ancestors, so that a class of a later httpx gets its parent's answer.
ERRORS: dict[type[Exception], type[ExternalError]] = {
    httpx.TimeoutException: Unavailable,
    httpx.NetworkError: Unavailable,
    httpx.ProxyError: Unavailable,
    httpx.RemoteProtocolError: Unavailable,
    httpx.LocalProtocolError: Refused,
    httpx.UnsupportedProtocol: Refused,
    httpx.InvalidURL: Refused,
    httpx.DecodingError: UnexpectedReply,
    httpx.TooManyRedirects: UnexpectedReply,
    httpx.CookieConflict: UnexpectedReply,
    httpx.HTTPStatusError: UnexpectedReply,
    httpx.StreamError: UnexpectedReply,
    ValidationError: UnexpectedReply,
}
_REMEDIES: dict[type[ExternalError], str] = {
    Unavailable: "is the address right, and the service up?",
    Refused: "check the connection's settings",
    UnexpectedReply: "is it the right service, in a version that Horae knows?",
}
# Statuses that ask to come again later, though they are not 5xx.
_LATER = frozenset({408, 425, 429})
# Flink answers some plain noes with 500; these words in the reply tell them from a breakdown.
_NOES = ("UnsupportedOperationException", "NotFoundException", "IllegalArgumentException")
_LONGEST_REASON = 500


def mapped_class(error: type[Exception]) -> type[ExternalError] | None:
    """Horae's class for a foreign one; None when nobody has thought of it."""
    for ancestor in error.__mro__:
        if ancestor in ERRORS:
            return ERRORS[ancestor]
    return None


@contextmanager
def foreign_errors(what: str) -> Iterator[None]:
    """Turn errors of httpx and pydantic into Horae's, the original as their cause.

    Args:
        what: What was tried, such as `GET https://flink/overview`.

    Raises:
        Unavailable, Refused, UnexpectedReply: As `ERRORS` says.
    """
    try:
        yield
    except tuple(ERRORS) as error:
        horaes = mapped_class(type(error)) or UnexpectedReply
        reason = _first_line(str(error)) or type(error).__name__
        raise horaes(f"{what}: {reason}; {_REMEDIES[horaes]}") from error


def check_status(what: str, response: httpx.Response) -> None:
    """Raise for a reply that is not 2xx, with the server's own reason.

    Raises:
        Unavailable: 5xx, or told to come again later.
        Refused: A no: 4xx, and Flink's noes that come as 500.
        UnexpectedReply: Anything else, such as a redirect.
    """
    if response.is_success:
        return
    reason = f"{what}: status {response.status_code}, {_reason(response)}"
    if response.status_code in (401, 403):
        raise Refused(f"{reason}; check the connection's sign-in")
    if response.is_client_error and response.status_code not in _LATER:
        raise Refused(reason)
    if response.is_server_error and any(no in response.text for no in _NOES):
        raise Refused(reason)
    if response.is_server_error or response.status_code in _LATER:
        raise Unavailable(reason)
    raise UnexpectedReply(reason)


def _reason(response: httpx.Response) -> str:
    """The server's words, without the frames of a Java stack trace."""
    try:
        errors = response.json()["errors"]
    except (ValueError, KeyError, TypeError):
        return _first_line(response.text) or "no reason given"
    causes = re.findall(r"Caused by: (.+)", "\n".join(errors).replace("\\n", "\n"))
    said = [_first_line(error.removeprefix("<Exception on server side:\n")) for error in errors]
    return "; ".join([*said, *causes[-1:]])[:_LONGEST_REASON]


def _first_line(text: str) -> str:
    return text.strip().split("\n", maxsplit=1)[0][:_LONGEST_REASON]
