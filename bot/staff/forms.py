"""What a page of ours sends, and how it shows that it is ours.

Two things must hold: the browser says that the form comes from our own origin (``Origin``
and ``Sec-Fetch-Site``, headers that no page can set), and the form brings the session's token.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.body import LARGEST
from bot.staff.render import problem_page

SAFE = ("GET", "HEAD")
"""Methods that change nothing."""
MOST_FIELDS = 1_000


async def read_form(request: Request) -> Response | None:
    """Read it into ``request.state.form``; or the answer to one from another site's page, unread.

    Raises ``HTTPException`` when it is too large.
    """
    if request.method in SAFE:
        return None
    if not _is_ours(request):
        return problem_page(request, "stale", HTTPStatus.FORBIDDEN)
    request.state.form = await _form(request)
    return None


def has_token(request: Request) -> bool:
    """Whether the form, or the header ``X-CSRF-Token``, brings what ``request.state.csrf`` says."""
    given = request.headers.get("x-csrf-token") or str(request.state.form.get("csrf", ""))
    wanted: str = request.state.csrf
    return hmac.compare_digest(given.encode(), wanted.encode())


def _is_ours(request: Request) -> bool:
    """At least one of the two headers must be there, and none may name another origin. The address
    that the browser asked counts as ours, too: ``localhost`` beside ``127.0.0.1``."""
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if origin is None:
        return fetched == "same-origin"
    ours = {urlsplit(request.app.state.staff.origin).netloc, request.headers.get("host")}
    return urlsplit(origin).netloc in ours and fetched in (None, "same-origin")


async def _form(request: Request) -> FormData:
    """Empty when it is no form, or one that cannot be read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return FormData()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return FormData()
    return FormData([(name, value.replace("\0", "")) for name, value in pairs])
