"""The plugin registers the pages, and loads nothing for them."""

import asyncio
import atexit
import runpy
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

PLUGIN = Path(__file__).resolve().parents[3] / "plugins" / "horae_page.py"

LOOP = asyncio.new_event_loop()
"""Made here, for a loop needs a pair of sockets; nothing leaves it."""
atexit.register(LOOP.close)

pytestmark = pytest.mark.filterwarnings("ignore")  # Airflow's own


def test_pages_have_an_entry_of_the_navigation_and_a_tab(glue: ModuleType) -> None:
    """Both lead to the application's prefix; the tab names DAG and run for Airflow to fill in.

    They are relative, for Airflow may be served under a path: its page names that as its base.
    """
    plugin = runpy.run_path(str(PLUGIN))["HoraePage"]
    (app,) = plugin.fastapi_apps
    places = {view["destination"]: view["href"] for view in plugin.external_views}
    assert app["url_prefix"] == "/horae"
    assert places == {"nav": "horae/", "dag_run": "horae/run?dag={DAG_ID}&run={RUN_ID}"}
    assert {view["icon"] for view in plugin.external_views} == {"horae/static/mark.svg"}


def test_a_process_that_only_loads_the_plugin_does_not_pay_for_pages(
    glue: ModuleType, tmp_path: Path
) -> None:
    """Each task loads plugins: neither templates nor routes nor the ledger come with them."""
    asked = (
        f"import runpy, sys; runpy.run_path({str(PLUGIN)!r}); "
        "print([m for m in ('horae.webview', 'horae.story', 'horae.ledger')"
        " if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", asked],
        capture_output=True, text=True, check=True,
        env={"AIRFLOW_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": "include"},
        cwd=PLUGIN.parents[1],
    )  # fmt: skip
    assert told.stdout.splitlines()[-1] == "[]"


def test_airflow_answers_others_while_the_pages_are_built(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request waits for its application; the loop that serves the others does not."""
    from horae_airflow import webview

    others = threading.Event()
    answered: list[str] = []

    async def app(*_: object) -> None:
        answered.append("others went on" if others.is_set() else "others waited")

    def build() -> object:
        others.wait(10)
        return app

    async def requests() -> None:
        first = asyncio.ensure_future(webview.LazyPages()({}, None, None))
        await asyncio.sleep(0)
        others.set()
        await first

    monkeypatch.setattr(webview, "build", build)
    LOOP.run_until_complete(requests())
    assert answered == ["others went on"]
