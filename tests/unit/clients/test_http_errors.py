import inspect

import httpx
import pytest

from horae.clients.http_errors import ERRORS, check_status, foreign_errors, mapped_class
from horae.errors import ExternalError, Refused, Unavailable, UnexpectedReply


def _raised_classes() -> list[type[Exception]]:
    """Every exception class of httpx that is raised itself: those that none derives from."""
    classes = [
        one for _, one in inspect.getmembers(httpx, inspect.isclass) if issubclass(one, Exception)
    ]
    parents = {parent for one in classes for parent in one.__mro__[1:]}
    return [one for one in classes if one not in parents]


@pytest.mark.parametrize("error", _raised_classes(), ids=lambda one: one.__name__)
def test_each_error_of_httpx_is_thought_of(error: type[Exception]) -> None:
    """No exception class of the installed httpx lacks a class of ours."""
    assert mapped_class(error) is not None, f"{error.__name__} is missing in ERRORS"


def test_nothing_catches_all() -> None:
    """The roots of httpx's tree are not mapped, or the test above would prove nothing."""
    roots = (Exception, httpx.HTTPError, httpx.RequestError, httpx.TransportError)
    assert not set(roots) & set(ERRORS)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectTimeout("too slow"), Unavailable),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.RemoteProtocolError("cut off"), Unavailable),
        (httpx.UnsupportedProtocol("ftp"), Refused),
        (httpx.DecodingError("gzip"), UnexpectedReply),
    ],
)
def test_the_cause_is_kept_and_told(error: Exception, expected: type[ExternalError]) -> None:
    """The message names what was tried and httpx's own words; the original is the cause."""
    told = f"^GET http://flink: {error}"
    with pytest.raises(expected, match=told) as caught, foreign_errors("GET http://flink"):
        raise error
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"errors": ["bad request"]}, Refused),
        (401, {}, Refused),
        (404, {"errors": ["not there"]}, Refused),
        (408, {}, Unavailable),
        (429, {}, Unavailable),
        (500, {"errors": ["Internal server error."]}, Unavailable),
        (500, {"errors": ["x", "java.lang.UnsupportedOperationException: no"]}, Refused),
        (500, {"errors": ["x", "FlinkJobNotFoundException: gone"]}, Refused),
        (503, {}, Unavailable),
        (302, {}, UnexpectedReply),
    ],
)
def test_a_status_has_a_class(status: int, body: object, expected: type[Exception]) -> None:
    """4xx is a no, 5xx and "later" mean away, but for the noes that Flink sends as 500."""
    with pytest.raises(expected, match=f"PUT /x: status {status}"):
        check_status("PUT /x", httpx.Response(status, json=body))


def test_a_stack_trace_is_told_by_its_last_cause() -> None:
    """Of a Java trace the first line and the last cause are kept, and no frame."""
    trace = "A: top\n\tat a.b\nCaused by: B: middle\n\tat c.d\nCaused by: C: the reason\n\tat e.f"
    with pytest.raises(Refused) as caught:
        check_status("POST /run", httpx.Response(400, json={"errors": [trace]}))
    assert str(caught.value) == "POST /run: status 400, A: top; C: the reason"


def test_a_reply_that_is_no_flink_reply_is_quoted() -> None:
    """A proxy's page is told by its first line."""
    with pytest.raises(Unavailable, match=r"status 502, Bad gateway$"):
        check_status("GET /x", httpx.Response(502, text="Bad gateway\n<html>"))
