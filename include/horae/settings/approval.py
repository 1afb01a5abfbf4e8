"""How a person is asked before Horae acts."""

from typing import Annotated, Literal

from pydantic import Field

from horae.settings.section import Settings
from horae.settings.value_types import SecondsFromZero

LONGEST_WAIT_SECONDS = 7 * 86_400
"""Older questions need not be looked for: none is open for longer."""


class ApprovalSettings(Settings):
    """In mode `approve`: how long an answer is waited for, and what silence means.

    Attributes:
        timeout_seconds: How long a question is open; meanwhile no other is asked.
        on_timeout: What happens where nobody answers: `refuse`, or `approve`: Horae then acts as
            in mode `auto`, if it still wants to and its own guards allow it.
        refused_seconds: How long what a person has refused is not asked for again, unless it has
            become urgent.
    """

    timeout_seconds: Annotated[float, Field(ge=10, le=LONGEST_WAIT_SECONDS)] = 900
    on_timeout: Literal["refuse", "approve"] = "refuse"
    refused_seconds: SecondsFromZero = 1_800
