"""Trust: windows come in, verdicts go out."""
