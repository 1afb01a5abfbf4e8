"""Processes with a ledger of their own, that do what they are told and may be killed."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from lease_scene import MINUTE, a_step

from horae.errors import HoraeError
from horae.ledger.opening import open_ledger

ANSWER_SECONDS = 60.0
"""Longest wait for a process: it starts in one or two, and waits 30 at most for the database."""

_SPAWNING = multiprocessing.get_context("spawn")


class LedgerProcess:
    """A process that was started afresh, and what it says.

    Args:
        target: What it does; given the URL, a connection to hear by and one to speak by.
        url: The ledger's.
    """

    def __init__(self, target: Callable[[str, Connection, Connection], None], url: str) -> None:
        orders, self._tell = _SPAWNING.Pipe(duplex=False)
        self._hear, replies = _SPAWNING.Pipe(duplex=False)
        self._process = _SPAWNING.Process(target=target, args=(url, orders, replies), daemon=True)
        self._process.start()
        # The process has its own ends now; with ours closed, its death ends what we hear.
        orders.close()
        replies.close()

    def begin(self, method: str, *values: object, **options: object) -> None:
        """Tell it to call a method of its ledger, and do not wait."""
        self._tell.send((method, values, options))

    def heard(self) -> Any:
        """The next thing that it says; EOFError once it is dead and all is heard."""
        assert self._hear.poll(ANSWER_SECONDS), "the process said nothing"
        return self._hear.recv()

    def does(self, method: str, *values: object, **options: object) -> Any:
        """Tell it to call a method, and give what comes of it: a result, or an error raised."""
        self.begin(method, *values, **options)
        answer = self.heard()
        if isinstance(answer, HoraeError):
            raise answer
        return answer

    def pause(self) -> None:
        """Let it sleep, as a machine that swaps or a virtual one that is moved."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Wake it."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self._process.kill()
        self._process.join(ANSWER_SECONDS)
        assert self._process.exitcode == -signal.SIGKILL

    def close(self) -> None:
        """End it if it lives, and forget it."""
        self._process.kill()
        self._process.join(ANSWER_SECONDS)
        self._process.close()
        self._tell.close()
        self._hear.close()


@contextmanager
def ledger_processes(
    number: int, url: str, target: Callable[[str, Connection, Connection], None] | None = None
) -> Iterator[list[LedgerProcess]]:
    """So many processes, all of which have opened the ledger; ended with the block."""
    processes = [LedgerProcess(target or obey, url) for _ in range(number)]
    try:
        for process in processes:
            assert process.heard() == "open"
        yield processes
    finally:
        for process in processes:
            process.close()


def obey(url: str, orders: Connection, replies: Connection) -> None:
    """What a process does that calls the methods it is told."""
    ledger = open_ledger(url)
    replies.send("open")
    while True:
        method, values, options = orders.recv()
        try:
            replies.send(getattr(ledger, method)(*values, **options))
        except HoraeError as error:
            replies.send(error)


def append_for_ever(url: str, orders: Connection, replies: Connection) -> None:
    """What a process does that takes the lease of `ysb` and records without end.

    It tells the lease, and then the number of each entry once the entry is in.
    """
    ledger = open_ledger(url)
    replies.send("open")
    holder = f"process-{os.getpid()}"
    now = orders.recv()[1][0]
    lease = ledger.take_lease("ysb", action_id="a", holder=holder, now=now, seconds=MINUTE)
    replies.send(lease)
    for step in count():
        replies.send(ledger.append(a_step(f"{holder}/{step}"), lease).number)
