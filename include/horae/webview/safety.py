"""What every answer carries, and where a request that changes something must come from."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
)
"""Nothing but our own files, and frames of our own site: Airflow shows the pages in one."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

log = logging.getLogger(__name__)


class Safety:
    """Stands around the whole application, so that errors carry the headers as well.

    Args:
        app: The application.
        broken: Makes the answer to a request that failed in a way nobody foresaw.
    """

    def __init__(self, app: ASGIApp, broken: Callable[[Request], Response]) -> None:
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_safely(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message)
            await send(message)

        refusal = refusal_of(scope["method"], Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, send_safely)
            return
        try:
            await self._app(scope, receive, send_safely)
        except Exception:
            log.exception("The page %s failed", scope.get("path"))
            if begun:
                raise
            await self._broken(Request(scope))(scope, receive, send_safely)


def refusal_of(method: str, headers: Headers) -> Response | None:
    """The answer to a request that changes something and did not come from our own pages.

    A browser says where a request comes from; what does not say so is no browser, and cannot be
    made to send a cookie that it does not have. JSON is asked for in any case: no form of another
    site can send it.
    """
    if method in HARMLESS:
        return None
    if not _from_own_site(headers):
        return PlainTextResponse(
            "This request came from another site; expected one from a page of Horae. Open the "
            "page in Airflow and use its buttons.",
            status_code=403,
        )
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return PlainTextResponse(
            f"Got content of type {headers.get('content-type', '(none)')[:80]}; expected "
            "application/json.",
            status_code=415,
        )
    return None


def _from_own_site(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _add_headers(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("cache-control", "no-store")
