"""What a test of the pages plays in: a browser, the real Airflow and a fleet under its care."""

from contextlib import closing
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind
from pages_airflow import PagesAirflow
from pages_browser import Visitor
from rehearsed_fleet import RehearsedFleet

WIDE, NARROW = {"width": 1_360, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the visitors meet.

    Attributes:
        browser: Chromium.
        airflow: Airflow, ready.
        fleet: Its jobs.
        questions: Job to the decision that waits for an answer.
    """

    browser: Browser
    airflow: PagesAirflow
    fleet: RehearsedFleet
    questions: dict[str, str]

    @property
    def site(self) -> str:
        """Address of the pages, without Airflow's frame."""
        return f"{self.airflow.settings.url}/horae"

    def visitor(self, **options: object) -> Visitor:
        """A browser of one's own, in Berlin."""
        context = self.browser.new_context(
            **{"viewport": WIDE, "timezone_id": "Europe/Berlin", "locale": "en-GB"} | options
        )
        return Visitor(context=context, origin=self.airflow.settings.url)

    def signed_in(self, name: str) -> tuple[Visitor, Page]:
        """Somebody, and the page that they see after they have signed in."""
        visitor = self.visitor()
        return visitor, visitor.sign_in(name, self.airflow.passwords[name])

    def entries(self, job: str, *kinds: EntryKind) -> list[Entry]:
        """A job's chain, oldest first."""
        with closing(open_ledger(self.fleet.ledger_url)) as ledger:
            return list(ledger.read(job, kinds=kinds))

    def events(self, job: str, event: str) -> list[Entry]:
        """Its entries about something that people do, oldest first."""
        found = self.entries(job, EntryKind.CONTROL)
        return [one for one in found if one.body["event"] == event]
