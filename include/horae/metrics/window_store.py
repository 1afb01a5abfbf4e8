"""Where windows are kept between the stages of a cycle, and from one cycle to the next."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from horae.domain.window import MetricsWindow
from horae.errors import UnexpectedReply

_ID = re.compile(r"(?P<job>[a-z0-9][a-z0-9_.-]{0,62})@(?P<content>[0-9a-f]{64})")


class WindowStore(Protocol):
    """Keeps windows until they are too old.

    A window's id is `<job>@<64 hexadecimal digits>`, the SHA-256 of its content as the store
    writes it: the same window has the same id, another one another.
    """

    def put(self, window: MetricsWindow) -> str:
        """Store a window and return its id; the same window twice is kept once.

        Raises:
            Unavailable: The store does not take it.
        """
        ...

    def get(self, window_id: str) -> MetricsWindow:
        """Read a window back; what the caller does to it does not change what is kept.

        Raises:
            Unavailable: It is not there, expired or lost, or cannot be read.
            UnexpectedReply: The id is none, or what is there is not what was stored under it.
        """
        ...

    def expire(self, job: str, before: datetime, keep: Collection[str] = ()) -> tuple[str, ...]:
        """Delete a job's windows that were stored before `before`.

        Repeating it is safe.

        Args:
            job: The job's name.
            before: Aware of its zone.
            keep: Ids that stay whatever their age.

        Returns:
            The ids of the deleted windows, sorted.

        Raises:
            Unavailable: The store does not answer.
        """
        ...


def place_of(window_id: str) -> tuple[str, str]:
    """The job and the hash of the content that an id names.

    Raises:
        UnexpectedReply: It is no id.
    """
    match = _ID.fullmatch(window_id)
    if match is None:
        raise UnexpectedReply(
            f"{window_id!r} is no id of a window; expected <job>@<64 hexadecimal digits>"
        )
    return match["job"], match["content"]
