"""Lengths of time as people write them: `90s`, `90m`, `6h`, `2d`, `1w`, or plain seconds."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([smhdw]?)")


def seconds_of(told: Any) -> Any:
    """Seconds of a length that is told as text; anything else as it is.

    Raises:
        ValueError: The text tells no length.
    """
    if not isinstance(told, str):
        return told
    found = _LENGTH.fullmatch(told.strip())
    if found is None:
        raise ValueError("a length of time such as 90s, 45m, 6h, 2d or 1w")
    return float(found[1]) * _UNITS[found[2]]


def hours_of(told: Any) -> Any:
    """The same, where a number without a unit means hours."""
    plain = isinstance(told, str) and re.fullmatch(r"[\d.]+", told.strip())
    return seconds_of(f"{told.strip()}h" if plain else told)


Duration = Annotated[float, BeforeValidator(seconds_of), Field(gt=0, allow_inf_nan=False)]
"""Seconds, more than none."""

Moment = Annotated[float, BeforeValidator(seconds_of), Field(ge=0, allow_inf_nan=False)]
"""Seconds since the beginning."""

Hours = Annotated[float, BeforeValidator(hours_of), Field(gt=0, allow_inf_nan=False)]
"""Seconds, told in hours where no unit stands there."""
