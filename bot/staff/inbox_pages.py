"""The inbox: who waits for a person, whose chats are whose, and what has just ended."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.staff.guard import Member, staff_route
from bot.staff.office import Office
from bot.staff.render import render, words_for

SAID = (
    "age_now",
    "age_minutes",
    "age_hours",
    "age_days",
    "alert",
    "not_connected",
    "connected",
    "signed_out",
    "signed_out_why",
    "sign_in",
    "sound_on",
    "sound_off",
    "sound_waits",
    "heard_new",
    "heard_message",
    "heard_dropped",
    "taken_from_you",
    "not_sent",
    "unsent",
    "not_sent_down",
    "not_done",
    "typing",
)
"""Words that staff.js says by itself."""


@dataclass(frozen=True)
class InboxPages:
    office: Office

    def routes(self) -> list[Route]:
        return [
            staff_route("/staff/inbox", self.page),
            staff_route("/staff/inbox/live", self.live, quiet=True),
            staff_route("/staff/here", self.here),
        ]

    async def page(self, request: Request) -> Response:
        await self.office.opened(request.state.member, "inbox.view")
        return render(request, "inbox.html", said=said(request), **await self._context(request))

    async def live(self, request: Request) -> Response:
        """The lists alone, for a page that is open."""
        await self.office.looked(request.state.member, "inbox.view")
        return render(request, "_lists.html", **await self._context(request))

    async def here(self, _request: Request) -> Response:
        """Somebody sits there: the session goes on. Shows nothing."""
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _context(self, request: Request) -> dict[str, Any]:
        member: Member = request.state.member
        lists = await self.office.lists(member)
        return {"lists": lists, "open": "", "wide": True, **self.office.helpers()}


def said(request: Request) -> dict[str, str]:
    words: SimpleNamespace = words_for(request).inbox
    return {name: getattr(words, name) for name in SAID}
