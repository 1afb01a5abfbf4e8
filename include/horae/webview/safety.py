"""What every answer carries, and where a request that changes something must come from."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
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


class Safety:
    """Stands around the whole application, so that its errors carry the headers as well.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        refusal = refusal_of(scope["method"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_safely)


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
