"""Who is told: all who want to hear, in time, and without ever breaking what tells."""

import json
import logging
from collections.abc import Iterator
from threading import Event as Signal
from types import ModuleType
from typing import Any

import pytest

from horae.errors import SettingsError, Unavailable
from horae.settings.notify_rules import Event, NotifyRule

HEARD: list[dict[str, Any]] = []
HANGS = Signal()


@pytest.fixture
def notifying(glue: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module; nobody has heard anything yet, and what hangs ends with the test."""
    from horae_airflow import notifying

    HEARD.clear()
    HANGS.clear()
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/team")
    yield notifying
    HANGS.set()


def _notifier(name: str) -> type:
    """One of the notifiers of this test, made once Airflow has its home."""
    from airflow.sdk import BaseNotifier

    class Heard(BaseNotifier):
        template_fields = ("text",)

        def __init__(self, text: str = "") -> None:
            super().__init__()
            self.text = text

        def notify(self, context: Any) -> None:
            HEARD.append({"text": self.text, **context["horae"].to_json()})

    class Fails(Heard):
        def notify(self, context: Any) -> None:
            raise RuntimeError("https://hooks.example/s3cr3t")

    class Hangs(Heard):
        def notify(self, context: Any) -> None:
            HANGS.wait(30)

    return {"Heard": Heard, "Fails": Fails, "Hangs": Hangs}[name]


def __getattr__(name: str) -> Any:
    """Lets the rules of the tests name their notifiers by this module's path."""
    if name in ("Heard", "Fails", "Hangs"):
        return _notifier(name)
    raise AttributeError(name)


def rules(monkeypatch: pytest.MonkeyPatch, *names: str, **changes: Any) -> None:
    """Have these notifiers hear of everything."""
    told = [{"on": [*Event], "notifier": f"{__name__}.{name}"} | changes for name in names]
    monkeypatch.setenv("HORAE_NOTIFY", json.dumps(told))


def tell(notifying: ModuleType, event: Event = Event.ACTED) -> bool:
    """Tell of an action on `ysb`."""
    told: bool = notifying.tell(
        event, job="ysb", sentence="It runs in it.", decision="ysb-manual+1", context={"a": 1}
    )
    return told


def test_a_notifier_hears_what_happened(
    notifying: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Event, job, sentence, decision and the address of its page; templates know all of them."""
    rules(
        monkeypatch,
        "Heard",
        arguments={"text": "{{ horae.job }}: {{ horae.sentence }} {{ horae.address }} {{ a }}"},
    )
    assert tell(notifying)
    address = "https://airflow.example/team/plugin/horae/team/horae/decision/ysb/ysb-manual%2B1"
    (heard,) = HEARD
    assert heard.pop("at").endswith("+00:00")
    assert heard == {
        "event": "acted",
        "job": "ysb",
        "sentence": "It runs in it.",
        "decision": "ysb-manual+1",
        "address": address,
        "text": f"ysb: It runs in it. {address} 1",
    }


def test_only_who_wants_to_hear_of_it_is_told(
    notifying: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule names its events; where nobody wants to hear, all who do were told."""
    rules(monkeypatch, "Heard", on=["blind"])
    assert tell(notifying, Event.ACTED)
    assert HEARD == []
    assert tell(notifying, Event.BLIND)
    assert len(HEARD) == 1


def test_nobody_is_told_where_nothing_is_set(
    notifying: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Horae needs no notifier."""
    monkeypatch.delenv("HORAE_NOTIFY", raising=False)
    assert tell(notifying)


def test_one_that_fails_keeps_nobody_else_from_hearing(
    notifying: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is raised; the log has its class and the kind of error, and no text of it."""
    rules(monkeypatch, "Fails", "Heard")
    with caplog.at_level(logging.ERROR, "horae_airflow.notifying"):
        assert not tell(notifying)
    assert len(HEARD) == 1
    said = " ".join(one.getMessage() for one in caplog.records if "horae_airflow" in one.name)
    assert "test_notifying.Fails was not told of acted: RuntimeError" in said
    assert "s3cr3t" not in said


def test_one_that_hangs_is_left_behind(
    notifying: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a tenth of a second here; the one after it is told meanwhile."""
    monkeypatch.setenv("HORAE_NOTIFY_SECONDS", "0.1")
    rules(monkeypatch, "Hangs", "Heard")
    assert not tell(notifying)
    assert "Hangs was not told of acted within 0.1 s" in caplog.text
    HANGS.set()


@pytest.mark.parametrize(
    ("name", "value"), [("HORAE_NOTIFY", "{"), ("HORAE_NOTIFY_SECONDS", "soon")]
)
def test_a_faulty_setting_is_logged_and_raises_nothing(
    notifying: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    value: str,
) -> None:
    """What tells goes on; nobody is told."""
    rules(monkeypatch, "Heard")
    monkeypatch.setenv(name, value)
    assert not tell(notifying)
    assert HEARD == []
    assert name in caplog.text


@pytest.mark.parametrize(
    ("notifier", "arguments", "why"),
    [
        ("no.such.Thing", {}, "No module named 'no'"),
        ("json.NoSuchThing", {}, "has no attribute 'NoSuchThing'"),
        ("json.JSONDecoder", {}, "a subclass of airflow.sdk.BaseNotifier"),
        ("horae_airflow.webhook.WebhookNotifier", {"conection": "x"}, "takes these arguments"),
    ],
)
def test_a_notifier_that_cannot_be_made_is_told_apart(
    notifying: ModuleType, notifier: str, arguments: dict[str, Any], why: str
) -> None:
    """No module, no such class, no notifier, other arguments."""
    rule = NotifyRule.model_validate(
        {"on": ["acted"], "notifier": notifier, "arguments": arguments}
    )
    with pytest.raises(SettingsError, match=why):
        notifying.made(rule)


def test_a_package_that_is_not_there_is_told_before_anything_happens(
    notifying: ModuleType,
) -> None:
    """Every rule of it, without importing those that are there."""
    told = [
        {"on": ["acted"], "notifier": name}
        for name in ("no.such.Thing", "json.tool.main", "airflow.no_such.Thing")
    ]
    with pytest.raises(SettingsError) as raised:
        notifying.require_sound({"HORAE_NOTIFY": json.dumps(told)})
    assert "0.notifier: got no.such.Thing" in str(raised.value)
    assert "2.notifier: got airflow.no_such.Thing" in str(raised.value)
    assert "json.tool" not in str(raised.value)


@pytest.mark.parametrize("seconds", ["0", "-1", "601", "nan", "soon"])
def test_telling_may_take_a_while_and_not_for_ever(notifying: ModuleType, seconds: str) -> None:
    """Above nothing and at most ten minutes."""
    with pytest.raises(SettingsError, match="above 0 and at most 600"):
        notifying.seconds_of({"HORAE_NOTIFY_SECONDS": seconds})


def test_a_trial_says_how_many_were_told(
    notifying: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And fails where one was not, so that its run turns red."""
    form = {"params": {"event": "blind", "job": "ysb", "sentence": "This is only a trial."}}
    rules(monkeypatch, "Heard", "Heard")
    assert notifying.send_trial(form) == "2 notifiers were told of blind"
    assert [one["sentence"] for one in HEARD] == ["This is only a trial."] * 2
    rules(monkeypatch, "Heard", "Fails")
    with pytest.raises(Unavailable, match="not all 2 notifiers of blind could be told"):
        notifying.send_trial(form)
