"""The exactly-once account: was every view counted once, and only once?

What should have been counted is read back from the input topic, not taken from the generator's
word; what was counted is read from the output topic as a careful reader sees it (read_committed).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local.event_kinds import VIEW

# A transaction that its sink left behind blocks readers until the broker ends it: the sink asks
# for 180 s, and the broker looks every 10 s.
SILENCE_SECONDS = 200.0

WindowKey: TypeAlias = tuple[str, int]
"""Campaign, and start of the window in milliseconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the comparison found.

    Attributes:
        views: Views in the input topic.
        windows: Different pairs of campaign and window among them.
        counted: Views that the committed results count.
        lost: Views that should have been counted and were not.
        doubled: Views that were counted beyond those that there are.
        late: Records that the windows dropped as late, as far as Flink still tells; None where it
            does not.
    """

    views: int
    windows: int
    counted: int
    lost: int
    doubled: int
    late: int | None

    @property
    def balances(self) -> bool:
        """Whether it is known that nothing was lost, doubled or dropped as late."""
        return self.lost == self.doubled == self.late == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBooks:
    """Where to read, and how the job counts.

    Attributes:
        bootstrap: Address of the broker.
        input_topic: Events; must end with a marker a partition.
        output_topic: Counts.
        campaigns: How many campaigns there are.
        window_seconds: Length of a window.
    """

    bootstrap: str
    input_topic: str
    output_topic: str
    campaigns: int
    window_seconds: int


def settle(books: AccountBooks, *, clock: Clock, late: int | None = None) -> Account:
    """Read both topics and compare them; returns as soon as they balance.

    Args:
        books: Where to read.
        clock: For the deadline, which starts anew with every result that arrives.
        late: Late drops, for the account.

    Raises:
        LocalStackError: The broker does not answer.
    """
    try:
        expected = views_by_window(_input_records(books), books)
        counted = _counted_until_settled(books, expected, clock)
    except KafkaError as error:
        raise LocalStackError(f"Kafka at {books.bootstrap}: {error}") from error
    return compare(expected, counted, late)


def compare(
    expected: Mapping[WindowKey, int], counted: Mapping[WindowKey, int], late: int | None
) -> Account:
    """The account of what should have been counted and what was."""
    keys = expected.keys() | counted.keys()
    differences = [counted.get(key, 0) - expected.get(key, 0) for key in keys]
    return Account(
        views=sum(expected.values()),
        windows=len(expected),
        counted=sum(counted.values()),
        lost=-sum(difference for difference in differences if difference < 0),
        doubled=sum(difference for difference in differences if difference > 0),
        late=late,
    )


def views_by_window(
    records: Iterable[tuple[int, bytes]], books: AccountBooks
) -> Counter[WindowKey]:
    """How often each campaign was seen in each window.

    Args:
        records: Time in milliseconds and content of each event.
        books: How campaigns and windows are formed.
    """
    length = books.window_seconds * 1000
    counts: Counter[WindowKey] = Counter()
    for millis, content in records:
        event = json.loads(content)
        if event["event_type"] == VIEW:
            ad = int(event["ad_id"].rpartition("-")[2])
            counts[f"campaign-{ad % books.campaigns}", millis - millis % length] += 1
    return counts


def window_of(content: bytes) -> tuple[WindowKey, int]:
    """Window and number of views in one result."""
    row = json.loads(content)
    start = datetime.fromisoformat(row["window_start"]).replace(tzinfo=UTC)
    return (row["campaign"], round(start.timestamp() * 1000)), int(row["view_count"])


def _input_records(books: AccountBooks) -> Iterator[tuple[int, bytes]]:
    with _Reader(books.bootstrap, books.input_topic, "read_uncommitted") as reader:
        while not reader.at_end():
            for record in reader.poll():
                yield record.timestamp, record.value


def _counted_until_settled(
    books: AccountBooks, expected: Mapping[WindowKey, int], clock: Clock
) -> Counter[WindowKey]:
    counted: Counter[WindowKey] = Counter()
    deadline = clock.now() + timedelta(seconds=SILENCE_SECONDS)
    with _Reader(books.bootstrap, books.output_topic, "read_committed") as reader:
        while clock.now() < deadline and not (reader.at_end() and counted == expected):
            for record in reader.poll():
                key, views = window_of(record.value)
                counted[key] += views
                deadline = clock.now() + timedelta(seconds=SILENCE_SECONDS)
    return counted


class _Reader:
    """Reads one topic from its beginning."""

    def __init__(self, bootstrap: str, topic: str, isolation: str) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, isolation_level=isolation, auto_offset_reset="earliest",
            enable_auto_commit=False, max_poll_records=5000,
        )  # fmt: skip
        # What there is to read, committed or not: an end that only counts what is committed
        # would hide a transaction that is still open.
        self._ends = KafkaConsumer(bootstrap_servers=bootstrap)
        numbers = self._ends.partitions_for_topic(topic) or set()
        self._partitions = [TopicPartition(topic, number) for number in numbers]
        self._consumer.assign(self._partitions)

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()
        self._ends.close()

    def poll(self) -> Iterator[Any]:
        for records in self._consumer.poll(timeout_ms=500).values():
            yield from records

    def at_end(self) -> bool:
        ends = self._ends.end_offsets(self._partitions)
        return all(self._consumer.position(each) >= end for each, end in ends.items())
