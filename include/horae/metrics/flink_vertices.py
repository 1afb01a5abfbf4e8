"""What two readings of a vertex say of it alone, in the words of the vertex catalogue."""

import math
from collections.abc import Mapping

from horae.metrics.flink_reading import VertexReading, as_share


def vertex_values(reading: VertexReading, before: VertexReading | None) -> Mapping[str, float]:
    """The vertex metrics between two readings; what is not known is left out.

    Rates come from counters alone: the `...PerSecond` gauges are means over 60 s, and a wrong one
    would be taken for the whole row.

    Args:
        reading: The newest.
        before: The one before it; None: there was none, so that nothing is known but the gauges.
    """
    busy = reading.busy_ratio(before)
    known = {
        "records_in_per_second": reading.handled_per_second(before),
        "records_out_per_second": reading.sent_per_second(before),
        "busy_ratio": as_share(busy * reading.skew),
        "busy_ratio_mean": busy,
        "busy_ratio_min": as_share(busy * reading.evenness),
        "backpressured_ratio": reading.backpressured_ratio(before),
        "lag_records": reading.pending,
        "partitions": reading.partitions,
        "parallelism": float(reading.parallelism),
    }
    return {metric: value for metric, value in known.items() if not math.isnan(value)}
