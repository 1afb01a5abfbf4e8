"""The thin glue that knows both Airflow and the library."""
