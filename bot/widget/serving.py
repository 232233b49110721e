"""How the chat's script is sent: not again to who has it, and small to who can read that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from bot.widget.assets import Assets

GZIP = re.compile(r"(gzip|\*)\s*(;\s*q=(0\.\d*[1-9]\d*|1(\.0*)?)\s*)?", re.IGNORECASE)
"""What in an ``Accept-Encoding`` allows gzip: by name or any, unless its weight is 0."""


def script_response(request: Request, assets: Assets, headers: Mapping[str, str]) -> Response:
    """``widget.js``, with ``headers`` added."""
    sent = {**headers, "ETag": assets.etag, "Vary": "Accept-Encoding"}
    had = [tag.removeprefix("W/") for tag in _list(request, "if-none-match")]
    if assets.etag in had:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=sent)
    if any(GZIP.fullmatch(coding) for coding in _list(request, "accept-encoding")):
        sent["Content-Encoding"] = "gzip"
        return Response(assets.zipped, media_type="text/javascript", headers=sent)
    return Response(assets.script, media_type="text/javascript", headers=sent)


def _list(request: Request, name: str) -> list[str]:
    return [part.strip() for part in request.headers.get(name, "").split(",")]
