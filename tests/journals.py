"""What journals of tests have in common."""

from datetime import datetime


class LonelyJournal:
    """Never halts, and knows of nobody else."""

    def halted(self) -> str | None:
        """Never."""
        return None

    def is_ours(self, now: datetime) -> bool:
        """Always."""
        return True

    def seen(self) -> tuple[str, ...]:
        """Nothing."""
        return ()
