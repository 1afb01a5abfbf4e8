"""Pictures of the pages for the documentation, from a fleet that was looked after for hours.

They are taken only where the environment variable HORAE_PICTURES names a folder.
"""

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState

from recorded_site import JOB, RUNS_IN
from rehearsed_fleet import Member

PICTURES = os.environ.get("HORAE_PICTURES")
"""Folder that pictures are to be written to; None: none are to be taken."""

SIZE = {"width": 1_360, "height": 900}
TAKES_SECONDS = 400
"""That rehearsing these jobs takes."""
TALLEST = 2_400
"""Pixels of a picture: more of a long page nobody looks at."""

PICTURED = (
    Member(name="checkout-events", mode="auto", mean=62_000, hours=6),
    Member(
        name="payments-fraud", mode="approve", mean=10_000, grows=4.5, hours=0.5, seed=2,
        start=RUNS_IN, job_name=JOB,
        search={
            "parallelism": (2, 4, 6, 8), "slots": (1, 2),
            "checkpoint_interval_seconds": (3, 10, 30),
        },
    ),
    Member(
        name="ride-matching", mode="approve", mean=20_000, policy="threshold", hours=0.15,
        time={"cycle_seconds": 60, "grid_seconds": 60},
    ),
    Member(name="clickstream-sessions", mode="recommend", mean=55_000, hours=2, seed=3),
    Member(name="device-telemetry", mode="auto", mean=45_000, policy="ds2", hours=3, seed=4),
    Member(name="ad-attribution", mode="observe", mean=70_000, policy="hold", hours=1, seed=5),
)  # fmt: skip


def take_pictures(browser: Browser, state: StorageState, site: str, pages: dict[str, str]) -> None:
    """Take each page, light and dark.

    Args:
        browser: Chromium.
        state: Of somebody who has signed in.
        site: Address of the pages.
        pages: Name of a picture to the path of its page.
    """
    folder = Path(PICTURES or ".")
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport=SIZE,
            color_scheme=scheme,
            storage_state={"cookies": state["cookies"], "origins": []},
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        for name, path in pages.items():
            page = context.new_page()
            page.goto(f"{site}{path}", wait_until="load")
            _drawn(page)
            tall = int(page.evaluate("document.documentElement.scrollHeight"))
            page.screenshot(
                path=folder / f"{name}-{scheme}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": SIZE["width"], "height": min(tall, TALLEST)},
            )
            page.close()
        context.close()


def _drawn(page: Page) -> None:
    """Wait until the plots are drawn."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.plot')]"
        ".every(one => one.querySelector('.main-svg'))"
    )
