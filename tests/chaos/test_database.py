"""A database that stands still, and goes on."""

import psutil
import pytest
from postgresql_cluster import temporary_cluster
from sqlalchemy import create_engine, text

from chaos.database import go_on, processes, stand_still


@pytest.mark.enable_socket
def test_a_database_that_stood_still_goes_on_where_it_was() -> None:
    """All its processes are stopped, one that serves a connection too; afterwards that answers."""
    with temporary_cluster() as cluster:
        engine = create_engine(cluster.url("postgres"))
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            stand_still(cluster)
            try:
                states = [one.status() for one in processes(cluster)]
            finally:
                go_on(cluster)
            assert len(states) >= 3  # the postmaster, its helpers, and ours
            assert set(states) == {psutil.STATUS_STOPPED}
            assert connection.scalar(text("SELECT 2")) == 2
        engine.dispose()
