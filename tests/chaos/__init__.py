"""The chaos suite: whatever dies, exactly one job runs in the end, and no record was lost.

Comes in: real Flink, Kafka and PostgreSQL, started here. Goes out: a line a case, and a report.
"""
