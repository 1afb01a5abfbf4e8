"""The notifier that needs nothing but an address."""

import asyncio
import json
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from horae.errors import SettingsError
from horae.settings.connections import WebhookConnection
from horae.settings.notify_rules import Event

HOOK = {"conn_type": "http", "host": "https://hooks.example/path", "extra": {"token": "abc"}}
Posted = list[tuple[WebhookConnection, dict[str, Any], str]]


@pytest.fixture
def posted(glue: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Posted:
    """What would have been posted: where to, what, under which name."""
    from horae_airflow import webhook

    monkeypatch.setenv("AIRFLOW_CONN_PAGER", json.dumps(HOOK))
    found: Posted = []
    monkeypatch.setattr(
        webhook, "post_json", lambda where, body, *, name: found.append((where, body, name))
    )
    return found


def a_context() -> dict[str, Any]:
    """With a notice of Horae."""
    from horae_airflow.notice import Notice

    return {
        "horae": Notice(
            event=Event.BLIND,
            job="ysb",
            sentence="Nothing was concluded.",
            decision=None,
            at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        )
    }


BODY = {
    "event": "blind",
    "job": "ysb",
    "sentence": "Nothing was concluded.",
    "decision": None,
    "address": None,
    "at": "2026-03-02T12:00:00+00:00",
}


def test_a_notice_is_posted_to_the_connection(posted: Posted) -> None:
    """The whole notice, to the address and with the sign-in that the connection has."""
    from horae_airflow.webhook import WebhookNotifier

    WebhookNotifier("pager")(a_context())
    ((where, body, name),) = posted
    assert (where.url, name, body) == ("https://hooks.example/path", "pager", BODY)
    assert where.token is not None
    assert where.token.get_secret_value() == "abc"


@pytest.mark.enable_socket  # a loop talks to itself through a pair of them
def test_it_can_be_awaited(posted: Posted) -> None:
    """As deadlines of other DAGs do it, in the triggerer."""
    from horae_airflow.webhook import WebhookNotifier

    async def wait() -> None:
        await WebhookNotifier("pager", context=a_context())

    asyncio.run(wait())
    assert [body for _, body, _ in posted] == [BODY]


def test_it_has_nothing_to_say_of_other_things(posted: Posted) -> None:
    """Somebody named it as the callback of a task of theirs."""
    from horae_airflow.webhook import WebhookNotifier

    with pytest.raises(SettingsError, match="name this notifier in HORAE_NOTIFY"):
        WebhookNotifier("pager")({})
    assert posted == []


@pytest.mark.parametrize(
    ("connection", "why"),
    [
        ("nobody", "add it under Admin > Connections"),
        ("kafka", "expected a connection of type http"),
        ("leaky", "no user, password or query"),
    ],
)
def test_a_connection_that_is_none_is_told_without_its_address(
    posted: Posted, monkeypatch: pytest.MonkeyPatch, connection: str, why: str
) -> None:
    """Missing, of another type, or with the secret where it would be shown."""
    from horae_airflow.webhook import WebhookNotifier

    monkeypatch.setenv("AIRFLOW_CONN_KAFKA", json.dumps(HOOK | {"conn_type": "kafka"}))
    leaky = HOOK | {"host": "https://me:s3cr3t@hooks.example"}
    monkeypatch.setenv("AIRFLOW_CONN_LEAKY", json.dumps(leaky))
    with pytest.raises(SettingsError, match=why) as raised:
        WebhookNotifier(connection)(a_context())
    assert "s3cr3t" not in str(raised.value)
    assert posted == []
