"""Addresses of Horae's pages, as people can open them."""

from urllib.parse import quote, urljoin

from airflow.sdk.configuration import conf


def decision_address(job: str, decision: str) -> str:
    """The page of a decision, inside Airflow's own pages so that it leads past the sign-in.

    Args:
        job: The job's name.
        decision: Id of a decision, or of the answer to a what-if.
    """
    base = conf.get("api", "base_url", fallback="") or ""
    page = f"plugin/horae/horae/decision/{quote(job, safe='')}/{quote(decision, safe='')}"
    return urljoin(base.rstrip("/") + "/", page)
