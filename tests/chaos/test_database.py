"""A database that stands still, and goes on."""

from contextlib import closing

import psutil
import psycopg
import pytest
from postgresql_cluster import Cluster, temporary_cluster

from chaos.database import go_on, processes, stand_still
from deadlines import wait_for


@pytest.mark.enable_socket
def test_a_database_that_stood_still_goes_on_where_it_was() -> None:
    """All its processes are stopped, one that serves a connection too; afterwards that answers."""
    with (
        temporary_cluster() as cluster,
        closing(psycopg.connect(cluster.address("postgres"))) as connection,
    ):
        connection.execute("SELECT 1")
        stand_still(cluster)
        try:
            # A signal takes effect when the process is next scheduled.
            wait_for(lambda: states(cluster) == {psutil.STATUS_STOPPED}, "standing", seconds=20)
            # the postmaster, its helpers, and ours
            assert sum(1 for _ in processes(cluster)) >= 3
        finally:
            go_on(cluster)
        assert connection.execute("SELECT 2").fetchone() == (2,)


def states(cluster: Cluster) -> set[str]:
    """Of all its processes."""
    return {one.status() for one in processes(cluster)}
