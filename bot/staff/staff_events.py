"""Server-sent events for staff pages: that something changed, never what was said.

The page reads itself again on each. An event goes out at least every `KEEPALIVE` seconds, so that
a page can tell a quiet morning from a dead connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.handoff.desk import Gone
from bot.hub import Closed, Event, HandoffChanged, Hub, Typing, clinic_subject
from bot.staff.guard import Member, staff_route, still_in
from bot.staff.office import Office
from bot.store.record import StoreDown

KEEPALIVE = 15.0
"""Seconds of silence after which the page is told that the line is open."""
CHECK = 30.0
"""Seconds between two looks at whether the member is still signed in."""
LONGEST_LINE = 3600.0
"""Seconds after which a page connects anew, so that a change of clinics reaches it."""


@dataclass(frozen=True)
class StaffEvents:
    office: Office

    def routes(self) -> list[Route]:
        return [staff_route("/staff/events", self.events, quiet=True)]

    async def events(self, request: Request) -> Response:
        """``?h=`` names the hand-off whose page is open: then also its typing and new messages."""
        member: Member = request.state.member
        subjects = self.subjects(member)
        if wanted := request.query_params.get("h"):
            try:
                handoff = await self.office.visible(member, wanted)
                subjects.append(handoff.conversation)
            except Gone:
                pass  # the page itself says so
        return StreamingResponse(
            stream(self.office.hub, subjects, lambda: still_in(request)),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    def subjects(self, member: Member) -> list[str]:
        return [clinic_subject(key) for key in self.office.clinics if member.may_see(key)]


async def stream(
    hub: Hub,
    subjects: list[str],
    signed_in: Callable[[], Awaitable[bool]],
    keepalive: float = KEEPALIVE,
    check: float = CHECK,
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    began = checked = clock()
    with hub.listening(*subjects) as queue:
        yield "retry: 2000\n\n" + _event("hello")
        while clock() - began < LONGEST_LINE:
            if clock() - checked >= check:
                checked = clock()
                if not await _lasts(signed_in):
                    yield _event("signed_out")
                    return
            try:
                event = await asyncio.wait_for(queue.get(), min(keepalive, check))
            except asyncio.TimeoutError:
                yield _event("tick")
                continue
            yield _said(event)


async def _lasts(signed_in: Callable[[], Awaitable[bool]]) -> bool:
    """A database that does not answer shows nothing anyway: the line stays."""
    try:
        return await signed_in()
    except StoreDown:
        return True


def _said(event: Event) -> str:
    if isinstance(event, HandoffChanged):
        return _event("changed", {"handoff": event.handoff, "alert": event.alert})
    if isinstance(event, Typing):
        return _event("typing", {"on": event.on and event.who == "person"})
    if isinstance(event, Closed):
        return _event("closed")
    return _event("said")


def _event(name: str, data: dict[str, object] | None = None) -> str:
    return f"event: {name}\ndata: {json.dumps(data or {})}\n\n"
