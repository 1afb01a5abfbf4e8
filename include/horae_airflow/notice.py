"""What people are told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from horae.settings.notify_rules import Event
from horae_airflow.addresses import decision_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message; templates of a notifier's arguments know it as `horae`.

    Attributes:
        event: What it is about.
        job: The job's name; None: of no single job.
        sentence: For people.
        decision: Id of the decision it is about; None: of none.
        at: When it was made.
    """

    event: Event
    job: str | None
    sentence: str
    decision: str | None
    at: datetime

    @property
    def address(self) -> str | None:
        """The decision's page; None: it is about none."""
        if self.job is None or self.decision is None:
            return None
        return decision_address(self.job, self.decision)

    def to_json(self) -> dict[str, Any]:
        """A JSON object with one member an attribute, and the address; the time in UTC."""
        return {
            "event": self.event.value,
            "job": self.job,
            "sentence": self.sentence,
            "decision": self.decision,
            "address": self.address,
            "at": self.at.astimezone(UTC).isoformat(),
        }
