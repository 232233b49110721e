"""Messages as Twilio keeps and shows them: the Message resource of its API of 2010-04-01."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from bot.sms.segments import segments

API = "2010-04-01"
MOST = 1_000
"""Messages on a page at most; 50 unless asked for."""


@dataclass
class Text:
    """One message. Times are unix seconds; ``sent_at`` is None until it has left Twilio.

    ``ours`` is the service's own number, whatever the direction. ``callback`` is where its status
    is told.
    """

    sid: str
    direction: str
    """inbound | outbound-api | outbound-reply"""
    phone: str
    ours: str
    body: str
    status: str
    created_at: float
    service: str | None = None
    callback: str | None = None
    sent_at: float | None = None
    error: int | None = None
    media: int = 0

    @property
    def inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def sender(self) -> str:
        return self.phone if self.inbound else self.ours

    @property
    def to(self) -> str:
        return self.ours if self.inbound else self.phone

    def document(self, account: str) -> dict[str, Any]:
        """What the API answers for it."""
        uri = f"/{API}/Accounts/{account}/Messages/{self.sid}"
        return {
            "account_sid": account,
            "api_version": API,
            "body": self.body,
            "date_created": _written(self.created_at),
            "date_sent": _written(self.sent_at),
            "date_updated": _written(self.sent_at or self.created_at),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": str(self.media),
            "num_segments": str(segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


def _written(at: float | None) -> str | None:
    return None if at is None else format_datetime(datetime.fromtimestamp(at, timezone.utc))


def listed(texts: Iterable[Text], account: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """A page of those that the filters of ``asked`` let through, the newest first.

    A message that has not left yet has no date, so that a filter by date does not find it.
    """
    found = [text for text in texts if _matches(text, asked)]
    found.sort(key=lambda text: text.created_at, reverse=True)
    size = min(int(asked.get("PageSize") or 50), MOST)
    page = int(asked.get("Page") or 0)
    start = page * size
    shown = found[start : start + size]
    here = _Address(f"/{API}/Accounts/{account}/Messages.json", asked, size)
    return {
        "end": start + max(len(shown) - 1, 0),
        "first_page_uri": here.page(0),
        "next_page_uri": here.page(page + 1) if start + size < len(found) else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": here.page(page - 1) if page else None,
        "messages": [text.document(account) for text in shown],
        "start": start,
        "uri": here.page(page),
    }


@dataclass(frozen=True)
class _Address:
    path: str
    asked: Mapping[str, str]
    size: int

    def page(self, number: int) -> str:
        return f"{self.path}?{urlencode({**self.asked, 'PageSize': self.size, 'Page': number})}"


def _matches(text: Text, asked: Mapping[str, str]) -> bool:
    if asked.get("To", text.to) != text.to or asked.get("From", text.sender) != text.sender:
        return False
    dates = {name: asked[name] for name in ("DateSent", "DateSent<", "DateSent>") if name in asked}
    return not dates or (text.sent_at is not None and _dated(text.sent_at, dates))


def _dated(sent_at: float, asked: Mapping[str, str]) -> bool:
    """``DateSent`` is a day; the others may be a second of it."""
    at = datetime.fromtimestamp(int(sent_at), timezone.utc)
    for name, value in asked.items():
        wanted = datetime.fromisoformat(value.replace("Z", "+00:00"))
        wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=timezone.utc)
        holds = {
            "DateSent": at.date() == wanted.date(),
            "DateSent<": at <= wanted,
            "DateSent>": at >= wanted,
        }
        if not holds[name]:
            return False
    return True
