"""What validation says of a window."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a broken rule means for the window."""

    BLOCKS = "blocks"  # the window is not usable
    WARNS = "warns"  # the window is usable, the rule is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """One rule that a window breaks.

    Attributes:
        rule: Name of the rule, such as `freshness`.
        metric: The metric concerned, or `window`.
        severity: What follows.
        sentence: What came and what was expected, with units.
        rows: Number of rows that break it; None for a rule about the whole window.
    """

    rule: str
    metric: str
    severity: Severity
    sentence: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a window may be trusted.

    Attributes:
        job: The job's name.
        window: Id of the window.
        usable: No rule that blocks is broken.
        broken: Every broken rule.
        rules: Number of rules asked.
        report: Where the full report can be opened; None when none was written.
    """

    job: str
    window: str
    usable: bool
    broken: tuple[BrokenRule, ...]
    rules: int
    report: str | None = None
