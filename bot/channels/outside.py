"""Answers that come from a clinic's own inbox: its signed webhook, or Chatwoot's.

Whoever may speak to a person is whoever holds the clinic's secret. The same request again is
harmless. What can't be done is answered with a status that the inbox shows its agents as failed.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.body import LARGEST
from bot.channels.problems import Problem
from bot.clinics import Clinic
from bot.handoff import chatwoot, webhook
from bot.handoff.courier import Told
from bot.handoff.deliveries import Deliveries
from bot.handoff.desk import LONGEST, Gone, HandoffDesk, NotAllowed
from bot.handoff.handoff import OUTCOMES, Answerer, Handoff
from bot.handoff.states import LASTING, State
from bot.sms.values import OptedOut
from bot.store.record import StoreDown
from bot.widget.assets import Words

EVENTS = ("claimed", "message", "typing", "ended")
LARGEST_TOLD = 1024 * 1024
"""Bytes of one of Chatwoot's events: each repeats the conversation's last message, twice."""
_NAME = 60  # characters of an agent's name or title, as the table has it


@dataclass(frozen=True)
class OutsideChannel:
    """``named`` are the settings that a clinic's file may name: they hold the secrets."""

    desk: HandoffDesk
    deliveries: Deliveries
    clinics: Mapping[str, Clinic]
    named: Mapping[str, str]
    words: Words
    now: Callable[[], float]
    closed_unread: Told
    """Agents closed it without a word: the person must hear that nobody comes."""

    def routes(self) -> list[Route]:
        return [
            Route("/api/handoff/{clinic}/replies", self.replies, methods=["POST"]),
            Route("/api/handoff/{clinic}/chatwoot", self.chatwoot, methods=["POST"]),
            Route("/api/handoff/{clinic}/chatwoot/{secret}", self.chatwoot, methods=["POST"]),
        ]

    # --- the signed webhook -------------------------------------------------------------------

    async def replies(self, request: Request) -> Response:
        clinic, body = self._clinic(request, "webhook"), await _body(request)
        way = clinic.handoff if clinic else None
        try:
            secrets = webhook.read_secrets(self._secret(way.webhook_secret_env if way else None))
        except ValueError:
            raise _unauthorized() from None
        if clinic is None or not webhook.is_genuine(secrets, request.headers, body):
            raise _unauthorized()
        asked = _object(body)
        event = asked.get("event")
        if event not in EVENTS:
            raise _bad(f"event: one of {', '.join(EVENTS)}")
        return await self._answer(self._reply(clinic, str(event), asked))

    async def _reply(self, clinic: Clinic, event: str, asked: Mapping[str, Any]) -> Handoff:
        handoff = await self.desk.get(_text(asked, "handoff", 32))
        if handoff.clinic != clinic.key:
            raise Gone(handoff.id)
        if event == "typing":
            await self.desk.typing(handoff.id, bool(asked.get("on", True)))
            return handoff
        agent = asked.get("agent")
        agent = agent if isinstance(agent, dict) else {}
        by = Answerer(None, _text(agent, "name", _NAME), _text(agent, "title", _NAME, needed=False))
        if event == "claimed":
            return await self._take(handoff, by)
        if event == "message":
            words, key = _text(asked, "text", LONGEST), _text(asked, "id", 200)
            return await self._say(handoff, by, words, f"webhook {key}")
        outcome = asked.get("outcome", "answered")
        if outcome not in OUTCOMES:
            raise _bad(f"outcome: one of {', '.join(OUTCOMES)}")
        return await self._end(handoff, outcome)

    # --- Chatwoot's webhook -------------------------------------------------------------------

    async def chatwoot(self, request: Request) -> Response:
        clinic, body = self._clinic(request, "chatwoot"), await _body(request, LARGEST_TOLD)
        way = clinic.handoff if clinic else None
        secret = self._secret(way.chatwoot_secret_env if way else None)
        in_path = request.path_params.get("secret")
        if in_path is None:
            genuine = chatwoot.is_genuine(secret, request.headers, body, self.now())
        else:  # a Chatwoot of before signatures
            genuine = bool(secret) and hmac.compare_digest(in_path.encode(), secret.encode())
        if clinic is None or not genuine:
            raise _unauthorized()
        told = _object(body)
        handoff = await self._told_of(clinic, told)
        if handoff is None:
            return JSONResponse({"ignored": True})
        return await self._answer(self._chatwoot(handoff, told))

    async def _told_of(self, clinic: Clinic, told: Mapping[str, Any]) -> Handoff | None:
        """The hand-off of the conversation that Chatwoot speaks of; others are not ours."""
        about = told if told.get("event") == "conversation_status_changed" else _part(told)
        named = chatwoot.named_outside(clinic.key, about.get("id"))
        record = self.desk.record
        try:
            found = await record.call(self.deliveries.of_outside, chatwoot.CONVERSATION, named)
            return await self.desk.get(found) if found else None
        except StoreDown:
            raise _store_down() from None
        except Gone:
            return None

    async def _chatwoot(self, handoff: Handoff, told: Mapping[str, Any]) -> Handoff:
        event = told.get("event")
        if event in ("message_created", "message_updated"):
            return await self._agent_said(handoff, told)
        if event in ("conversation_typing_on", "conversation_typing_off"):
            if _part(told, "user").get("type") == "user" and not told.get("is_private"):
                await self.desk.typing(handoff.id, event.endswith("on"))
            return handoff
        if event == "conversation_status_changed" and told.get("status") == "resolved":
            if handoff.state is State.WAITING:
                await self.closed_unread(handoff)
                return await self.desk.get(handoff.id)
            if handoff.state in LASTING:
                return await self._end(handoff, "other")
        return handoff

    async def _agent_said(self, handoff: Handoff, told: Mapping[str, Any]) -> Handoff:
        """An agent's public message. Notes, bots, greetings and what the person said are not."""
        sender, attributes = _part(told, "sender"), _part(told, "content_attributes")
        by_an_agent = told.get("message_type") == "outgoing" and sender.get("type") == "user"
        if not by_an_agent or told.get("private") is not False or attributes.get("deleted"):
            return handoff
        words = self.words.by_language[handoff.language]
        content = told.get("content")
        text = content.strip() if isinstance(content, str) else ""
        if told.get("attachments"):
            text = f"{text}\n{words['attachment']}".strip()
        if not text:
            return handoff
        if len(text) > LONGEST:
            raise _bad(f"content: at most {LONGEST} characters")
        first_name = next(iter(str(sender.get("name") or "").split()), "")
        by = Answerer(None, first_name[:_NAME] or words["agent_title"], words["agent_title"])
        return await self._say(handoff, by, text, f"chatwoot {told.get('id')}")

    # --- both ---------------------------------------------------------------------------------

    async def _say(self, handoff: Handoff, by: Answerer, words: str, key: str) -> Handoff:
        """Their words to the person. Who says the first thing, or another, takes it with that."""
        try:
            await self.desk.say(handoff.id, by, words, key)
        except NotAllowed as fault:
            await self._take(fault.now, by)
            await self.desk.say(handoff.id, by, words, key)
        return await self.desk.get(handoff.id)

    async def _take(self, handoff: Handoff, by: Answerer) -> Handoff:
        """It is theirs: out of the line, or from a colleague in the same inbox."""
        if handoff.state is State.WAITING:
            return await self.desk.claim(handoff.id, by)
        holder = _holder(handoff)
        if holder is None:
            raise NotAllowed(handoff)
        if holder.name == by.name:
            return handoff
        return await self.desk.transfer(handoff.id, holder, by)

    async def _end(self, handoff: Handoff, outcome: str) -> Handoff:
        if handoff.state is State.ENDED:
            return handoff
        holder = _holder(handoff)
        if holder is None:
            raise NotAllowed(handoff)
        return await self.desk.end(handoff.id, holder, outcome)

    async def _answer(self, work: Any) -> Response:
        try:
            handoff = await work
        except NotAllowed as fault:
            state = {"state": str(fault.now.state)}
            raise Problem(HTTPStatus.CONFLICT, "not a step of its state", state) from None
        except OptedOut:
            raise Problem(HTTPStatus.CONFLICT, "they asked for no more texts") from None
        except Gone:
            raise Problem(
                HTTPStatus.NOT_FOUND, "handoff: none of that id; it may be erased"
            ) from None
        except ValueError as fault:
            raise _bad(str(fault)) from None
        except StoreDown:
            raise _store_down() from None
        return JSONResponse({"handoff": handoff.id, "state": str(handoff.state)})

    def _clinic(self, request: Request, way: str) -> Clinic | None:
        clinic = self.clinics.get(request.path_params["clinic"])
        return clinic if clinic and clinic.handoff and clinic.handoff.to == way else None

    def _secret(self, name: str | None) -> str:
        return self.named.get(name or "", "").strip()


def _holder(handoff: Handoff) -> Answerer | None:
    """The outside agent who has it now."""
    held = handoff.state in (State.CLAIMED, State.ACTIVE) and handoff.staff_id is None
    if not held or not handoff.staff_name:
        return None
    return Answerer(None, handoff.staff_name, handoff.staff_title or "")


def _part(told: Mapping[str, Any], name: str = "conversation") -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


async def _body(request: Request, most: int = LARGEST) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: at most {most} bytes")
    return body


def _object(body: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        parsed = json.loads(body)
        if isinstance(parsed, dict):
            return parsed
    raise Problem(HTTPStatus.BAD_REQUEST, "body: not a JSON object")


def _text(asked: Mapping[str, Any], name: str, longest: int, *, needed: bool = True) -> str:
    value = asked.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or len(value) > longest or (needed and not value.strip()):
        raise _bad(f"{name}: text of 1 to {longest} characters")
    return value.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _bad(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _unauthorized() -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, "not signed with this clinic's secret, or too long ago")


def _store_down() -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not taken; send it again", Retry_After="2")
