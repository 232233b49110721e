"""A private link to one list, for a person who reads it on a phone or wants it on paper.

The link names a conversation and a message, is signed, and works for three days; what it opens is
looked up, so it opens nothing once the chat is deleted. Whoever has the link can open it: it is
texted to nobody but the person, and its page asks not to be kept, indexed or passed on.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jinja2
from itsdangerous import BadData, TimestampSigner
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.conversation import Message
from bot.store.record import Record, StoreDown
from guardrails.catalogue import Catalogue

LIFETIME = timedelta(days=3)
_HERE = Path(__file__).resolve().parent
_CONVERSATION, _MESSAGE = 16, 12  # bytes of an id
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}

Words = Mapping[str, Mapping[str, str]]
"""Of ``data/content/sms/list.yml``, by language."""


class BadLink(Exception):
    """Not a link of ours, changed, or too old."""


class Links:
    """Makes and reads them. Short, since a text message pays for every letter."""

    def __init__(self, secret: str, public_url: str) -> None:
        self._signer = TimestampSigner(secret, salt="carenav.list.v1")
        self._public_url = public_url.rstrip("/")

    def address(self, conversation: str, message: str) -> str:
        """The link to a message's list. ``ValueError`` when these are no ids of ours."""
        named = bytes.fromhex(conversation) + bytes.fromhex(message)
        if len(named) != _CONVERSATION + _MESSAGE:
            raise ValueError("not the ids of a conversation and a message")
        token = self._signer.sign(base64.urlsafe_b64encode(named).rstrip(b"=")).decode()
        return f"{self._public_url}/l/{token}"

    def read(self, token: str) -> tuple[str, str, datetime]:
        """The ids of a conversation and a message, and when the link ends. Raises `BadLink`."""
        try:
            signed, at = self._signer.unsign(
                token, max_age=int(LIFETIME.total_seconds()), return_timestamp=True
            )
            named = base64.urlsafe_b64decode(signed + b"=" * (-len(signed) % 4)).hex()
        except (BadData, ValueError, binascii.Error):
            raise BadLink("not a link that opens something") from None
        ends = at.replace(tzinfo=timezone.utc) + LIFETIME
        return named[: 2 * _CONVERSATION], named[2 * _CONVERSATION :], ends


@dataclass(frozen=True)
class ListPage:
    """``GET /l/{token}``: the list that the link names, and nothing else."""

    links: Links
    record: Record
    words: Words
    catalogue: Catalogue

    def routes(self) -> list[Route]:
        return [Route("/l/list.css", _style), Route("/l/{token}", self._show)]

    async def _show(self, request: Request) -> Response:
        spoken = _spoken(request.headers.get("accept-language", ""), self.words)
        try:
            conversation, id, ends = self.links.read(request.path_params["token"])
            message = await self.record.find(conversation, id)
        except BadLink:
            return self._sorry(spoken, "gone", HTTPStatus.GONE)
        except StoreDown:
            return self._sorry(spoken, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        if message is None or not message.print:
            return self._sorry(spoken, "gone", HTTPStatus.GONE)
        language, heading, listed = self._parts(message, spoken)
        until = self.words[language]["until"].format(until=f"{ends:%Y-%m-%d %H:%M}")
        return self._page(language, heading, items=_items(listed), until=until)

    def _parts(self, message: Message, spoken: str) -> tuple[str, str, str]:
        """The language of a message, what stands before its list, and the list; less the hints on
        what can be done in the chat."""
        known = self.catalogue.messages.get(message.message or "")
        said = [*known.words.items(), *known.short.items()] if known else []
        for language, words in said:
            before, _, after = (part.strip() for part in words.partition("{lines}"))
            if message.text.startswith(before) and message.text.endswith(after):
                listed = message.text[len(before) :].removesuffix(after).strip()
                return language, before.rstrip(":"), listed
        return spoken, self.words[spoken]["title"], message.text

    def _sorry(self, language: str, why: str, status: HTTPStatus) -> Response:
        words = self.words[language]
        return self._page(language, words[f"{why}_title"], status, paragraphs=[words[why]])

    def _page(
        self, language: str, heading: str, status: HTTPStatus = HTTPStatus.OK, **more: Any
    ) -> Response:
        shown = {"items": [], "paragraphs": [], "until": "", **more}
        page = _template().render(
            language=language, heading=heading, words=self.words[language], **shown
        )
        return Response(page, status, media_type="text/html", headers=_SAFE)


def _items(listed: str) -> Sequence[str]:
    """The lines of a numbered list, without their numbers; one may go over several lines."""
    items: list[str] = []
    for line in listed.splitlines():
        number = f"{len(items) + 1}. "
        if line.startswith(number):
            items.append(line[len(number) :])
        elif items:
            items[-1] += f"\n{line}"
        else:
            items.append(line)
    return [item.strip() for item in items if item.strip()]


def _spoken(accepted: str, words: Words) -> str:
    """The first language of the browser that we have; where no list says which one it is in."""
    wanted = [one.strip().lower()[:2] for one in re.split("[,;]", accepted)]
    return next((one for one in wanted if one in words), next(iter(words)))


@cache
def _template() -> jinja2.Template:
    strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return strict.from_string((_HERE / "list.html").read_text(encoding="utf-8"))


async def _style(_request: Request) -> Response:
    style = (_HERE / "list.css").read_text(encoding="utf-8")
    return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=300"})
