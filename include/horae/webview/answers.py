"""Answers for programs: JSON that any text of the ledger fits into."""

import json
import math
from typing import Any

from fastapi import Response


def as_json(value: Any, status: int = 200) -> Response:
    """A JSON answer; text that is no Unicode is written as escapes, so that it can be sent."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Response(text, status_code=status, media_type="application/json")


def figure(value: float | None, digits: int = 5) -> float | None:
    """A figure short enough to be sent by the thousand; what is not finite is not known."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")
