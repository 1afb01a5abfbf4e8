"""The input as the broker shows it: what was produced, now and in the past."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from horae.clients.kafka import KafkaClient, Partition
from horae.metrics.grid import grid_points, step_of

Offsets = dict[Partition, int]
Totals = dict[datetime, int | None]
"""Grid point to records produced before it, over all partitions; None: no longer known."""


class KafkaSource:
    """A metric source over the offsets of the input topics.

    Transaction markers of producers take offsets too: two a commit and partition, which a
    transactional producer that commits once a second adds to its load.

    Args:
        client: Not closed by the source.
        topics: The input topics.
        group: Consumer group whose commits tell the position, for jobs whose engine does not;
            None: the position comes from elsewhere.
    """

    def __init__(
        self, client: KafkaClient, topics: Collection[str], group: str | None = None
    ) -> None:
        self._client = client
        self._topics = tuple(topics)
        self._group = group
        self._partitions: tuple[Partition, ...] = ()

    @property
    def metrics(self) -> frozenset[str]:
        """Load and produced records; the position too where a group is known."""
        own = {"load_records_per_second", "produced_records_total"}
        return frozenset(own | {"position_records_total"} if self._group else own)

    def partitions(self) -> tuple[Partition, ...]:
        """The partitions of the input topics, asked for once.

        Raises:
            ExternalError: The brokers do not answer or do not know a topic.
        """
        if not self._partitions:
            self._partitions = self._client.partitions(self._topics)
        return self._partitions

    def sample(self, at: datetime) -> Mapping[str, float]:
        """The end offsets, and the group's position once every partition has a commit."""
        partitions = self.partitions()
        values = {
            "produced_records_total": float(sum(self._client.end_offsets(partitions).values()))
        }
        if self._group:
            committed = self._client.committed_offsets(self._group, partitions)
            if len(committed) == len(partitions):
                values["position_records_total"] = float(sum(committed.values()))
        return values

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """The load of each row as far back as the topics reach, by the records' timestamps."""
        totals = self._totals(grid_points(start, end, grid_seconds))
        step = step_of(grid_seconds)
        seconds = step.total_seconds()
        load = {
            point: (total - before) / seconds
            for point, total in totals.items()
            if total is not None and (before := totals.get(point - step)) is not None
        }
        return {"load_records_per_second": load}

    def _totals(self, points: Sequence[datetime]) -> Totals:
        """Records before each point; unknown before the first record that is still kept."""
        partitions = self.partitions()
        begin = self._client.begin_offsets(partitions)
        end = self._client.end_offsets(partitions)

        def at(point: datetime) -> Offsets:
            found = self._client.offsets_at(partitions, point)
            return {key: end[key] if offset is None else offset for key, offset in found.items()}

        return {
            point: sum(offsets.values()) if _is_known(offsets, begin, end) else None
            for point, offsets in _at_all(points, at).items()
        }


def _is_known(offsets: Offsets, begin: Offsets, end: Offsets) -> bool:
    """Whether no record before `offsets` was deleted, and there is one."""
    return offsets != begin and all(
        begin[key] in (0, end[key]) or offset > begin[key] for key, offset in offsets.items()
    )


def _at_all(
    points: Sequence[datetime], at: Callable[[datetime], Offsets]
) -> dict[datetime, Offsets]:
    """The offsets at every point, without asking between points that have the same.

    Offsets never fall in time, so that a quiet or forgotten span costs two questions.
    """
    found = {point: at(point) for point in {points[0], points[-1]}}
    spans = [(0, len(points) - 1)]
    while spans:
        low, high = spans.pop()
        middle = (low + high) // 2
        if middle == low:
            continue
        if found[points[low]] == found[points[high]]:
            found |= dict.fromkeys(points[low:high], found[points[low]])
            continue
        found[points[middle]] = at(points[middle])
        spans += [(low, middle), (middle, high)]
    return found
