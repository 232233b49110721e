"""Posting to an address that the clinic's file names: carefully, and reading little of the answer.

The address is the operator's own choice, so any host will do. Redirects are not followed: what is
sent holds what people wrote. No fault's text holds an address or an answer.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.handoff.courier import NotNow, Refused

TIMEOUT = 10.0
"""Seconds to connect, and between two pieces of an answer."""
LONGEST_ANSWER = 2 * 1024 * 1024
"""Bytes of an answer that are read where one is asked for."""
_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_DAY = 24 * 3600.0


def new_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)


def check_address(url: str) -> str:
    """The address, when hand-offs may go there. ``ValueError`` says what is wrong with it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError("not an address") from None
    if not host or parts.username or parts.password or parts.fragment:
        raise ValueError("give an address such as https://inbox.example.org/hook, with no password")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return url
    raise ValueError("must start with https://; http:// is for this machine only")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Poster:
    """Asks, and judges the answer. ``now`` is unix seconds."""

    client: httpx.AsyncClient
    now: Callable[[], float]

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Post; what they answer besides the status is not read. `NotNow`, `Refused`."""
        await self._ask("POST", url, body, headers, most=0)

    async def json(self, method: str, url: str, asked: Mapping[str, Any] | None = None) -> Any:
        """What they answer, from JSON; None when that is empty. `NotNow`, `Refused`."""
        body = b"" if asked is None else json.dumps(asked, ensure_ascii=False).encode()
        headers = {"Accept": "application/json"}
        if asked is not None:
            headers["Content-Type"] = "application/json"
        answer = await self._ask(method, url, body, headers, most=LONGEST_ANSWER)
        try:
            return json.loads(answer) if answer.strip() else None
        except (ValueError, RecursionError):
            raise NotNow("the answer was not JSON") from None

    async def _ask(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, most: int
    ) -> bytes:
        answer = b""
        try:
            stream = self.client.stream(method, url, content=body, headers=dict(headers))
            async with stream as response:
                self._judge(response)
                if most:
                    async for piece in response.aiter_bytes():
                        answer += piece
                        if len(answer) > most:
                            raise NotNow("the answer was too long")
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise NotNow(type(fault).__name__) from None
        return answer

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        if status >= 500 or status in _LATER:
            raise NotNow(f"status {status}", self._retry_after(response))
        raise Refused(f"status {status}", final=status == HTTPStatus.GONE)

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Seconds, given as such or as a date (RFC 9110, 10.2.3); a day at most."""
        given = response.headers.get("retry-after", "").strip()
        if given.isascii() and given.isdigit():
            return min(float(given[:9]), _DAY)
        try:
            date = parsedate_to_datetime(given)
        except (TypeError, ValueError):
            return None
        if date.tzinfo is None:
            date = date.replace(tzinfo=timezone.utc)
        return min(max(date.timestamp() - self.now(), 0.0), _DAY)
