"""The command line: the library without Airflow."""
