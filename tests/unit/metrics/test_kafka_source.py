from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pytest
from window_builder import NOON

from horae.clients.kafka import KafkaClient, Partition
from horae.metrics.kafka_source import KafkaSource

TOPIC = "events"


@dataclass
class MemoryTopic:
    """A topic that answers as the client does; `records` are the times of each partition."""

    records: list[list[datetime]]
    deleted: list[int]
    committed: dict[Partition, int] = field(default_factory=dict)
    questions: int = 0

    def partitions(self, topics: Collection[str]) -> tuple[Partition, ...]:
        """All of them."""
        return tuple(Partition(TOPIC, number) for number in range(len(self.records)))

    def begin_offsets(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The first that is kept."""
        return {key: self.deleted[key.number] for key in partitions}

    def end_offsets(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The next to come."""
        return {key: len(self.records[key.number]) for key in partitions}

    def offsets_at(
        self, partitions: Collection[Partition], time: datetime
    ) -> dict[Partition, int | None]:
        """The first kept record that is not older."""
        self.questions += 1
        found: dict[Partition, int | None] = {}
        for key in partitions:
            times = list(enumerate(self.records[key.number]))[self.deleted[key.number] :]
            found[key] = next((offset for offset, written in times if written >= time), None)
        return found

    def committed_offsets(
        self, group: str, partitions: Collection[Partition]
    ) -> dict[Partition, int]:
        """What was put down."""
        return self.committed


def a_topic(*counts: int, deleted: int = 0) -> MemoryTopic:
    """Two partitions; in second n after noon each gets `counts[n]` records."""
    times = [
        NOON + timedelta(seconds=second + 0.5)
        for second, count in enumerate(counts)
        for _ in range(count)
    ]
    return MemoryTopic(records=[times, list(times)], deleted=[deleted, 0])


def a_source(topic: MemoryTopic, group: str | None = None) -> KafkaSource:
    """The source over a topic in memory."""
    return KafkaSource(cast(KafkaClient, topic), [TOPIC], group)


def _load(topic: MemoryTopic, seconds: int) -> dict[int, float]:
    end = NOON + timedelta(seconds=seconds)
    told = a_source(topic).history(NOON, end, 1.0)["load_records_per_second"]
    return {round((point - NOON).total_seconds()): load for point, load in told.items()}


def test_sample_sums_the_end_offsets() -> None:
    """Two partitions of 3 + 4 records: 14."""
    assert a_source(a_topic(3, 4)).sample(NOON) == {"produced_records_total": 14}


def test_load_of_a_row_is_what_was_written_in_it() -> None:
    """Each second's records, twice (two partitions); the first has no known beginning."""
    load = _load(a_topic(3, 5, 0, 2), seconds=4)
    assert load == {2: 10, 3: 0, 4: 4}


def test_time_before_the_first_kept_record_is_unknown() -> None:
    """The first 3 records of one partition were deleted: what was written then is not told."""
    load = _load(a_topic(3, 5, 1, 2, deleted=3), seconds=4)
    assert load == {3: 2, 4: 4}


def test_partition_that_has_forgotten_everything_hides_nothing() -> None:
    """A silent partition without a kept record adds nothing, and the others still count."""
    topic = a_topic(1, 2, 3)
    topic.deleted[0] = 6
    topic.records[0] = [NOON - timedelta(days=30)] * 6
    assert _load(topic, seconds=3) == {2: 2, 3: 3}


def test_quiet_span_costs_few_questions() -> None:
    """A thousand rows in which nothing came: the middle is not asked for row by row."""
    topic = a_topic(4, *[0] * 998, 4)
    load = _load(topic, seconds=1000)
    assert (load[2], load[999], load[1000], len(load)) == (0, 0, 8, 999)
    assert topic.questions < 30


def test_empty_topic_tells_no_load() -> None:
    """Nothing was ever written: a load of zero would be a guess."""
    assert _load(a_topic(0, 0), seconds=2) == {}


def test_group_tells_the_position_once_it_has_read_every_partition() -> None:
    """Commits at 1 and 2 are a position of 3; with one partition missing there is none."""
    topic = a_topic(3)
    topic.committed = {Partition(TOPIC, 0): 1}
    source = a_source(topic, group="g")
    assert "position_records_total" in source.metrics
    assert "position_records_total" not in source.sample(NOON)
    topic.committed[Partition(TOPIC, 1)] = 2
    assert source.sample(NOON)["position_records_total"] == 3


@pytest.mark.parametrize("group", [None, "g"])
def test_source_gives_no_more_than_it_says(group: str | None) -> None:
    """The names of a sample and of the history are among the source's metrics."""
    topic = a_topic(3)
    topic.committed = {Partition(TOPIC, 0): 1, Partition(TOPIC, 1): 1}
    source = a_source(topic, group)
    told = set(source.sample(NOON)) | set(source.history(NOON, NOON + timedelta(seconds=2), 1.0))
    assert told <= source.metrics
