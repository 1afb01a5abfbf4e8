"""Policies through the real cycle, many runs, the scoreboard and its report."""
