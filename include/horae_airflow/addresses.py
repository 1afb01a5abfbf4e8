"""Addresses of Horae's pages, as people can open them."""

from urllib.parse import quote, urlsplit

from airflow.sdk.configuration import conf


def decision_address(job: str, decision: str) -> str:
    """The page of a decision, inside Airflow's own pages so that it leads past the sign-in.

    Airflow shows a page of ours under `plugin/horae`, followed by the whole path that the page
    has without it; that begins with the path under which Airflow itself is served, if any.

    Args:
        job: The job's name.
        decision: Id of a decision, or of the answer to a what-if.
    """
    base = str(conf.get("api", "base_url", fallback="") or "").rstrip("/")
    page = f"horae/decision/{quote(job, safe='')}/{quote(decision, safe='')}"
    return f"{base}/plugin/horae{urlsplit(base).path}/{page}"
