"""What was expected, in words for people: one phrase a kind of mistake."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

Context = Mapping[str, Any]


def closest(word: str, known: Iterable[str]) -> str:
    """A question such as `; did you mean 'auto'?`; empty where nothing is close."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def one_of(word: Any, known: Iterable[str]) -> str:
    """`one of a, b`, and which of them was probably meant."""
    names = list(known)
    listed = f"one of {', '.join(names)}" if len(names) > 1 else names[0]
    return listed + (closest(word, names) if isinstance(word, str) else "")


def show_number(value: float) -> str:
    """A number for people, never with an exponent where it is whole."""
    return str(int(value)) if value == int(value) else f"{value:g}"


def _listed(error: ErrorDetails) -> str:
    context = error["ctx"]
    return one_of(
        context.get("tag", error["input"]),
        re.findall(r"'([^']*)'", context.get("expected_tags") or context["expected"]),
    )


def _text(error: ErrorDetails) -> str:
    value = error["input"]
    quoted = isinstance(value, int | float)
    return f'text; put it in quotes: "{value}"' if quoted else "text"


def _bound(words: str, name: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"a number {words} {show_number(error['ctx'][name])}"


def _always(words: str) -> Callable[[ErrorDetails], str]:
    return lambda error: words


_SECTION = _always("a section: names with values, indented beneath")
_TIME = _always("a time of day such as 22:30 or 06:00")

PHRASES: Mapping[str, Callable[[ErrorDetails], str]] = {
    "enum": _listed,
    "literal_error": _listed,
    "union_tag_invalid": _listed,
    "union_tag_not_found": _listed,
    "model_type": _SECTION,
    "dict_type": _SECTION,
    "model_attributes_type": _SECTION,
    "string_type": _text,
    "string_too_short": _always("text that is not empty"),
    "bool_type": _always("true or false"),
    "bool_parsing": _always("true or false"),
    "int_type": _always("a whole number"),
    "int_parsing": _always("a whole number"),
    "int_from_float": _always("a whole number"),
    "float_type": _always("a number"),
    "float_parsing": _always("a number"),
    "finite_number": _always("a finite number"),
    "tuple_type": _always("a list, such as [1, 2]"),
    "time_type": _TIME,
    "time_parsing": _TIME,
    "greater_than": _bound("above", "gt"),
    "greater_than_equal": _bound("of at least", "ge"),
    "less_than": _bound("below", "lt"),
    "less_than_equal": _bound("of at most", "le"),
    "value_error": lambda error: str(error["ctx"]["error"]),
}
"""Kind of a pydantic error to what was expected instead."""


def expected(error: ErrorDetails) -> str:
    """What was expected where `error` was found.

    An error of a kind that has no phrase keeps pydantic's own words.
    """
    phrase = PHRASES.get(error["type"])
    return phrase(error) if phrase else f"something else ({error['msg']})"
