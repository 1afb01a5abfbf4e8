"""Tells people, through whatever notifiers of Airflow the setting `HORAE_NOTIFY` names.

Telling never raises and never takes longer than `HORAE_NOTIFY_SECONDS`: a notifier that fails or
hangs must not keep a job from being looked after. What went wrong is in the task's log.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from threading import Thread
from time import monotonic
from typing import Any

from airflow.sdk import BaseNotifier

from horae.errors import Fault, HoraeError, SettingsError, Unavailable
from horae.settings.environment import told_seconds
from horae.settings.notify_rules import VARIABLE, Event, NotifyRule, notify_rules
from horae_airflow.notice import Notice

SECONDS = 10.0
"""Half of what Airflow allows a task that has ended for its callbacks
(`core.task_success_overtime`)."""

log = logging.getLogger(__name__)


def tell(
    event: Event,
    *,
    sentence: str,
    job: str | None = None,
    decision: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> bool:
    """Tell everybody who wants to hear of an event.

    Args:
        event: What happened.
        sentence: For people.
        job: The job's name; None: of no single job.
        decision: Id of the decision it is about; None: of none.
        context: Airflow's context of the task, for templates; None: there is none.

    Returns:
        Whether all were told, also where nobody wants to hear. Calling again tells all again.
    """
    notice = Notice(
        event=event, job=job, sentence=sentence, decision=decision, at=datetime.now(UTC)
    )
    try:
        rules = [rule for rule in rules_of(os.environ) if event in rule.on]
        seconds = seconds_of(os.environ)
    except SettingsError as error:
        log.error("Nobody is told of %s: %s", event, error)
        return False
    return _told_in_time([_Telling(rule, notice, context or {}) for rule in rules], seconds)


def rules_of(environ: Mapping[str, str]) -> tuple[NotifyRule, ...]:
    """Who is told of what.

    Raises:
        SettingsError: `HORAE_NOTIFY` is faulty.
    """
    return notify_rules(environ.get("HORAE_NOTIFY"))


def seconds_of(environ: Mapping[str, str]) -> float:
    """How long telling may take.

    Raises:
        SettingsError: `HORAE_NOTIFY_SECONDS` is faulty.
    """
    return told_seconds(
        "HORAE_NOTIFY_SECONDS",
        environ.get("HORAE_NOTIFY_SECONDS"),
        default=SECONDS,
        allowed=lambda seconds: 0 < seconds <= 600,
        expected="seconds, above 0 and at most 600",
    )


def require_sound(environ: Mapping[str, str]) -> None:
    """Return if the settings can be read and each notifier's package is there; imports none.

    Raises:
        SettingsError: Every fault at once.
    """
    seconds_of(environ)
    faults = [
        Fault(
            where=f"{at}.notifier",
            line=None,
            value=rule.notifier,
            expected=f"a class of an installed package; there is no module {rule.module}",
        )
        for at, rule in enumerate(rules_of(environ))
        if not _is_there(rule.module)
    ]
    if faults:
        raise SettingsError(VARIABLE, faults)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def send_trial(context: Mapping[str, Any]) -> str:
    """Send the message that a run of `notify` asks for; a sentence on it.

    Raises:
        SettingsError: The settings are faulty.
        Unavailable: Not everybody could be told; the log says who and why.
    """
    asked = context["params"]
    event = Event(asked["event"])
    count = sum(event in rule.on for rule in rules_of(os.environ))
    if not tell(event, job=asked["job"] or None, sentence=asked["sentence"], context=context):
        raise Unavailable(f"not all {count} notifiers of {event} could be told; the log says why")
    return f"{count} notifiers were told of {event}"


def made(rule: NotifyRule) -> BaseNotifier:
    """The notifier of a rule.

    Raises:
        SettingsError: There is no such class, it is no notifier, or not made so.
    """
    try:
        kind = getattr(import_module(rule.module), rule.notifier.rpartition(".")[2])
    except (ImportError, AttributeError) as error:
        raise _faulty(rule, f"a class that can be imported; {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, BaseNotifier)):
        raise _faulty(rule, "a subclass of airflow.sdk.BaseNotifier")
    try:
        return kind(**rule.arguments)
    except TypeError as error:
        raise _faulty(rule, f"a class that takes these arguments; {error}") from error


def _faulty(rule: NotifyRule, wanted: str) -> SettingsError:
    fault = Fault(where="notifier", line=None, value=rule.notifier, expected=wanted)
    return SettingsError(VARIABLE, [fault])


class _Telling(Thread):
    """One notifier at work; it is left behind where it hangs."""

    def __init__(self, rule: NotifyRule, notice: Notice, context: Mapping[str, Any]) -> None:
        super().__init__(name=f"telling {rule.notifier}", daemon=True)
        self.rule, self.notice = rule, notice
        self.done = False
        self._airflow = {**context, "horae": notice}
        self._context = copy_context()

    def run(self) -> None:
        """Tell; what goes wrong is logged by its kind, for its text may hold an address."""
        try:
            self._context.run(self._tell)
            self.done = True
        except HoraeError as error:
            log.error("%s was not told of %s: %s", self.rule.notifier, self.notice.event, error)
        except Exception as error:  # a notifier may raise anything
            kind = type(error).__name__
            log.error("%s was not told of %s: %s", self.rule.notifier, self.notice.event, kind)

    def _tell(self) -> None:
        made(self.rule)(self._airflow)


def _told_in_time(tellings: Sequence[_Telling], seconds: float) -> bool:
    until = monotonic() + seconds
    for telling in tellings:
        telling.start()
    for telling in tellings:
        telling.join(max(0.0, until - monotonic()))
        if telling.is_alive():
            rule, event = telling.rule, telling.notice.event
            log.error("%s was not told of %s within %g s", rule.notifier, event, seconds)
    return all(telling.done for telling in tellings)
