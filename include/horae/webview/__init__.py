"""Pages about what Horae saw, decided and did: ledger in, HTML out. Airflow is not known here."""
