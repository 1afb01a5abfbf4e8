"""What the pages say of the kill switches; not being able to know is said as well."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from horae.errors import HoraeError
from horae.webview.horae import Horae


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchState:
    """Whether Horae is stopped.

    Attributes:
        thrown: Switches that stop it, by name, with the reason that each was given.
        unknown: Why it cannot be known; None: it is.
    """

    thrown: Mapping[str, str] = field(default_factory=dict)
    unknown: str | None = None


def fleet_switch(horae: Horae) -> SwitchState:
    """Whether the whole fleet is stopped."""
    try:
        reason = horae.switches.fleet()
    except HoraeError as error:
        return SwitchState(unknown=str(error))
    return SwitchState(thrown={} if reason is None else {"the fleet": reason})


def job_switch(horae: Horae, job: str) -> SwitchState:
    """Whether one job is stopped, by its own switch or the fleet's."""
    try:
        return SwitchState(thrown=horae.switches.thrown(job))
    except HoraeError as error:
        return SwitchState(unknown=str(error))
