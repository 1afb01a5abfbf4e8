"""Failures as pages in words: what came, what was expected, what to do."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from horae.errors import HoraeError, LedgerBroken, SettingsError, Unavailable
from horae.webview.pages import page
from horae.webview.safety import HARMLESS

TITLES = {
    400: "This cannot be asked",
    401: "Sign in first",
    403: "This is not allowed",
    404: "There is no such page",
    405: "This address is not used like this",
    409: "This cannot be done now",
    422: "This cannot be asked",
    500: "The ledger does not hold",
    503: "Something does not answer",
}
BROKEN = (
    "The page failed in a way that was not foreseen. {} The log of Airflow's api-server tells "
    "what happened; `horae ledger show` tells the same story as a page."
)
UNTOUCHED = "Nothing was changed by it."
PERHAPS = "Whether what was asked for was done is not known: load the page again and look."


def answer_failures(app: FastAPI) -> None:
    """Give every failure of a route its page."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HoraeError, _foreseen)
    app.add_exception_handler(Exception, _unforeseen)


def _unforeseen(request: Request, _error: Exception) -> Response:
    """Starlette raises the error again afterwards, so that the server logs it."""
    changed = UNTOUCHED if request.method in HARMLESS else PERHAPS
    return _answer(request, 500, BROKEN.format(changed), title="The page failed")


def _http(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    detail = str(getattr(error, "detail", error))
    if status == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = "Nothing is at this address. The fleet page leads to everything there is."
    if status == HTTPStatus.UNAUTHORIZED:
        detail = "Nobody has signed in here, or the sign-in has expired."
    answer = _answer(request, status, detail)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it)
    faults = "; ".join(
        f"{'.'.join(map(str, fault['loc'][1:]))}: got {str(fault.get('input'))[:80]!r}, "
        f"{fault['msg']}"
        for fault in error.errors()
    )
    return _answer(request, 422, faults)


def _foreseen(request: Request, error: Exception) -> Response:
    match error:
        case Unavailable():
            return _answer(request, 503, str(error))
        case LedgerBroken():
            return _answer(request, 500, str(error))
        case SettingsError():
            return _answer(request, 409, str(error), title="The job's spec cannot be used")
        case _:
            return _answer(request, 404, str(error), title="This is not in the ledger")


def _answer(request: Request, status: int, text: str, *, title: str | None = None) -> Response:
    """A page for a person; plain text for a program."""
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(
            text.encode("utf-8", "backslashreplace"), status_code=status, media_type="text/plain"
        )
    return page(
        request,
        "failure.html",
        person=None,
        status=status,
        title=title or TITLES.get(status, "This went wrong"),
        text=text,
        code=status,
    )
