"""The web chat API: sessions, messages, events. Its contract is in ``docs/architecture.md``."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot import metrics
from bot.channels.body import read_json
from bot.channels.events import handoff_status, stream
from bot.channels.problems import Problem
from bot.clinics import Clinic
from bot.conversation import Said, Session
from bot.desk import Desk
from bot.limits import ChatLimits, Ear
from bot.security import check_origin
from bot.store.conversations import Erased
from bot.store.record import StoreDown
from bot.tokens import LIFETIME, BadToken, Tokens
from bot.turn import LONGEST, TooLong, UnknownChoice

_CLIENT_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_MESSAGE_ID = re.compile(r"[0-9a-f]{0,32}")
_CHOICE = re.compile(r"[0-9a-f]{1,32}-\d{1,2}")


@dataclass(frozen=True)
class WebChannel:
    """The calls of a page. ``ui`` is what the page needs to know besides: nothing of a person."""

    desk: Desk
    tokens: Tokens
    clinics: Mapping[str, Clinic]
    own_origin: str
    limits: ChatLimits

    def routes(self) -> list[Route]:
        return [
            Route("/api/chat/sessions", self.begin, methods=["POST"]),
            Route("/api/chat/messages", self.send, methods=["POST"]),
            Route("/api/chat/messages", self.read, methods=["GET"]),
            Route("/api/chat/events", self.events, methods=["GET"]),
            Route("/api/chat/session", self.erase, methods=["DELETE"]),
            Route("/api/chat/handoff", self.leave, methods=["DELETE"]),
            Route("/api/chat/typing", self.typing, methods=["POST"]),
            Route("/api/chat/language", self.speak, methods=["POST"]),
        ]

    # --- the calls ----------------------------------------------------------------------------

    async def begin(self, request: Request) -> Response:
        asked = await read_json(request)
        clinic = self.clinics.get(str(asked.get("clinic", "demo")))
        if clinic is None:
            raise Problem(HTTPStatus.NOT_FOUND, "clinic: no clinic of that key")
        check_origin(request, clinic, self.own_origin)
        language = asked.get("language", clinic.languages[0])
        if language not in clinic.languages:
            language = clinic.languages[0]
        session = Session(secrets.token_hex(16), clinic.key, language)
        self.limits.check(await self.limits.may_begin(clinic.key, _address(request)), session)
        first = await self.desk.turn.begin(session)
        ends = self.desk.turn.now() + LIFETIME
        body = {
            "token": self.tokens.issue(session),
            "expires_at": datetime.fromtimestamp(ends, timezone.utc).isoformat(timespec="seconds"),
            "language": language,
            "lines": self.desk.turn.lines(session),
            "messages": [message.public() for message in first],
        }
        return JSONResponse(body, HTTPStatus.CREATED, {"Cache-Control": "no-store"})

    async def send(self, request: Request) -> Response:
        session = await self._session(request)
        said = _said(await read_json(request))
        wait = await self.limits.may_send(session, _address(request), said)
        self.limits.check(wait, session)
        try:
            message = await self.desk.take(session, said)
        except TooLong:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"text: at most {LONGEST} characters"
            ) from None
        except UnknownChoice:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, "choice: not one this conversation was offered"
            ) from None
        except StoreDown:
            raise _store_down() from None
        except Erased:
            raise _unauthorized() from None
        metrics.MESSAGES.labels("web").inc()
        return JSONResponse({"id": message}, HTTPStatus.ACCEPTED)

    async def read(self, request: Request) -> Response:
        session = await self._session(request)
        self.limits.check(self.limits.may_read(session), session)
        after = _after(request.query_params.get("after", ""))
        turn = self.desk.turn
        found = await turn.record.after(session.conversation, after)
        handoff = await handoff_status(turn.reception, session.conversation)
        return JSONResponse(
            {"messages": [message.public() for message in found], "handoff": handoff},
            headers={"Cache-Control": "no-store"},
        )

    async def events(self, request: Request) -> Response:
        session = await self._session(request)
        self.limits.check(self.limits.may_listen(session, _address(request)), session)
        last = request.headers.get("last-event-id") or request.query_params.get("after", "")
        turn = self.desk.turn
        ear = Ear(turn.hub, self.limits.streams, _address(request))
        return StreamingResponse(
            stream(ear, turn.record, turn.reception, session.conversation, _after(last)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def erase(self, request: Request) -> Response:
        session = await self._session(request)
        try:
            await self.desk.erase(session)
        except StoreDown:
            raise _store_down() from None
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def leave(self, request: Request) -> Response:
        """The person stops waiting for somebody, or ends the talk."""
        session = await self._session(request)
        self.limits.check(self.limits.may_read(session), session)
        try:
            await self.desk.turn.leave(session)
        except StoreDown:
            raise _store_down() from None
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def typing(self, request: Request) -> Response:
        session = await self._session(request)
        self.limits.check(self.limits.may_read(session), session)
        on = (await read_json(request)).get("on")
        if not isinstance(on, bool):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "on: true or false")
        self.desk.turn.typing(session, on)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def speak(self, request: Request) -> Response:
        """The same conversation in another of the clinic's languages: a new token says so."""
        session = await self._session(request)
        self.limits.check(self.limits.may_read(session), session)
        language = (await read_json(request)).get("language")
        if language not in self.clinics[session.clinic].languages:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "language: not one of the clinic's")
        try:
            speaking = await self.desk.turn.speak(session, language)
        except StoreDown:
            raise _store_down() from None
        body = {
            "token": self.tokens.issue(speaking),
            "language": language,
            "lines": self.desk.turn.lines(speaking),
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    # --- who is calling -----------------------------------------------------------------------

    async def _session(self, request: Request) -> Session:
        """The session of the bearer token, at a clinic that allows the calling page."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            session, _ends = self.tokens.read(token if scheme.lower() == "bearer" else "")
        except BadToken:
            raise _unauthorized() from None
        clinic = self.clinics.get(session.clinic)
        if clinic is None:
            raise _unauthorized()
        check_origin(request, clinic, self.own_origin)
        if await self.desk.is_erased(session):
            raise _unauthorized()
        return session


def _address(request: Request) -> str:
    """The peer's, or the one that a proxy told: uvicorn decides whom it believes."""
    return request.client.host if request.client else ""


def _unauthorized() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "authorization: the session's token is missing, wrong or expired, or the chat was erased",
        WWW_Authenticate="Bearer",
    )


def _store_down() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the message was not taken; send it again with the same client_id",
        Retry_After="2",
    )


def _said(asked: Mapping[str, Any]) -> Said:
    client_id, text, choice = asked.get("client_id"), asked.get("text"), asked.get("choice")
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "client_id: 1 to 64 of letters, digits and . : _ -"
        )
    if (text is None) == (choice is None):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "send either text or choice")
    if choice is not None:
        if not isinstance(choice, str) or not _CHOICE.fullmatch(choice):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "choice: not an id we issue")
        return Said(client_id, choice=choice)
    if not isinstance(text, str):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "text: not text")
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    if not text.strip():
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "text: empty")
    return Said(client_id, text=text)


def _after(value: str) -> str:
    if not _MESSAGE_ID.fullmatch(value):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "after: not a message id")
    return value
