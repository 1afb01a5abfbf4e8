"""A second job, unlike the demo job, for trying out how one's own job is brought under care."""

from dataclasses import asdict, dataclass

from horae.local.paths import LocalPaths
from horae.local.templates import fill_in


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersSettings:
    """What `deploy/local/orders.sql` is filled in with.

    Attributes:
        job_name: Name of the job.
        bootstrap: Address of the broker.
        input_topic: Orders.
        output_topic: Revenue by customer and window.
        window_seconds: Length of a window.
    """

    job_name: str = "orders"
    bootstrap: str
    input_topic: str = "orders"
    output_topic: str = "orders-revenue"
    window_seconds: int = 10

    def script(self) -> str:
        """The SQL of the job."""
        return fill_in(LocalPaths.resource("orders.sql"), asdict(self))
