"""A database server that stands still: it takes connections and answers nothing, until it goes on.

It is as a machine that is suspended, or whose disk hangs; nothing is closed, so that nobody is
told of it.
"""

from collections.abc import Iterator
from contextlib import suppress

import psutil
from postgresql_cluster import Cluster


def stand_still(cluster: Cluster) -> None:
    """Stop all processes of a server where they are, the one that makes others first."""
    for process in processes(cluster):
        with suppress(psutil.NoSuchProcess):
            process.suspend()


def go_on(cluster: Cluster) -> None:
    """Let them go on; safe to repeat, also where nothing stands still."""
    for process in processes(cluster):
        with suppress(psutil.NoSuchProcess):
            process.resume()


def processes(cluster: Cluster) -> Iterator[psutil.Process]:
    """The postmaster, then those that it has made by then; none where it does not run."""
    record = cluster.folder / "data" / "postmaster.pid"
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        postmaster = psutil.Process(int(record.read_text().split()[0]))
        yield postmaster
        yield from postmaster.children(recursive=True)
