"""The simulated job as an engine, a metric source and a clock."""
