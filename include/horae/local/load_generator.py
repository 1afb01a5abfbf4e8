"""Writes records to a topic as fast as a load trace says, then one marker a partition.

Run it as `python -m horae.local.load_generator --help`. Each record's time is the moment that the
trace put it at, so a generator that falls behind makes old records rather than fewer ones. A
SIGTERM ends it early, markers included.
"""

import json
import random
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from kafka import KafkaProducer
from kafka.errors import KafkaError

from horae.domain.clock import Clock, SystemClock
from horae.errors import LocalStackError
from horae.local.event_kinds import EventKind, ad_events, marker, orders
from horae.local.load_schedule import Schedule
from horae.local.load_trace import LoadTrace, SpedUp, parse_trace

_TICK_SECONDS = 0.02
_PROGRESS_EVERY_SECONDS = 1.0
# Batches fill for this long: a thousandth of the latency limits that the demo works with.
_LINGER_MS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a generator is.

    Attributes:
        state: `running`, `finished` or `failed`.
        started: When it started, ISO 8601.
        elapsed_seconds: Since then.
        duration_seconds: How long the trace lasts.
        offered_rate: Records a second that the trace asks for now.
        sent: Records handed to the producer, markers not counted.
        failed: Records that the broker did not take.
    """

    state: str
    started: str
    elapsed_seconds: float
    duration_seconds: float
    offered_rate: float
    sent: int
    failed: int


def read_progress(path: Path) -> Progress | None:
    """The progress written to `path`; None before the first."""
    return Progress(**json.loads(path.read_text())) if path.exists() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where records go.

    Attributes:
        bootstrap: Address of the broker.
        topic: An existing topic.
        closing_seconds: How far after the last record the markers lie: at least the length of a
            window and the watermark's delay, so that every window closes.
    """

    bootstrap: str
    topic: str
    closing_seconds: float


class LoadGenerator:
    """Replays one trace, once."""

    def __init__(
        self,
        target: Target,
        trace: LoadTrace,
        event: EventKind,
        *,
        progress: Path,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._target = target
        self._trace = trace
        self._event = event
        self._progress = progress
        self._clock = clock
        self._chance = chance
        self._sent = 0
        self._failed = 0
        self._stopped = False

    def stop(self) -> None:
        """End the replay at the next tick."""
        self._stopped = True

    def run(self) -> None:
        """Replay the trace by the clock, then close the windows.

        Raises:
            LocalStackError: The broker is not there, or did not take every record.
        """
        try:
            producer = KafkaProducer(
                bootstrap_servers=self._target.bootstrap, enable_idempotence=True,
                linger_ms=_LINGER_MS,
            )  # fmt: skip
            partitions = sorted(producer.partitions_for(self._target.topic))
        except KafkaError as error:
            raise LocalStackError(f"Kafka at {self._target.bootstrap}: {error}") from error
        started = self._clock.now()
        self._replay(producer, partitions, started)
        self._close_windows(producer, partitions)
        self._report("failed" if self._failed else "finished", started)
        if self._failed:
            raise LocalStackError(f"{self._failed} records were not taken by the broker")

    def _replay(self, producer: Any, partitions: list[int], started: datetime) -> None:
        schedule, reported = Schedule(self._trace), -_PROGRESS_EVERY_SECONDS
        while not (schedule.ended or self._stopped):
            self._clock.wait(_TICK_SECONDS)
            elapsed = self._elapsed(started)
            for moment in schedule.due(elapsed):
                partition = partitions[self._sent % len(partitions)]
                millis = _millis(started, moment)
                self._send(producer, partition, self._event(self._chance), millis)
                self._sent += 1
            if elapsed - reported >= _PROGRESS_EVERY_SECONDS:
                self._report("running", started)
                reported = elapsed

    def _send(self, producer: Any, partition: int, content: bytes, millis: int) -> None:
        producer.send(
            self._target.topic, content, partition=partition, timestamp_ms=millis
        ).add_errback(self._count_failure)

    def _close_windows(self, producer: Any, partitions: list[int]) -> None:
        after_all = _millis(self._clock.now(), self._target.closing_seconds)
        for partition in partitions:
            self._send(producer, partition, marker(), after_all)
        producer.flush()
        producer.close()

    def _count_failure(self, _: BaseException) -> None:
        self._failed += 1

    def _elapsed(self, started: datetime) -> float:
        return (self._clock.now() - started).total_seconds()

    def _report(self, state: str, started: datetime) -> None:
        elapsed = self._elapsed(started)
        progress = Progress(
            state=state, started=started.isoformat(), elapsed_seconds=round(elapsed, 1),
            duration_seconds=self._trace.duration_seconds,
            offered_rate=round(self._trace.rate_at(elapsed), 1) if state == "running" else 0.0,
            sent=self._sent, failed=self._failed,
        )  # fmt: skip
        draft = self._progress.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(progress)))
        draft.replace(self._progress)


def _millis(moment: datetime, seconds_later: float) -> int:
    return int((moment.timestamp() + seconds_later) * 1000)


def _kinds(view_share: float) -> Mapping[str, EventKind]:
    return {"ads": ad_events(view_share), "orders": orders()}


def main(
    bootstrap: Annotated[str, typer.Option(help="address of the broker")],
    topic: Annotated[str, typer.Option(help="topic to write to")],
    trace: Annotated[str, typer.Option(help="such as days:base=100,peak=800,day=300,days=2")],
    progress: Annotated[Path, typer.Option(help="file to write the progress to")],
    events: Annotated[str, typer.Option(help="ads or orders")] = "ads",
    view_share: Annotated[float, typer.Option(help="share of views among ad events")] = 1.0,
    speed_up: Annotated[float, typer.Option(help="seconds of the trace in one second")] = 1.0,
    closing_seconds: Annotated[float, typer.Option(help="markers lie so far ahead")] = 12.0,
    seed: Annotated[int, typer.Option(help="of what the records say")] = 1,
) -> None:
    """Replay a load trace into a topic."""
    kinds = _kinds(view_share)
    if events not in kinds:
        raise typer.BadParameter(f"got {events}; expected one of {', '.join(kinds)}")
    generator = LoadGenerator(
        Target(bootstrap=bootstrap, topic=topic, closing_seconds=closing_seconds),
        SpedUp(parse_trace(trace), speed_up), kinds[events],
        progress=progress, clock=SystemClock(), chance=random.Random(seed),  # noqa: S311
    )  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: generator.stop())
    generator.run()


if __name__ == "__main__":
    typer.run(main)
