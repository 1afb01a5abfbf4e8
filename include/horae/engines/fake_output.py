"""What the job of a fake cluster has written: every record that was committed, how often."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the records up to the last one that was committed.

    Attributes:
        committed: Records that a reader has seen at least once.
        lost: Records before the last one seen that nobody will ever see.
        doubled: Records too many: one seen three times counts twice.
    """

    committed: int
    lost: int
    doubled: int


@dataclass(slots=True)
class Output:
    """Committed transactions, each a half-open range of positions in the input."""

    _ranges: list[list[int]] = field(default_factory=list)

    def commit(self, start: int, end: int) -> None:
        """Commit the results of the records from `start` up to, and without, `end`."""
        if start >= end:
            return
        for one in self._ranges:
            if one[1] == start:
                one[1] = end
                return
        self._ranges.append([start, end])

    def account(self) -> Account:
        """Count what was seen, skipped and seen again."""
        seen = end = doubled = 0
        for first, last in sorted(self._ranges):
            doubled += max(0, min(end, last) - first)
            seen += max(0, last - max(end, first))
            end = max(end, last)
        return Account(committed=seen, lost=end - seen, doubled=doubled)
