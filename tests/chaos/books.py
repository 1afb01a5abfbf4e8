"""The account of records while the load goes on: of every window that is over, nothing may differ.

It grows from batch to batch, so that a result that comes late, or twice, shows in a later one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from horae.domain.clock import Clock
from horae.local.account import AccountBooks, WindowKey, views_by_window, window_of

PATIENCE_SECONDS = 215.0
"""A transaction left behind by a sink blocks readers until the broker ends it: 180 s, and 10 s
until the broker looks; then a checkpoint more."""
_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What should have been counted against what was, of all windows that are over.

    Attributes:
        views: Views that there are.
        lost: Views that were not counted.
        doubled: Views that were counted beyond those that there are.
        windows: Start of each window that differs, in milliseconds since 1970.
    """

    views: int
    lost: int
    doubled: int
    windows: tuple[int, ...]


def balance(expected: Counter[WindowKey], counted: Counter[WindowKey], before: int) -> Balance:
    """Compare window by window.

    Args:
        expected: Views by campaign and window.
        counted: Views that the results count.
        before: Only windows that start before this, milliseconds since 1970.
    """
    keys = [key for key in expected.keys() | counted.keys() if key[1] < before]
    differences = {key: counted[key] - expected[key] for key in keys}
    return Balance(
        views=sum(expected[key] for key in keys),
        lost=-sum(each for each in differences.values() if each < 0),
        doubled=sum(each for each in differences.values() if each > 0),
        windows=tuple(sorted({key[1] for key, each in differences.items() if each})),
    )


@dataclass(slots=True)
class OpenBooks:
    """Both topics as far as they were read.

    Attributes:
        books: Where to read.
        clock: For waiting.
    """

    books: AccountBooks
    clock: Clock
    _expected: Counter[WindowKey] = field(default_factory=Counter)
    _counted: Counter[WindowKey] = field(default_factory=Counter)
    _positions: dict[TopicPartition, int] = field(default_factory=dict)

    def settle(self, until: datetime, patience_seconds: float = PATIENCE_SECONDS) -> Balance:
        """The account of every window that ended by a time; as soon as it balances, or is late.

        Args:
            until: The end of the last window to count.
            patience_seconds: How long to wait for results.
        """
        last = round(until.timestamp() * 1000) - self.books.window_seconds * 1000
        deadline = self.clock.now() + timedelta(seconds=patience_seconds)
        while True:
            self._read()
            found = balance(self._expected, self._counted, last)
            if not found.windows or self.clock.now() >= deadline:
                return found
            self.clock.wait(_PAUSE_SECONDS)

    def _read(self) -> None:
        inputs = self._new_records(self.books.input_topic, "read_uncommitted")
        times = ((record.timestamp, record.value) for record in inputs)
        self._expected += views_by_window(times, self.books)
        for record in self._new_records(self.books.output_topic, "read_committed"):
            key, views = window_of(record.value)
            self._counted[key] += views

    def _new_records(self, topic: str, isolation: str) -> Iterator[Any]:
        """What came since the last call and may be read by now."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.books.bootstrap, isolation_level=isolation,
            enable_auto_commit=False, max_poll_records=5000,
        )  # fmt: skip
        try:
            numbers = consumer.partitions_for_topic(topic) or set()
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            consumer.assign(partitions)
            for each in partitions:
                consumer.seek(each, self._positions.get(each, 0))
            # The load goes on: what comes after this moment is for the next call.
            ends = consumer.end_offsets(partitions)
            while any(consumer.position(each) < end for each, end in ends.items()):
                batch = consumer.poll(timeout_ms=1000)
                if not batch:
                    break  # the rest is not committed yet
                for records in batch.values():
                    yield from records
            self._positions |= {each: consumer.position(each) for each in partitions}
        finally:
            consumer.close()
