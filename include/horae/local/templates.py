"""Filling in the files of `deploy/local/`."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from horae.errors import LocalStackError


def fill_in(template: Path, values: Mapping[str, object]) -> str:
    """The text of `template` with every `${name}` replaced.

    Raises:
        LocalStackError: A name of the template is not among `values`; names it.
    """
    try:
        return Template(template.read_text()).substitute(values)
    except KeyError as missing:
        raise LocalStackError(
            f"{template.name} asks for {missing}; given are {', '.join(sorted(values))}"
        ) from missing


def write_filled_in(template: Path, values: Mapping[str, object], target: Path) -> None:
    """Write `template`, filled in, to `target`; its folder is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(fill_in(template, values))
