"""Wraps what an acting process writes to and calls, so that its faults happen where they shall."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from chaos.faults import EVERY, INTENTION, OUTCOME, Does, Fault, Moment, point
from chaos.routes import route
from horae.ledger.leases import Lease
from horae.ledger.records import Entry, EntryDraft, EntryKind

_TRIES_OF_A_READ = 3
_LATE_SECONDS = 4.0
_LONGEST_PAUSE_SECONDS = 120.0
_ENTRIES = {EntryKind.INTENTION: INTENTION, EntryKind.OUTCOME: OUTCOME}


class Injector:
    """Lets each fault happen once, at its place, and writes down that it did.

    Args:
        faults: What shall go wrong.
        folder: Where it is written down, and where the harness answers a pause.
    """

    def __init__(self, faults: Sequence[Fault], folder: Path) -> None:
        self._faults = list(faults)
        self._folder = folder
        self._calls: Counter[str] = Counter()

    def reach(self, place: str) -> None:
        """A place in the ledger was reached."""
        for fault in [one for one in self._faults if one.at == place]:
            self._faults.remove(fault)
            self._note(fault, place)
            if fault.does is Does.KILL:
                kill_self()
            elif fault.does is Does.PAUSE:
                self._pause()

    def on_call(self, name: str) -> Does | None:
        """What happens to this call; None: nothing."""
        self._calls[name] += 1
        for fault in self._faults:
            often = _TRIES_OF_A_READ if fault.does is Does.DROP_THREE else 1
            if fault.at in (name, EVERY) and self._calls[name] <= often:
                if self._calls[name] == 1:
                    self._note(fault, name)
                return fault.does
        return None

    def _note(self, fault: Fault, place: str) -> None:
        told = json.dumps({"fault": f"{fault.does}@{place}", "at": time.time()})
        with (self._folder / "injected.jsonl").open("a") as file:
            file.write(f"{told}\n")
            file.flush()
            os.fsync(file.fileno())

    def _pause(self) -> None:
        (self._folder / "paused").touch()
        deadline = time.monotonic() + _LONGEST_PAUSE_SECONDS
        while not (self._folder / "go-on").exists() and time.monotonic() < deadline:
            time.sleep(0.02)  # the harness tells by a file, which nothing else can be asked for


class FaultyLedger:
    """A ledger that tells an injector what is recorded; everything else is the ledger's own."""

    def __init__(self, ledger: Any, injector: Injector) -> None:
        self._ledger = ledger
        self._injector = injector

    def __getattr__(self, name: str) -> Any:
        """The ledger's own."""
        return getattr(self._ledger, name)

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Append, with the places before and after it."""
        before, after = places(draft)
        if before:
            self._injector.reach(before)
        entry: Entry = self._ledger.append(draft, lease=lease)
        if after:
            self._injector.reach(after)
        return entry


def places(draft: EntryDraft) -> tuple[str | None, str | None]:
    """The places just before and just after an entry is recorded; None: none."""
    if draft.kind is EntryKind.STEP:
        step, round_ = str(draft.body["step"]), int(draft.body["round"])
        if draft.body["phase"] == "intended":
            return None, point(step, Moment.BEFORE, round_)
        return point(step, Moment.BETWEEN, round_), point(step, Moment.AFTER, round_)
    if draft.kind is EntryKind.INTENTION:
        return point(INTENTION, Moment.BEFORE), point(INTENTION, Moment.AFTER)
    if draft.kind is EntryKind.OUTCOME:
        return point(OUTCOME, Moment.BETWEEN), point(OUTCOME, Moment.AFTER)
    return None, None


class FaultyTransport(httpx.BaseTransport):
    """The network, but for the faults of an injector."""

    def __init__(self, injector: Injector) -> None:
        self._injector = injector
        self._network = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, unless a fault is due."""
        name = route(request.method, request.url.path)
        does = self._injector.on_call(name)
        if does is Does.REFUSE:
            return httpx.Response(400, json={"errors": ["refused by the chaos suite"]})
        if does is Does.LATE:
            return self._late(request)
        response = self._network.handle_request(request)
        if does in (Does.DROP, Does.DROP_THREE, Does.DIE):
            response.read()
            if does is Does.DIE:
                kill_self()
            raise httpx.RemoteProtocolError(f"the reply to {name} got lost", request=request)
        return response

    def _late(self, request: httpx.Request) -> httpx.Response:
        """The sender gives up, and the request arrives all the same."""
        request.read()
        threading.Timer(_LATE_SECONDS, self._deliver, [request]).start()
        raise httpx.ReadTimeout("no reply within the time-out", request=request)

    def _deliver(self, request: httpx.Request) -> None:
        with httpx.HTTPTransport() as network:
            network.handle_request(request).read()

    def close(self) -> None:
        """Give the sockets back."""
        self._network.close()


def kill_self() -> None:
    """End this process as a crash would: no `finally`, no farewell."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # the signal may arrive a moment later
