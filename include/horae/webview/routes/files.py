"""Style and scripts."""

from fastapi import APIRouter, HTTPException, Request, Response

from horae.webview.access import Reading
from horae.webview.static_files import static_file

router = APIRouter()

FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


@router.get("/static/{name}")
def static(request: Request, name: str, person: Reading) -> Response:
    """A file; one that was asked for by its mark never changes at that address."""
    found = static_file(name)
    if found is None:
        raise HTTPException(404, f"There is no file {name!r}.")
    headers = {
        "etag": f'"{found.mark}"',
        "cache-control": FOR_EVER if request.url.query == found.mark else ASK_AGAIN,
    }
    if found.mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
