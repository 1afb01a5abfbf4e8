"""What the load generator's records say."""

import json
import random
from collections.abc import Callable
from typing import TypeAlias

# 1000 ads over 100 campaigns, 10 a campaign, as in the published benchmark.
ADS = 1000
VIEW = "view"
MARKER = "marker"

EventKind: TypeAlias = Callable[[random.Random], bytes]


def ad_events(view_share: float) -> EventKind:
    """Events of the demo job.

    Args:
        view_share: Share of views, which alone pay a look-up, from 0 to 1; the rest are clicks.
    """

    def event(chance: random.Random) -> bytes:
        kind = VIEW if chance.random() < view_share else "click"
        ad, user = chance.randrange(ADS), chance.randrange(10_000)
        content = {"ad_id": f"ad-{ad}", "user_id": f"user-{user}", "event_type": kind}
        return json.dumps(content).encode()

    return event


def orders() -> EventKind:
    """Orders, a tenth of them cancelled."""

    def order(chance: random.Random) -> bytes:
        status = "cancelled" if chance.random() < 0.1 else "paid"
        content = {
            "customer": f"customer-{chance.randrange(200)}",
            "status": status,
            "amount_cents": chance.randrange(100, 20_000),
        }
        return json.dumps(content).encode()

    return order


def marker() -> bytes:
    """A record that no job counts: only its time matters, which closes the windows before it."""
    return json.dumps({"event_type": MARKER, "status": MARKER}).encode()
