"""What journals of tests have in common."""


class LonelyJournal:
    """Never halts, and knows of nobody else."""

    def halted(self) -> str | None:
        """Never."""
        return None

    def require_lease(self) -> None:
        """It holds."""

    def seen(self) -> tuple[str, ...]:
        """Nothing."""
        return ()
