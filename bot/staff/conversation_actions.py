"""What a member of staff does in a conversation: each a small POST that answers with what to say.

An action is in the audit log before it is done; one that came too late is followed by a row that
says so. The page reads itself again after each (`HandoffChanged`), so nothing else is sent back.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import SimpleNamespace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.handoff.desk import LONGEST, NotAllowed, longest
from bot.handoff.handoff import OUTCOMES, Answerer, Handoff
from bot.sms.values import OptedOut
from bot.staff.contact import confirmation, contacts
from bot.staff.conversation_pages import or_gone
from bot.staff.guard import Member, staff_route
from bot.staff.office import Office
from bot.staff.render import render, words_for

_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class ConversationActions:
    office: Office

    def routes(self) -> list[Route]:
        def post(name: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
            return staff_route(
                f"/staff/h/{{id}}/{name}", _or_page(endpoint), methods=["POST"], needs="answer"
            )

        return [
            post("claim", self.claim),
            post("say", self.say),
            post("typing", self.typing),
            post("seen", self.seen),
            post("transfer", self.transfer),
            post("note", self.note),
            post("end", self.end),
        ]

    # --- each action ---

    @or_gone
    async def claim(self, request: Request) -> Response:
        member, handoff = await self._both(request)
        desk, by = self.office.handoffs, member.answerer()
        if refused := await self._do(
            request, "handoff.claim", handoff, lambda: desk.claim(handoff.id, by)
        ):
            return refused
        if request.state.form.get("from") == "inbox":
            return Response(headers={"HX-Redirect": f"/staff/h/{handoff.id}#box"})
        return done("taken")

    @or_gone
    async def say(self, request: Request) -> Response:
        member, handoff = await self._both(request)
        form, words = request.state.form, words_for(request).inbox
        text, client_id = str(form.get("words", "")), str(form.get("client_id", ""))
        if not text.strip() or not _ID.fullmatch(client_id):
            return told(request, "error", words.empty, UNPROCESSABLE)
        if len(text.strip()) > longest(handoff):
            too_long = words.too_long.format(n=longest(handoff))
            return told(request, "error", too_long, UNPROCESSABLE)
        found = self._contacts(text, handoff)
        if found and form.get("confirmed") != confirmation(text):
            return render(
                request, "_told.html", kind="ask", found=found, confirmed=confirmation(text)
            )
        desk, by = self.office.handoffs, member.answerer()
        refused = await self._do(
            request, "handoff.say", handoff, lambda: desk.say(handoff.id, by, text, client_id)
        )
        return refused or done("sent")

    @or_gone
    async def typing(self, request: Request) -> Response:
        """That somebody is writing. It shows nothing and changes nothing: no row."""
        member, handoff = await self._both(request)
        if handoff.staff_id == member.id:
            on = request.state.form.get("on") == "1"
            await self.office.handoffs.typing(handoff.id, on)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @or_gone
    async def seen(self, request: Request) -> Response:
        """Up to which message they have read. The view itself has its row already."""
        member, handoff = await self._both(request)
        message = str(request.state.form.get("message", ""))
        if message and not _ID.fullmatch(message):
            return Response(status_code=UNPROCESSABLE)
        await self.office.handoffs.seen(handoff.id, member.answerer(), message)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @or_gone
    async def transfer(self, request: Request) -> Response:
        member, handoff = await self._both(request)
        words = words_for(request).inbox
        wanted = str(request.state.form.get("to", ""))
        to: Answerer | None = None
        if wanted:
            colleagues = await self.office.colleagues(member, handoff.clinic)
            to = next((one for one in colleagues if one.id == wanted), None)
            if to is None:
                return told(request, "error", words.not_done, UNPROCESSABLE)
        desk, by = self.office.handoffs, member.answerer()
        if refused := await self._do(
            request, "handoff.transfer", handoff, lambda: desk.transfer(handoff.id, by, to)
        ):
            return refused
        return done("moved", told(request, "done", words.transferred))

    @or_gone
    async def note(self, request: Request) -> Response:
        member, handoff = await self._both(request)
        text, words = str(request.state.form.get("words", "")), words_for(request).inbox
        if not text.strip() or len(text) > LONGEST:
            why = words.too_long.format(n=LONGEST) if text.strip() else words.empty
            return told(request, "error", why, UNPROCESSABLE)
        desk, by = self.office.handoffs, member.answerer()
        if refused := await self._do(
            request, "handoff.note", handoff, lambda: desk.note(handoff.id, by, text)
        ):
            return refused
        return done("noted", told(request, "done", words.noted))

    @or_gone
    async def end(self, request: Request) -> Response:
        member, handoff = await self._both(request)
        outcome = str(request.state.form.get("outcome", ""))
        if outcome not in OUTCOMES:
            return told(request, "error", words_for(request).inbox.not_done, UNPROCESSABLE)
        desk, by = self.office.handoffs, member.answerer()
        refused = await self._do(
            request, "handoff.end", handoff, lambda: desk.end(handoff.id, by, outcome)
        )
        return refused or done("moved")

    # --- parts ---

    async def _both(self, request: Request) -> tuple[Member, Handoff]:
        member: Member = request.state.member
        return member, await self.office.visible(member, request.path_params["id"])

    async def _do(
        self,
        request: Request,
        action: str,
        handoff: Handoff,
        step: Callable[[], Awaitable[object]],
    ) -> Response | None:
        """Write it down, then do it. An answer when it was not allowed any more."""
        member: Member = request.state.member
        await self.office.did(member, action, handoff)
        try:
            await step()
        except NotAllowed as refused:
            await self.office.did(member, "handoff.refused", handoff)
            words = words_for(request).inbox
            text = too_late(words, member, refused.now)
            return told(request, "error", text, HTTPStatus.CONFLICT)
        except OptedOut:
            await self.office.did(member, "handoff.refused", handoff)
            words = words_for(request).inbox
            return told(request, "error", words.not_sent_no_texts, HTTPStatus.CONFLICT)
        return None

    def _contacts(self, text: str, handoff: Handoff) -> tuple[str, ...]:
        clinic = self.office.clinics.get(handoff.clinic)
        country = clinic.country if clinic else "US"
        return contacts(text, country, self.office.public_numbers(clinic))


def too_late(words: SimpleNamespace, member: Member, now: Handoff) -> str:
    """What became of it meanwhile: who has it, or that it has changed."""
    if now.dropped_out:
        dropped: str = words.no_texts_long
        return dropped
    if now.staff_id and now.staff_id != member.id and now.ended_at is None:
        taken: str = words.has_taken.format(name=now.staff_name, title=now.staff_title)
        return taken
    changed: str = words.moved_on
    return changed


def told(request: Request, kind: str, text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return render(request, "_told.html", status_code=status, kind=kind, text=text)


def _or_page(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """A form that the browser sent by itself, its scripts not being there yet, gets the page."""

    async def answer(request: Request) -> Response:
        response = await endpoint(request)
        acted = "hx-trigger" in response.headers or "hx-redirect" in response.headers
        if acted and "hx-request" not in request.headers:
            return RedirectResponse(f"/staff/h/{request.path_params['id']}", HTTPStatus.SEE_OTHER)
        return response

    return answer


def done(what: str, answer: Response | None = None) -> Response:
    """The page hears ``what`` as an event of that name, and clears its box or closes its dialog."""
    answer = answer or Response(media_type="text/html")
    answer.headers["HX-Trigger"] = what
    answer.headers["HX-Retarget"] = "#told"
    return answer
