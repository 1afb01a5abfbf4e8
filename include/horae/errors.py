"""Every error that Horae raises on purpose.

HoraeError
├── SettingsError            a job spec or setting is wrong; carries every fault at once
├── ExternalError            an outside system did not do its part
│   ├── Unavailable          not reachable, timed out or answering 5xx; trying again may help
│   ├── Refused              answered, and said no; trying the same again will not help
│   ├── UnexpectedReply      answered with something that this version does not understand
│   └── JobNotRunning        the job is absent, finished, doubled or not running
├── NotReady                 not enough was seen yet; waiting helps, nothing is wrong
├── ActionError              an action could not be carried out
│   ├── LeaseTaken           somebody else acts on the job; names who and until when
│   └── Overtaken            somebody else started the job meanwhile; names its incarnation
├── LedgerError
│   ├── LedgerBroken         the hash chain does not verify; names the entries
│   └── LeaseLost            the lease is someone else's now; nothing more may be recorded or done
└── LocalStackError          the local stack could not be started or stopped
    ├── MissingTool          Java, Maven or the like; names the install command
    └── PortInUse            names the port and its option

"Not yet" is NotReady, "no" is a guard's refusal (a value, not an error) or Refused, and "broken"
is everything else. A message says what came, what was expected and what to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class HoraeError(Exception):
    """Root of the tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with an input.

    Attributes:
        where: Place in the input, such as `limits.processing_latency_seconds`.
        line: Line in the file, counted from 1; None where the input has no lines.
        value: What came, as text.
        expected: What would have been right, and what to do.
    """

    where: str
    line: int | None
    value: str
    expected: str

    def __str__(self) -> str:
        """One line, the place first."""
        at = f"line {self.line}: " if self.line is not None else ""
        return f"{at}{self.where}: got {self.value}; expected {self.expected}"


class SettingsError(HoraeError):
    """A job spec or setting is wrong."""

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        self.source = source
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        super().__init__(f"{source}: {len(self.faults)} {noun}\n{listed}")


class ExternalError(HoraeError):
    """An outside system did not do its part."""


class Unavailable(ExternalError):
    """Not reachable, timed out or answering 5xx; trying again may help."""


class Refused(ExternalError):
    """The system answered, and said no; trying the same again will not help."""


class UnexpectedReply(ExternalError):
    """The system answered with something that this version does not understand."""


class JobNotRunning(ExternalError):
    """The job is absent, finished, doubled or not running."""


class NotReady(HoraeError):
    """Not enough was seen yet; waiting helps, nothing is wrong."""


class ActionError(HoraeError):
    """An action could not be carried out.

    Attributes:
        facts: What the step that raised it saw, for later steps; a JSON object.
    """

    def __init__(self, message: str, *, facts: Mapping[str, Any] | None = None) -> None:
        self.facts = dict(facts or {})
        super().__init__(message)


class LeaseTaken(ActionError):
    """Somebody else acts on the job; the message names who, for which action and until when."""


class Overtaken(ActionError):
    """Somebody else started the job while an action was under way.

    Args:
        job_id: Their incarnation.
        reason: What was seen.
    """

    def __init__(self, job_id: str, reason: str) -> None:
        super().__init__(reason, facts={"overtaken_by": job_id})


class LedgerError(HoraeError):
    """The ledger could not be read or written."""


class LedgerBroken(LedgerError):
    """The hash chain does not verify."""


class LeaseLost(LedgerError):
    """The lease is someone else's now; nothing more may be recorded or done."""


class LocalStackError(HoraeError):
    """The local stack could not be started or stopped."""


class MissingTool(LocalStackError):
    """A program that Horae does not bring itself is not installed."""


class PortInUse(LocalStackError):
    """A port is taken by another program."""
