"""What a run cost and broke."""
