import base64
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from horae.clients.flink import FlinkClient
from horae.domain.clock import ManualClock
from horae.errors import Refused, SettingsError, Unavailable, UnexpectedReply
from horae.settings.connections import FlinkConnection

OVERVIEW = {
    "taskmanagers": 1, "slots-total": 2, "slots-available": 1, "flink-version": "2.3.0",
    "something-new": True,
}  # fmt: skip


def _client(
    answer: Callable[[httpx.Request], httpx.Response], **connection: object
) -> FlinkClient:
    settings = FlinkConnection(url="http://flink:8081/prefix/", **connection)  # type: ignore[arg-type]
    return FlinkClient(settings, ManualClock(), httpx.MockTransport(answer))


class Answers:
    """Gives its answers one after the other, the last one for ever; remembers requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_reply_is_typed_and_what_is_new_in_it_ignored() -> None:
    """Unknown members of a later Flink do no harm."""
    answers = Answers(httpx.Response(200, json=OVERVIEW))
    seen = _client(answers).overview()
    assert (seen.task_managers, seen.slots_total, seen.slots_available) == (1, 2, 1)
    assert str(answers.requests[0].url) == "http://flink:8081/prefix/overview"


def test_a_read_is_tried_again() -> None:
    """Two time-outs are bridged by the third try."""
    answers = Answers(
        httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(200, json=OVERVIEW)
    )
    assert _client(answers).overview().slots_total == 2


def test_a_dead_cluster_is_admitted_after_three_tries() -> None:
    """Waiting moves only the given clock."""
    answers = Answers(httpx.ConnectError("refused"))
    with pytest.raises(Unavailable, match="refused; is the address right"):
        _client(answers).overview()
    assert len(answers.requests) == 3


def test_a_write_is_sent_once() -> None:
    """Nobody knows whether a lost reply was a yes."""
    answers = Answers(httpx.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        _client(answers).cancel("a" * 32)
    assert len(answers.requests) == 1


def test_a_no_is_not_asked_again() -> None:
    """A refusal stands."""
    answers = Answers(httpx.Response(403))
    with pytest.raises(Refused, match="check the connection's sign-in"):
        _client(answers).overview()
    assert len(answers.requests) == 1


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"", b'{"taskmanagers": "many"}', b"[]"])
def test_what_is_not_flinks_is_unexpected(body: bytes) -> None:
    """A page, nothing, other types, another shape: each is told, with its cause."""
    answers = Answers(httpx.Response(200, content=body))
    with pytest.raises(UnexpectedReply, match="GET http://flink:8081/prefix/overview") as caught:
        _client(answers).overview()
    assert caught.value.__cause__ is not None


def test_basic_sign_in_is_sent() -> None:
    """User and password as the header that RFC 7617 describes."""
    answers = Answers(httpx.Response(200, json=OVERVIEW))
    _client(answers, username="horae", password=SecretStr("s3cret")).overview()
    expected = "Basic " + base64.b64encode(b"horae:s3cret").decode()
    assert answers.requests[0].headers["Authorization"] == expected


def test_a_bearer_token_is_sent() -> None:
    """The token goes into the Authorization header."""
    answers = Answers(httpx.Response(200, json=OVERVIEW))
    _client(answers, token=SecretStr("t0ken")).overview()
    assert answers.requests[0].headers["Authorization"] == "Bearer t0ken"


def test_an_unreadable_certificate_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    """A missing CA file is told with its name before anything is sent."""
    absent = str(tmp_path / "absent.pem")
    with pytest.raises(SettingsError, match=r"absent\.pem"):
        _client(Answers(httpx.Response(200)), ca_file=absent)


def test_an_unreadable_jar_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    """A missing jar is told with its name."""
    with pytest.raises(SettingsError, match=r"absent\.jar"):
        _client(Answers(httpx.Response(200))).upload_jar(tmp_path / "absent.jar")
