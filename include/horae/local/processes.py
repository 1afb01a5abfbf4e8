"""Processes that outlive the one that started them, and are found again after a crash.

Every process gets a session of its own, a record in a file, and a marker in its environment; its
children inherit session and marker. The record tells what should run. The marker finds what runs
although no record says so, as when the starter died in between. The session finds children that
have overwritten their environment, as programs do that set their own title. So nothing is ever
left over or doubled.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import psutil

from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local.file_lock import held
from horae.local.process_record import ProcessRecord, runs

_MARKER = "HORAE_LOCAL_PROCESS"
# Starts its arguments in the background and tells the id; being no child of ours, the process
# needs nobody to reap it.
_DETACH = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'


class Processes:
    """The processes of one folder; every method works from any process."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        details: Mapping[str, str] | None = None,
    ) -> ProcessRecord:
        """Start `argv` as `name`; one that already runs under that name is returned instead.

        Args:
            name: Its name, such as `kafka`; also the name of its record.
            argv: Program and arguments.
            log: File that what it writes is appended to; never inherited from the caller.
            env: Its environment; the caller's, if None.
            cwd: Its working folder; the caller's, if None.
            details: Kept in the record.

        Raises:
            LocalStackError: The program ended at once; with the end of its log.
        """
        with held(self._folder / "processes.lock", self._clock):
            running = self.running().get(name)
            if running is not None:
                return running
            self._kill_marked(name)
            log.parent.mkdir(parents=True, exist_ok=True)
            pid = _detach(argv, log, {**(env or os.environ), _MARKER: self._mark(name)}, cwd)
            return self._record(name, pid, argv, log, details or {})

    def running(self) -> dict[str, ProcessRecord]:
        """What was started and still runs, by name."""
        return {each.name: each for each in self._records() if each.is_alive}

    def stop(self, name: str, *, patience_seconds: float = 10.0) -> bool:
        """End `name` with all its children; True if there was anything to end. Safe to repeat.

        Args:
            name: As it was started.
            patience_seconds: How long it may take to end by itself after SIGTERM; then SIGKILL.
        """
        with held(self._folder / "processes.lock", self._clock):
            found = list(self._marked(name))
            self._end(found, patience_seconds)
            self._path(name).unlink(missing_ok=True)
            return bool(found)

    def kill(self, name: str) -> bool:
        """End `name` with all its children at once, as a crash would; True if any ran.

        Its record stays and tells what it was. Waits for nobody who is starting or stopping
        something; safe to repeat.
        """
        found = list(self._marked(name))
        self._force(found)
        return bool(found)

    def ended(self) -> dict[str, ProcessRecord]:
        """What has ended without having been stopped, by name."""
        return {each.name: each for each in self._records() if not each.is_alive}

    def stop_all(self, *, patience_seconds: float = 10.0) -> int:
        """End everything that was ever started in this folder; the number of processes ended."""
        with held(self._folder / "processes.lock", self._clock):
            found = list(self._marked(None))
            self._end(found, patience_seconds)
            for path in self._folder.glob("*.process.json"):
                path.unlink(missing_ok=True)
            return len(found)

    def family(self, name: str) -> list[psutil.Process]:
        """`name` and everything it started, as far as it still runs."""
        return list(self._marked(name))

    def _record(
        self, name: str, pid: int, argv: Sequence[str], log: Path, details: Mapping[str, str]
    ) -> ProcessRecord:
        try:
            created, session = psutil.Process(pid).create_time(), os.getsid(pid)
        except (psutil.NoSuchProcess, ProcessLookupError) as gone:
            raise LocalStackError(f"{name} ended at once\n{end_of(log)}") from gone
        record = ProcessRecord(
            name=name, pid=pid, created=created, session=session, argv=tuple(argv),
            log=str(log), details=dict(details),
        )  # fmt: skip
        record.write(self._path(name))
        return record

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.process.json"

    def _mark(self, name: str) -> str:
        return f"{self._folder.resolve()}:{name}"

    def _marked(self, name: str | None) -> Iterator[psutil.Process]:
        prefix = f"{self._folder.resolve()}:"
        sessions = self._sessions(name)
        for process in psutil.process_iter():
            mark = _mark_of(process)
            is_marked = mark.startswith(prefix) and (name is None or mark == self._mark(name))
            if is_marked or (not mark and _session_of(process) in sessions):
                yield process

    def _sessions(self, name: str | None) -> set[int]:
        """Sessions of what was started since the machine was; ids begin anew with it."""
        return {
            each.session
            for each in self._records()
            if (name is None or each.name == name) and each.created >= psutil.boot_time()
        }

    def _records(self) -> list[ProcessRecord]:
        read = map(ProcessRecord.read, sorted(self._folder.glob("*.process.json")))
        return [each for each in read if each is not None]

    def _kill_marked(self, name: str) -> None:
        self._end(list(self._marked(name)), patience_seconds=0.0)

    def _end(self, processes: Sequence[psutil.Process], patience_seconds: float) -> None:
        _signal(processes, signal.SIGTERM)
        self._force(self._wait_for(processes, patience_seconds))

    def _force(self, processes: Sequence[psutil.Process]) -> None:
        _signal(processes, signal.SIGKILL)
        stubborn = self._wait_for(processes, 10.0)
        if stubborn:
            raise LocalStackError(f"still running after SIGKILL: {stubborn}")

    def _wait_for(
        self, processes: Sequence[psutil.Process], seconds: float
    ) -> list[psutil.Process]:
        deadline = self._clock.now() + timedelta(seconds=seconds)
        left = [each for each in processes if runs(each)]
        while left and self._clock.now() < deadline:
            self._clock.wait(0.05)
            left = [each for each in left if runs(each)]
        return left


def end_of(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for error messages; empty where there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _detach(argv: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path | None) -> int:
    reply = subprocess.run(
        ["/bin/sh", "-c", _DETACH, "detach", str(log), *argv],
        env=dict(env), cwd=cwd, start_new_session=True, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return int(reply.stdout)


def _mark_of(process: psutil.Process) -> str:
    try:
        return process.environ().get(_MARKER, "") if runs(process) else ""
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return ""


def _session_of(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid) if runs(process) else None
    except ProcessLookupError:
        return None


def _signal(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
