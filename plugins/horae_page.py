"""Shows Horae's pages inside Airflow: an entry of the navigation, and a tab on runs of DAGs."""

from airflow.plugins_manager import AirflowPlugin

from horae_airflow.webview import PREFIX, LazyPages

HERE = PREFIX.removeprefix("/")
"""Relative to Airflow's first page, which may lie under a path of its own."""


class HoraePage(AirflowPlugin):
    """Registers the pages."""

    name = "horae_page"
    fastapi_apps = [  # noqa: RUF012 - as Airflow wants it
        {"app": LazyPages(), "url_prefix": PREFIX, "name": "Horae"}
    ]
    external_views = [  # noqa: RUF012 - as Airflow wants it
        {
            "name": "Horae",
            "href": f"{HERE}/",
            "destination": "nav",
            "url_route": "horae",
            "nav_top_level": True,
            "icon": f"{HERE}/static/mark.svg",
        },
        {
            "name": "Horae",
            "href": f"{HERE}/run?dag={{DAG_ID}}&run={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "horae-run",
            "icon": f"{HERE}/static/mark.svg",
        },
    ]
