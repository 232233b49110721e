"""A small Twilio for tests: it keeps what it takes, and tells of it. ``moods`` go wrong as told,
one a call that sends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from bot.sms.twilio_api import Unsent
from bot.sms.values import NotNow, Refused
from tests.handoff.outside.inboxes import Answer, Asked

NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@dataclass
class Kept:
    sid: str
    to: str
    sender: str
    body: str
    text: str | None
    at: float
    status: str = "queued"
    direction: str = "outbound-api"


@dataclass
class Twilio:
    """``moods``: lost (5xx, nothing taken), silent (taken, then 5xx or a time-out), busy (429),
    away (no connection), no (21610)."""

    now: Callable[[], float]
    moods: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    looked: int = 0
    _sids: Any = field(default_factory=itertools.count)

    def take(self, to: str, ours: str, body: str, text: str | None, **more: Any) -> Kept:
        made = Kept(f"SM{next(self._sids):032x}", to, ours, body, text, self.now(), **more)
        self.kept.append(made)
        return made

    # --- in place of `TwilioApi` ----------------------------------------------------------------

    async def send(self, to: str, ours: str, body: str, text: str) -> tuple[str, str]:
        mood = self.moods.pop(0) if self.moods else "good"
        if mood == "busy":
            raise Unsent("Twilio: status 429", 7)
        if mood == "away":
            raise Unsent("Twilio: ConnectionError")
        if mood == "lost":
            raise NotNow("Twilio: status 503")
        if mood == "no":
            raise Refused("Twilio: status 400, code 21610", 21610)
        if mood == "bad":
            raise Refused("Twilio: status 400, code 21211", 21211)
        made = self.take(to, ours, body, text)
        if mood == "silent":
            raise NotNow("Twilio: ReadTimeout")
        if mood == "breaks":
            raise RuntimeError("a fault of ours, after it was sent")
        return made.sid, made.status

    async def find(
        self, to: str, ours: str, body: str, since: float, but: Collection[str]
    ) -> tuple[str, str] | None:
        self.looked += 1
        if self.moods and self.moods[0] == "blind":
            self.moods.pop(0)
            raise Unsent("Twilio: status 401, code 20003", 60)
        for made in self.kept:
            if (made.to, made.body) == (to, body) and made.sid not in but and made.at >= since - 60:
                return made.sid, made.status
        return None

    # --- over HTTP --------------------------------------------------------------------------------

    def __call__(self, asked: Asked) -> Answer:
        """Messages.json of the REST API, as far as it is used."""
        if asked.method == "GET":
            return self._listed(asked)
        form = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        if not NUMBER.fullmatch(form.get("To", "")):
            return problem(400, 21211)
        text = parse_qs(urlsplit(form.get("StatusCallback", "")).query).get("text", [None])[0]
        ours = form.get("MessagingServiceSid") or form["From"]
        return Answer(201, shown(self.take(form["To"], ours, form["Body"], text)))

    def _listed(self, asked: Asked) -> Answer:
        path, _, query = asked.path.partition("?")
        by = dict(parse_qsl(query))
        size, page = int(by.get("PageSize", 50)), int(by.get("Page", 0))
        wanted = [
            shown(made)
            for made in reversed(self.kept)
            if by.get("To") in (None, made.to) and by.get("From") in (None, made.sender)
        ]
        more = f"{path}?{query}&Page={page + 1}" if len(wanted) > size * (page + 1) else None
        listed = {"messages": wanted[size * page : size * (page + 1)], "next_page_uri": more}
        return Answer(200, {**listed, "uri": asked.path, "page": page, "page_size": size})


def shown(made: Kept) -> dict[str, Any]:
    return {
        "sid": made.sid,
        "to": made.to,
        "from": made.sender,
        "body": made.body,
        "status": made.status,
        "direction": made.direction,
        "num_segments": "1",
        "date_created": formatdate(made.at),
        "date_sent": None,
    }


def problem(status: int, code: int, *headers: tuple[str, str]) -> Answer:
    said = {"status": status, "code": code, "message": "The number +15005550001 is not valid."}
    return Answer(status, said, headers)
