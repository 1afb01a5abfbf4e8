"""Who is told of what: read at once, every fault told at once, no secret shown."""

import json
from typing import Any

import pytest

from horae.errors import SettingsError
from horae.settings.notify_rules import Event, notify_rules

WEBHOOK = {
    "on": ["acted", "rolled_back"],
    "notifier": "horae_airflow.webhook.WebhookNotifier",
    "arguments": {"connection": "pager"},
}


def refused(text: str) -> str:
    """What is said of a faulty text."""
    with pytest.raises(SettingsError) as raised:
        notify_rules(text)
    return str(raised.value)


def faulty(**changes: Any) -> str:
    """What is said of one rule with these changes."""
    return refused(json.dumps([WEBHOOK | changes]))


@pytest.mark.parametrize("text", [None, "", "  ", "[]"])
def test_nobody_is_told_where_nothing_is_said(text: str | None) -> None:
    """The variable absent, empty, or an empty list."""
    assert notify_rules(text) == ()


def test_a_rule_says_who_is_told_of_what() -> None:
    """Events, the notifier's class, what it is made with."""
    (rule,) = notify_rules(json.dumps([WEBHOOK]))
    assert rule.on == (Event.ACTED, Event.ROLLED_BACK)
    assert rule.module == "horae_airflow.webhook"
    assert rule.arguments == {"connection": "pager"}


def test_what_is_no_json_is_shown_where_it_ends_to_be() -> None:
    """The message has the line, and an example; nothing of the text itself."""
    said = refused('[{"on": s3cr3t}]')
    assert "line 1" in said
    assert 'expected a list such as [{"on"' in said
    assert "s3cr3t" not in said


def test_every_fault_is_told_at_once() -> None:
    """An unknown event, a missing notifier, an unknown name: one message for all three."""
    said = refused(json.dumps([{"on": ["akted"], "notifer": "a.B"}]))
    assert "0.on.0: got 'akted'" in said
    assert "did you mean 'acted'?" in said
    assert "0.notifier: got nothing" in said
    assert "0.notifer: got str; expected one of on, notifier, arguments; did you mean" in said


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"on": []}, "0.on: got list; expected a list of at least one of needs_approval"),
        ({"on": "acted"}, "0.on: got str; expected a list of at least one of"),
        ({"notifier": "Webhook"}, "0.notifier: got 'Webhook'; expected a class such as"),
        ({"notifier": 3}, "0.notifier: got int; expected text"),
        ({"arguments": []}, "0.arguments: got list; expected"),
    ],
)
def test_each_fault_is_told_with_its_place(changes: dict[str, Any], told: str) -> None:
    """What came, what was expected."""
    assert told in faulty(**changes)


@pytest.mark.parametrize(
    "arguments",
    [
        {"password": "s3cr3t"},
        {"slack_token": "s3cr3t"},
        {"headers": {"Authorization": "Bearer s3cr3t"}},
        {"api_key": "s3cr3t"},
        {"client_secret": "s3cr3t"},
    ],
)
def test_a_secret_is_refused_and_not_shown(arguments: dict[str, Any]) -> None:
    """It belongs into an Airflow connection."""
    said = faulty(arguments=arguments)
    assert "an argument that names an Airflow connection" in said
    assert "s3cr3t" not in said


def test_other_words_are_no_secrets() -> None:
    """Names that only remind of one may be used."""
    arguments = {"text": "{{ horae.sentence }}", "bypass": True, "slack_conn_id": "slack"}
    assert notify_rules(json.dumps([WEBHOOK | {"arguments": arguments}]))[0].arguments == arguments
