"""What the servers of the local stack have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local.jars import Jars
from horae.local.java import java_command, own_files_in
from horae.local.paths import LocalPaths
from horae.local.processes import Processes, end_of
from horae.local.stack_settings import StackSettings
from horae.local.tools import find_java
from horae.local.waiting import wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the servers of one stack run, and with what.

    Attributes:
        paths: Folders and files.
        settings: Ports and sizes.
        processes: Starts and finds processes.
        clock: For waiting.
    """

    paths: LocalPaths
    settings: StackSettings
    processes: Processes
    clock: Clock

    @property
    def jars(self) -> Jars:
        """The class paths."""
        return Jars(self.paths.jars)


class Server(ABC):
    """One server that is started, waited for and started again after a crash.

    Stopping it is the processes' part.

    Attributes:
        name: Of its process and its log.
        listens_on: Fields of `Ports` that it takes.
        patience_seconds: How long it may take until it answers.
    """

    name: ClassVar[str]
    listens_on: ClassVar[tuple[str, ...]]
    patience_seconds: ClassVar[float]

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def ports(self) -> set[int]:
        """The ports that it takes."""
        return {getattr(self._site.settings.ports, field) for field in self.listens_on}

    def start(self) -> None:
        """Start it unless it runs; returns before it answers. Safe to repeat, also after a crash.

        Raises:
            LocalStackError: Its storage could not be made, or it ended at once.
        """
        if self.name in self._site.processes.running():
            return
        self._prepare()
        # Not the caller's folder: Flink loads whatever it finds in a `plugins` beside it.
        self._site.processes.start(
            self.name, self._command(), log=self._log, cwd=self._site.paths.logs
        )

    def wait(self) -> None:
        """Return when it answers.

        Raises:
            LocalStackError: It has ended, or does not in time; with the end of its log.
        """
        ports = " and ".join(map(str, sorted(self.ports)))
        wait_until(
            self._runs_and_answers, f"{self.name} on port {ports}", clock=self._site.clock,
            seconds=self.patience_seconds, explain=lambda: end_of(self._log),
        )  # fmt: skip

    @abstractmethod
    def answers(self) -> bool:
        """Whether it does its work now."""

    @abstractmethod
    def _prepare(self) -> None:
        """Write its settings and make its folders, as far as they are not there."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Its command line."""

    def _runs_and_answers(self) -> bool:
        if self.name not in self._site.processes.running():
            raise LocalStackError(f"{self.name} has ended\n{end_of(self._log)}")
        return self.answers()

    @property
    def _log(self) -> Path:
        return self._site.paths.logs / f"{self.name}.log"

    @property
    def _own_files(self) -> Path:
        return self._site.paths.temporary / self.name

    def _java(
        self,
        main_class: str,
        arguments: Sequence[str],
        *,
        class_path: str,
        options: Sequence[str],
        logging: Path,
    ) -> list[str]:
        own_files = own_files_in(self._own_files)
        return java_command(
            find_java(), main_class, class_path=class_path, options=[*options, *own_files],
            logging=logging, arguments=arguments,
        )  # fmt: skip
