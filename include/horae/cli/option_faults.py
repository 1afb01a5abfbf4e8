"""What is wrong with the options of a command, gathered so that it is all told at once."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from horae.errors import Fault, SettingsError
from horae.settings.phrases import expected, one_of
from horae.simulation.calibration.forms import FORMS
from horae.simulation.calibration.tables import TABLES

Value = TypeVar("Value")


def made_folder(command: str, folder: Path) -> Path:
    """The folder of `--out`, which is there afterwards.

    Raises:
        SettingsError: It cannot be made, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
    else:
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
        why = "no permission to write there"
    wanted = "a folder that can be made and written to"
    fault = Fault(where="--out", line=None, value=f"{folder} ({why})", expected=wanted)
    raise SettingsError(command, [fault])


class OptionFaults:
    """Gathers what is wrong, so that it is all told at once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, where: str, value: str, wanted: str) -> None:
        """One more."""
        self.found.append(Fault(where=where, line=None, value=value, expected=wanted))

    def pairs(self, option: str, texts: tuple[str, ...], form: str) -> dict[str, str]:
        """`NAME=VALUE` by name."""
        pairs = {}
        for text in texts:
            name, equals, value = text.partition("=")
            if not (name and equals and value):
                self.add(option, repr(text), form)
            else:
                pairs[name] = value
        return pairs

    def by_table(
        self, option: str, texts: tuple[str, ...], form: str
    ) -> dict[str, dict[str, str]]:
        """`TABLE.NAME=VALUE` by table and name."""
        found: dict[str, dict[str, str]] = {table: {} for table in FORMS}
        for place, value in self.pairs(option, texts, form).items():
            table, _, name = place.partition(".")
            if table not in FORMS or not name:
                self.add(option, repr(place), f"{form}; TABLE is {one_of(table, FORMS)}")
            else:
                found[table][name] = value
        return found

    def value(self, option: str, kind: Any, given: Any) -> Any:
        """A value of a kind; None where it is none, which is a fault."""
        try:
            return TypeAdapter(kind).validate_python(given)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                place = ".".join([option, *map(str, one["loc"])])
                self.add(place, repr(one["input"]), expected(one))
            return None

    def attempt(self, read: Callable[[], Value]) -> Value | None:
        """What it gives; None where it has faults, which are kept."""
        try:
            return read()
        except SettingsError as error:
            self.found += [
                replace(fault, where=f"{error.source}: {fault.where}")
                if error.source != TABLES
                else fault
                for fault in error.faults
            ]
            return None
