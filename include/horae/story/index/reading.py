"""Reads values of the domain out of an entry's body; one that is not as it must be is None."""

from pydantic import ValidationError

from horae.control.entries import from_body
from horae.domain.configuration import Configuration
from horae.story.decision.reading import Json, part


def configuration(body: Json, name: str) -> Configuration | None:
    """A configuration that can be reckoned with."""
    try:
        found = from_body(Configuration, part(body, name))
    except ValidationError:
        return None
    return found if found.parallelism >= 1 and found.slots >= 1 else None
