"""The routes, a file a page. Each says itself who may use it; a test holds the list complete."""

from horae.webview.routes import decision, entry, files, fleet, followed, forms, job, run, switch

ROUTERS = (
    files.router,
    fleet.router,
    job.router,
    followed.router,
    forms.router,
    decision.router,
    entry.router,
    run.router,
    switch.router,
)
"""Every router of the application."""
