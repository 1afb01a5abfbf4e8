"""Kinds of values in settings: each with bounds, and with words for people where it is wrong."""

import re
import zoneinfo
from datetime import time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from horae.settings.phrases import closest

Value = TypeVar("Value")


def _is_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,62}", text):
        raise ValueError(
            "1 to 63 lower-case letters, digits, '_', '.' or '-', a letter or digit first"
        )
    return text


def _is_topic(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", text):
        raise ValueError("a Kafka topic: 1 to 249 letters, digits, '.', '_' or '-'")
    return text


def _are_choices(values: tuple[Value, ...]) -> tuple[Value, ...]:
    if not values or len(set(values)) < len(values):
        raise ValueError("a list with at least one entry and none twice")
    return values


def _is_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        known = zoneinfo.available_timezones()
        raise ValueError(f"an IANA time zone such as Europe/Berlin or UTC{closest(name, known)}")
    return name


def _is_local(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("a local time without an offset, such as 22:30; `zone` names the zone")
    return moment


Name = Annotated[str, AfterValidator(_is_name)]
"""Lower case, digits, `_`, `.` and `-`: it names ledger chains, files and Airflow map indexes."""

Topic = Annotated[str, AfterValidator(_is_topic)]
Text = Annotated[str, Field(min_length=1)]
LocalTime = Annotated[time, AfterValidator(_is_local)]
Zone = Annotated[str, AfterValidator(_is_zone)]

# The upper bounds are far beyond any sensible value: they catch a wrong unit, such as bytes for
# MiB, and keep every sum of times within what a calendar can hold.
Seconds = Annotated[float, Field(gt=0, le=366 * 86_400)]
SecondsFromZero = Annotated[float, Field(ge=0, le=366 * 86_400)]
Hours = Annotated[float, Field(gt=0, le=366 * 24)]
Days = Annotated[float, Field(gt=0, le=366)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, le=1e9)]
Subtasks = Annotated[int, Field(ge=1, le=32_768)]  # Flink has at most 2**15 key groups
Slots = Annotated[int, Field(ge=1, le=1_024)]
Cores = Annotated[float, Field(gt=0, le=1_024)]
Mebibytes = Annotated[int, Field(ge=512, le=4 * 1_024**2)]

Choices = Annotated[tuple[Value, ...], AfterValidator(_are_choices)]
"""Legal values: at least one, none twice."""
