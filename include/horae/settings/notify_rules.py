"""Who is told of what: the rules that `HORAE_NOTIFY` holds, as JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from horae.errors import Fault, SettingsError
from horae.settings.phrases import closest, expected
from horae.settings.section import Settings

VARIABLE = "HORAE_NOTIFY"

_SECRET = re.compile(
    r"(^|_)pass$|pass(word|wd|phrase)|secret|token|api_?key|authori[sz]ation", re.IGNORECASE
)
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


class Event(StrEnum):
    """What people want to hear of."""

    NEEDS_APPROVAL = "needs_approval"  # a decision waits for a person
    ACTED = "acted"  # an action ended, and the job runs as it was to
    ROLLED_BACK = "rolled_back"  # an action ended in a roll-back or worse
    BLIND = "blind"  # nothing was concluded about a job for too long
    LEDGER_BROKEN = "ledger_broken"  # an audit found entries that do not hold
    OVERDUE = "overdue"  # a run of `rescale` has not ended for too long


class NotifyRule(Settings):
    """One notifier, and what it is told of.

    Attributes:
        on: Events.
        notifier: Its class, as `package.module.Class`; a notifier of Airflow.
        arguments: What it is made with; text may hold templates. Secrets do not belong here, but
            into an Airflow connection that an argument names.
    """

    on: Annotated[tuple[Event, ...], Field(min_length=1)]
    notifier: str
    arguments: Mapping[str, Any] = Field(default_factory=dict)

    @property
    def module(self) -> str:
        """Module of the class."""
        return self.notifier.rpartition(".")[0]


_RULES = TypeAdapter(tuple[NotifyRule, ...])


def notify_rules(text: str | None) -> tuple[NotifyRule, ...]:
    """The rules that a text holds; none where it is absent or empty.

    Raises:
        SettingsError: Every fault at once; no value of an argument is in it.
    """
    if not (text or "").strip():
        return ()
    try:
        rules = _RULES.validate_python(json.loads(text or ""))
    except json.JSONDecodeError as error:
        fault = Fault(
            where="the text",
            line=error.lineno,
            value=f"no JSON ({error.msg} at character {error.pos})",
            expected='a list such as [{"on": ["rolled_back"], "notifier": "package.Class"}]',
        )
        raise SettingsError(VARIABLE, [fault]) from None
    except ValidationError as error:
        faults = [_fault(one) for one in error.errors(include_url=False)]
        raise SettingsError(VARIABLE, faults) from None
    faults = [fault for at, rule in enumerate(rules) for fault in _senseless(at, rule)]
    if faults:
        raise SettingsError(VARIABLE, faults)
    return rules


def _fault(error: ErrorDetails) -> Fault:
    place = ".".join(str(part) for part in error["loc"])
    wanted, value = expected(error), type(error["input"]).__name__
    if error["type"] == "extra_forbidden":
        names = list(NotifyRule.model_fields)
        wanted = f"one of {', '.join(names)}{closest(str(error['loc'][-1]), names)}"
    elif error["type"] == "missing":
        value, wanted = "nothing", "a value, for it has no default"
    elif error["type"] == "enum":
        value = repr(error["input"])
    elif error["type"] in ("too_short", "tuple_type"):
        wanted = f"a list of at least one of {', '.join(Event)}" if "on" in place else "a list"
    return Fault(where=place or "the text", line=None, value=value, expected=wanted)


def _senseless(at: int, rule: NotifyRule) -> Iterator[Fault]:
    if not _CLASS.fullmatch(rule.notifier):
        yield Fault(
            where=f"{at}.notifier",
            line=None,
            value=repr(rule.notifier),
            expected="a class such as horae_airflow.webhook.WebhookNotifier",
        )
    for name in _secrets(rule.arguments):
        yield Fault(
            where=f"{at}.arguments.{name}",
            line=None,
            value="what looks like a secret",
            expected="an argument that names an Airflow connection, which keeps it",
        )


def _secrets(arguments: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Names of arguments, also of nested ones, that hold a secret by their name."""
    for name, value in arguments.items():
        place = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _secrets(value, f"{place}.")
        elif _SECRET.search(str(name)):
            yield place
