"""Makes the pool of actions when Airflow starts."""

from airflow.plugins_manager import AirflowPlugin

from horae_airflow.pool import PoolKeeper


class HoraePool(AirflowPlugin):
    """Registers the keeper of the pool."""

    name = "horae_pool"
    listeners = [PoolKeeper()]  # noqa: RUF012 - as Airflow wants it
