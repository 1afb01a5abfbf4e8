"""Debian's Chromium, with everything recorded that it asks for and complains of."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, Request
from playwright.sync_api import sync_playwright as playwright

REQUIRED = "REQUIRE_CHROMIUM"
"""Environment variable that makes tests fail where they would be skipped."""

SWITCHES = (
    "--no-sandbox",  # in containers there is none to be had
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
)
GRAVE = {"serious", "critical"}
WITHIN_THE_PAGE = ("data:", "blob:", "about:")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; where there is none the test is skipped, or fails where it is required."""
    program = shutil.which("chromium")
    if program is None:
        why = "no Chromium here: `apt-get install chromium` brings it"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    with playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(SWITCHES))
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own.

    Attributes:
        context: Their cookies and windows.
        origin: The only place that anything may be asked of.
        elsewhere: Addresses of other places that were asked.
        complaints: What the browser said of errors, violated policies among them.
    """

    context: BrowserContext
    origin: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the first request on."""
        self.context.set_default_timeout(60_000)
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def sign_in(self, name: str, password: str) -> Page:
        """Sign in on Airflow's own page."""
        page = self.context.new_page()
        page.goto(self.origin)
        page.get_by_label("Username").fill(name)
        page.locator("input[type=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/auth/" not in url)
        # Airflow's own page asks before anybody has signed in, and is refused.
        self.complaints[:] = [one for one in self.complaints if "/ui/config" not in one]
        return page

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", *WITHIN_THE_PAGE)):
            self.elsewhere.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.location.get('url')}: {message.text}")


def barriers(page: Page | Frame) -> list[str]:
    """What axe calls serious or critical, each with the first thing that has it."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
    ]
