"""What the settings classes are made of, read from the classes themselves."""

import inspect
import re
from typing import Any, Literal, get_args, get_origin

from horae.settings.job_spec import JobSpec
from horae.settings.lined_yaml import Place
from horae.settings.section import Settings

Kinds = tuple[type[Settings], ...]
"""Classes that may stand at one place; several where an entry names which."""


def kinds_in(annotation: Any) -> Kinds:
    """The settings classes that an annotation allows, in order."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return (annotation,)
    return tuple(kind for part in get_args(annotation) for kind in kinds_in(part))


def locate(location: Place, root: type[Settings] = JobSpec) -> tuple[Place, Kinds]:
    """Translate a place as pydantic names it, with the kind of a union as a step of its own.

    Args:
        location: Such as `("policy", "planner", "draws")`.
        root: What the whole file says.

    Returns:
        The place in the file, `("policy", "draws")`, and the classes that may stand there.
    """
    kinds: Kinds = (root,)
    place: list[str | int] = []
    for part in location:
        chosen = tuple(kind for kind in kinds if len(kinds) > 1 and kind_name(kind)[1] == part)
        if chosen:
            kinds = chosen
            continue
        place.append(part)
        kinds = kinds if isinstance(part, int) else _beneath(kinds, part)
    return tuple(place), kinds


def _beneath(kinds: Kinds, name: str) -> Kinds:
    """A name that is no entry is one that a file gave to a section, as to one of several alike."""
    fields = [kind.model_fields[name] for kind in kinds if name in kind.model_fields]
    return kinds_in(fields[0].annotation) if fields else kinds


def kind_name(kind: type[Settings]) -> tuple[str, str]:
    """The entry that tells a class from its siblings, and what it says; empty where none does."""
    for name, field in kind.model_fields.items():
        if get_origin(field.annotation) is Literal:
            return name, str(get_args(field.annotation)[0])
    return "", ""


def meanings(kind: type[Settings]) -> dict[str, str]:
    """Each entry of a class with what its docstring says of it, on one line."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
    entries = re.findall(r"^ {4}(\w+): ((?:.*(?:\n {8}.*)*))", text, flags=re.MULTILINE)
    return {name: " ".join(said.split()) for name, said in entries}


def summary(kind: type[Settings]) -> str:
    """What the docstring of a class says first, on one line."""
    paragraph = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split())
