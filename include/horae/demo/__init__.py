"""Show: two compressed days on the real Kafka, Flink and Airflow; a summary comes out."""
