"""One hand-off's page: what the person agreed to show, who has it, and the box to answer in."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clinics import Clinic
from bot.handoff.desk import LONGEST, Gone, longest
from bot.handoff.handoff import OUTCOMES, Handoff
from bot.handoff.states import State
from bot.staff.canned import Canned, filled, replies
from bot.staff.guard import Member, staff_route
from bot.staff.inbox_pages import said
from bot.staff.office import Office
from bot.staff.render import render
from bot.staff.week import week_words

Endpoint = Callable[..., Awaitable[Response]]


def or_gone(endpoint: Endpoint) -> Endpoint:
    """Says in plain words that a hand-off is gone: on a page, or in the place of the talk."""

    @wraps(endpoint)
    async def call(*args: Any) -> Response:
        try:
            return await endpoint(*args)
        except Gone:
            return gone(args[-1])

    return call


def gone(request: Request) -> Response:
    status = HTTPStatus.GONE
    if request.headers.get("hx-request") == "true":
        place = {"HX-Retarget": "#talk", "HX-Reswap": "innerHTML"}
        return render(request, "_gone.html", status_code=status, headers=place)
    return render(request, "gone.html", status_code=status)


@dataclass(frozen=True)
class ConversationPages:
    office: Office

    def routes(self) -> list[Route]:
        return [
            staff_route("/staff/h/{id}", self.page),
            staff_route("/staff/h/{id}/live", self.live, quiet=True),
        ]

    @or_gone
    async def page(self, request: Request) -> Response:
        member: Member = request.state.member
        handoff = await self.office.visible(member, request.path_params["id"])
        await self.office.opened(member, "handoff.view", handoff)
        shown = await self._shown(member, handoff)
        more: dict[str, Any] = {
            "said": said(request),
            "wide": True,
            "canned": await self.ready(member, handoff) if member.answers() else [],
            "colleagues": await self.office.colleagues(member, handoff.clinic),
        }
        return render(request, "conversation.html", **shown, **more)

    @or_gone
    async def live(self, request: Request) -> Response:
        """The parts that change, for a page that is open."""
        member: Member = request.state.member
        handoff = await self.office.visible(member, request.path_params["id"])
        await self.office.looked(member, "handoff.view", handoff)
        return render(request, "_live.html", **await self._shown(member, handoff))

    async def _shown(self, member: Member, handoff: Handoff) -> dict[str, Any]:
        office = self.office
        notes = await office.handoffs.notes(handoff)
        messages = await office.handoffs.transcript(handoff)
        return {
            "handoff": handoff,
            "holding": holding(member, handoff),
            "messages": messages,
            "texts": await office.texts(handoff, messages),
            "reached": await office.handoffs.reaches(handoff),
            "notes": notes,
            "names": await self._names() if notes else {},
            "lists": await office.lists(member),
            "open": handoff.id,
            "outcomes": OUTCOMES,
            "longest": longest(handoff),
            "longest_note": LONGEST,
            "client_id": secrets.token_hex(12),
            **office.helpers(),
        }

    async def _names(self) -> dict[str, str]:
        site = self.office.site
        return {one.id: one.name for one in await site.record.call(site.accounts.all)}

    async def ready(self, member: Member, handoff: Handoff) -> list[Canned]:
        """The ready replies in the person's language, with what we know filled in."""
        office, clinic = self.office, self.office.clinics.get(handoff.clinic)
        record = office.site.record
        found = await record.call(replies, record.store.engine, handoff.clinic, handoff.language)
        lines = office.helplines.strip(clinic.country, handoff.language) if clinic else []
        slots = {
            "clinic": clinic.name if clinic else None,
            "phone": national(clinic.phone, clinic.country) if clinic and clinic.phone else None,
            "me": member.name,
            "title": member.title,
            "hours": self._hours(clinic, handoff.language) if clinic else None,
            "lines": ", ".join(line["label"] for line in lines),
        }
        return filled(found, slots)

    def _hours(self, clinic: Clinic, language: str) -> str | None:
        words = self.office.site.words[language]
        if clinic.hours is None:
            return None
        return week_words(clinic.hours, {**vars(words.admin), **vars(words.inbox)})


def holding(member: Member, handoff: Handoff) -> str:
    """Whose it is, as the page tells it: waiting, mine, other or over."""
    if handoff.state is State.WAITING:
        return "waiting"
    if handoff.state not in (State.CLAIMED, State.ACTIVE):
        return "over"
    return "mine" if handoff.staff_id == member.id else "other"


def national(phone: str, country: str) -> str:
    """A number as people of the country write it."""
    import phonenumbers

    number = phonenumbers.parse(phone, country)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
