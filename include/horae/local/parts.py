"""Killing single parts of the running stack, as a crash would, and bringing them back."""

from collections.abc import Sequence

import psutil

from horae.errors import Refused
from horae.local.file_lock import held
from horae.local.flink_cluster import FlinkCluster
from horae.local.processes import end_of
from horae.local.server import Server, Site
from horae.local.task_managers import TaskManagers
from horae.local.waiting import wait_until

# A TaskManager has registered 8 s after its start on two idle cores; the rest is for busy ones.
_PATIENCE_SECONDS = 120.0


class Parts:
    """The servers and TaskManagers of one stack, by the names that its status shows.

    Args:
        site: Where they run.
        servers: All that belong to the stack.
        flink: Tells which TaskManagers have registered.
        task_managers: Starts lost ones again.
    """

    def __init__(
        self,
        site: Site,
        *,
        servers: Sequence[Server],
        flink: FlinkCluster,
        task_managers: TaskManagers,
    ) -> None:
        self._paths = site.paths
        self._processes = site.processes
        self._clock = site.clock
        self._servers = {server.name: server for server in servers}
        self._flink = flink
        self._task_managers = task_managers

    def kill(self, name: str) -> bool:
        """SIGKILL a part with all that it started, without asking or waiting for anybody.

        Safe to repeat.

        Returns:
            Whether it ran.

        Raises:
            Refused: The stack has no such part.
        """
        self._require_known(name)
        return self._processes.kill(name)

    def lost(self) -> tuple[str, ...]:
        """Parts that were started and have ended without being stopped, servers first."""
        ended = self._processes.ended()
        servers = [name for name in self._servers if name in ended]
        return (*servers, *self._task_managers.lost())

    def bring_back(self, *names: str) -> None:
        """Start parts as they were, side by side, and wait until each answers.

        One that runs is only waited for. A TaskManager gets its shape and name again, and answers
        when it has registered, so bring JobManager and ZooKeeper back before it or with it; one
        that is removed meanwhile, as when another was added for it, is not waited for. Safe to
        repeat.

        Raises:
            Refused: The stack has no such part, or there would be too many TaskManagers.
            Unavailable: A TaskManager could not be started.
            LocalStackError: A part does not answer in time; with the end of its log.
        """
        for name in names:
            self._require_known(name)
        servers = [server for name, server in self._servers.items() if name in names]
        others = [name for name in names if name not in self._servers]
        with held(self._paths.root / "stack.lock", self._clock):
            for server in servers:
                server.start()
            for name in others:
                self._task_managers.bring_back(name)
        for server in servers:
            server.wait()
        for name in others:
            self._wait_for_task_manager(name)

    def has_registered(self, task_manager: str) -> bool:
        """Whether Flink lists the very process that runs under this name now.

        For a while it may still list one that was killed.
        """
        port = self._flink.task_managers().get(task_manager)
        return any(port in _listening(each) for each in self._processes.family(task_manager))

    def _exists(self, task_manager: str) -> bool:
        return task_manager in {*self._task_managers.running(), *self._task_managers.lost()}

    def _require_known(self, name: str) -> None:
        known = {*self._servers, *self._task_managers.running(), *self._task_managers.lost()}
        if name not in known:
            raise Refused(f"got {name}; expected one of {', '.join(sorted(known))}")

    def _wait_for_task_manager(self, name: str) -> None:
        wait_until(
            lambda: self.has_registered(name) or not self._exists(name),
            f"{name} in Flink", clock=self._clock,
            seconds=_PATIENCE_SECONDS,
            explain=lambda: end_of(self._paths.logs / f"{name}.log"),
        )  # fmt: skip


def _listening(process: psutil.Process) -> set[int]:
    try:
        connections = process.net_connections("tcp")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return set()
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}
