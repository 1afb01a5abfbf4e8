"""Plays cases on one cluster, with an account of records after every few."""

import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from chaos.books import Balance, OpenBooks
from chaos.case import Case
from chaos.harm import bring_back_all, cancel
from chaos.play import play, unplayed
from chaos.results import Batch, Result, Results
from chaos.scene import CLOCK, Scene
from horae.errors import HoraeError
from horae.local.account import AccountBooks

CASES_A_BATCH = 10
_UNPLAYED = (HoraeError, RuntimeError, OSError, httpx.HTTPError, subprocess.SubprocessError)
_STARTED_AGAIN_SECONDS = 120.0
_REPLAY_SECONDS = 30.0
"""How far back a case may reach: what came since the newest checkpoint is read again."""


@dataclass(slots=True)
class Suite:
    """Cases on one scene.

    Attributes:
        scene: Where.
        results: Where what came of them goes.
        folder: Of the processes' logs.
        tell: Called with each result.
    """

    scene: Scene
    results: Results
    folder: Path
    tell: Callable[[Result], None]

    def play(self, cases: Sequence[Case], *, until: float) -> None:
        """Play cases, the first ones first, as far as the time goes.

        Args:
            cases: Them.
            until: When no further case is begun, by `time.monotonic`.
        """
        books = OpenBooks(self._books, CLOCK)
        before = Balance(views=0, lost=0, doubled=0, windows=())
        left = list(cases)
        while left and time.monotonic() < until:
            batch, left = left[:CASES_A_BATCH], left[CASES_A_BATCH:]
            played = [self._play(case) for case in batch if time.monotonic() < until]
            over = not left or time.monotonic() >= until
            if over:
                self.scene.end_load()
            now = books.settle(CLOCK.now() + timedelta(seconds=30 if over else -15))
            self.results.add(_account(played, before, now), played)
            before = now

    def _play(self, case: Case) -> Result:
        folder = self.folder / f"{len(list(self.folder.glob('*'))):04}"
        folder.mkdir()
        began = time.time()
        try:
            result = play(case, self.scene, folder)
        except _UNPLAYED as error:
            # One case less must not cost the others; it is told, and counts as a job lost.
            result = unplayed(case, began, f"{type(error).__name__}: {error}")
        self._mend()
        self.tell(result)
        return result

    def _mend(self) -> None:
        """Have the next case begin with a job that runs, whatever came of this one."""
        scene = self.scene
        bring_back_all(scene)
        scene.keep_load()
        if len(scene.alive() or []) != 1:
            cancel(scene)
            scene.start_by_hand()
        scene.wait_for_job(_STARTED_AGAIN_SECONDS)
        scene.look()

    @property
    def _books(self) -> AccountBooks:
        job = self.scene.job
        return AccountBooks(
            bootstrap=job.bootstrap, input_topic=job.input_topic, output_topic=job.output_topic,
            campaigns=job.campaigns, window_seconds=job.window_seconds,
        )  # fmt: skip


def _account(played: Sequence[Result], before: Balance, now: Balance) -> Batch:
    """What is new since the batch before."""
    return Batch(
        cases=tuple(one.case for one in played),
        views=now.views,
        lost=max(0, now.lost - before.lost),
        doubled=max(0, now.doubled - before.doubled),
        suspects=tuple(suspects(played, set(now.windows) - set(before.windows))),
    )


def suspects(played: Iterable[Result], windows: Iterable[int]) -> list[str]:
    """The cases that went on while a record of one of these windows was on its way.

    Args:
        played: Cases.
        windows: Starts, milliseconds since 1970.
    """
    starts = [millis / 1000 for millis in windows]
    return [
        one.case
        for one in played
        if any(
            one.began - _REPLAY_SECONDS <= start <= one.began + one.seconds + _REPLAY_SECONDS
            for start in starts
        )
    ]
