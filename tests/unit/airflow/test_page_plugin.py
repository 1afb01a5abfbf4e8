"""The plugin registers the pages, and loads nothing for them."""

import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PLUGIN = Path(__file__).resolve().parents[3] / "plugins" / "horae_page.py"

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
