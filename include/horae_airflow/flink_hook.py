"""The hook behind the Flink connection type; it tests a connection and nothing else."""

from typing import Any

from airflow.sdk import BaseHook


class FlinkHook(BaseHook):
    """Reaches a Flink cluster's REST through an Airflow connection.

    Args:
        flink_conn_id: Id of the connection.
    """

    conn_name_attr = "flink_conn_id"
    default_conn_name = "flink_default"
    conn_type = "flink"
    hook_name = "Flink REST"

    def __init__(self, flink_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.flink_conn_id = flink_conn_id

    def test_connection(self) -> tuple[bool, str]:
        """Ask the cluster for its version.

        Returns:
            Whether it answered, and a sentence for people.
        """
        from horae.clients.flink import FlinkClient
        from horae.errors import HoraeError
        from horae_airflow.surroundings import flink_connection

        try:
            with FlinkClient(flink_connection(self.flink_conn_id)) as client:
                overview = client.overview()
        except HoraeError as error:
            return False, str(error)
        return True, f"Flink {overview.flink_version} with {overview.task_managers} TaskManagers"
