"""Headers that keep the pages to themselves, and what a page elsewhere may read.

A clinic's sites may frame its chat page and call the API; every other page of ours is framed by
nobody. The book of clinics is asked at every request, so a change counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.problems import Problem
from bot.clinic import Clinic

SHARED = ("/api/", "/widget.js")
"""What pages elsewhere load; all else is loaded by our own only."""
_YEAR = 365 * 24 * 3600  # seconds
_REFUSED = "origin_refused"


def content_policy(framed_by: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a page that these origins may frame; of none: nobody."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {' '.join(framed_by) or chr(39) + 'none' + chr(39)}"
    )


class SecurityHeaders:
    """Adds the headers to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_policy(),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        if https:
            self.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = scope.get("path", "").startswith(SHARED)
        who = "cross-origin" if shared else "same-origin"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cross-Origin-Resource-Policy", who)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class ClinicCors(CORSMiddleware):
    """Lets a clinic's sites read the API's answers.

    Before a call (preflight) a browser does not say which clinic it is for, so any clinic's site
    may ask; the call itself is refused to the sites of others (`check_origin`), unread.
    """

    def __init__(self, app: ASGIApp, *, clinics: Mapping[str, Clinic], own_origin: str) -> None:
        super().__init__(
            app,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            expose_headers=["Retry-After"],
            max_age=600,
        )
        self.clinics = clinics
        self.own_origin = own_origin

    def is_allowed_origin(self, origin: str) -> bool:
        if origin == self.own_origin:
            return True
        return any(origin in clinic.origins for clinic in self.clinics.values())

    async def simple_response(
        self, scope: Scope, receive: Receive, send: Send, request_headers: Headers
    ) -> None:
        state = scope.setdefault("state", {})

        async def unread(message: Message) -> None:
            if message["type"] == "http.response.start" and state.get(_REFUSED):
                del MutableHeaders(scope=message)["Access-Control-Allow-Origin"]
            await send(message)

        await super().simple_response(scope, receive, unread, request_headers)


def check_origin(request: Request, clinic: Clinic, own_origin: str) -> None:
    """Browsers say which page calls; only the clinic's pages and our own may (no wildcard).

    Raises `Problem` (403), which that page can't read.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin != own_origin and origin not in clinic.origins:
        setattr(request.state, _REFUSED, True)
        raise Problem(HTTPStatus.FORBIDDEN, "origin: not one of the clinic's")
