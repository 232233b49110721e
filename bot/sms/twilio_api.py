"""Twilio's REST API, by Twilio's own client, in threads of its own: the event loop never waits.

Twilio knows no idempotency key for messages. So a failure says what it leaves behind: `Unsent`
when there is surely no message; plain `NotNow` when there may be one, that `find` can find.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from bot.sms.account import Account
from bot.sms.segments import plain, segments
from bot.sms.twiml import status_url
from bot.sms.values import NotNow, Refused

if TYPE_CHECKING:
    from requests import Response
    from twilio.rest import Client

TIMEOUT = 10.0
"""Seconds that Twilio may take to connect, and to answer."""
THREADS = 16
"""Calls under way at once."""
LOOKED_AT = 200
"""Newest texts to one phone among which one of ours is looked for."""
CLOCKS = 60.0
"""Seconds that Twilio's clock may be behind ours."""
LATER = frozenset({20429, 21611, 14107, 30001, 30022, 30023})
"""Codes that mean too many or a full queue: the same text may go out later."""
OURS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""Statuses that, with a code below 21000, mean the account: somebody can mend that in a while."""
MENDED_IN = 60.0
_TRIAL = "Sent from your Twilio trial account - "
_ODD = (KeyError, TypeError, AttributeError)
"""What Twilio's client raises at an answer that is JSON, but not of the kind that it knows."""
T = TypeVar("T")


class Unsent(NotNow):
    """Twilio was not reached, or took nothing: there is no message to be found."""


class TwilioApi:
    def __init__(self, account: Account, timeout: float = TIMEOUT) -> None:
        self.account = account
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="twilio")
        self._answered = threading.local()

    async def send(self, to: str, ours: str, body: str, text: str) -> tuple[str, str]:
        """Twilio's sid and status of the new message. ``ours`` is a number or a messaging service
        (MG...), ``text`` the id of our row. Raises `Unsent`, `NotNow` and `Refused`."""
        return await self._call(self._send, to, ours, body, text)

    async def find(
        self, to: str, ours: str, body: str, since: float, but: Collection[str]
    ) -> tuple[str, str] | None:
        """The oldest message with that body that Twilio took after ``since`` (unix seconds), none
        of ``but``. Raises `NotNow`.

        Not asked for by DateSent: what still waits in Twilio's queue has none.
        """
        return await self._call(self._find, to, ours, body, since, but)

    def close(self) -> None:
        self._threads.shutdown(wait=False)

    async def _call(self, work: Callable[..., T], *args: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._tell(work, *args))

    def _tell(self, work: Callable[..., T], *args: Any) -> T:
        """What Twilio said, in our words: its own hold numbers and addresses."""
        from requests.exceptions import ConnectionError, ConnectTimeout, RequestException
        from twilio.base.exceptions import TwilioException, TwilioRestException

        self._answered.retry_after = None
        try:
            return work(*args)
        except TwilioRestException as fault:
            raise self._meaning(fault.status, fault.code) from None
        except (ConnectTimeout, ConnectionError) as fault:
            kind = Unsent if _never_left(fault) else NotNow
            raise kind(f"Twilio: {type(fault).__name__}") from None
        except (RequestException, TwilioException, ValueError, *_ODD) as fault:
            raise NotNow(f"Twilio: {type(fault).__name__}") from None

    def _meaning(self, status: int, code: int | None) -> NotNow | Refused:
        why = f"Twilio: status {status}, code {code}"
        after: float | None = self._answered.retry_after
        if status == HTTPStatus.TOO_MANY_REQUESTS or code in LATER:
            return Unsent(why, after)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return NotNow(why, after)
        if status in OURS and (code is None or code < 21_000):
            return Unsent(why, after or MENDED_IN)
        if status < HTTPStatus.BAD_REQUEST:
            return NotNow(why)  # a redirect, or another answer that no message comes with
        return Refused(why, code)

    def _send(self, to: str, ours: str, body: str, text: str) -> tuple[str, str]:
        service = ours.startswith("MG")
        sender = {"messaging_service_sid": ours} if service else {"from_": ours}
        made = self._client.messages.create(
            to=to, body=body, status_callback=status_url(self.account, text), **sender
        )
        if not made.sid:
            raise NotNow("Twilio: an answer without a sid")
        return made.sid, str(made.status)

    def _find(
        self, to: str, ours: str, body: str, since: float, but: Collection[str]
    ) -> tuple[str, str] | None:
        by = {} if ours.startswith("MG") else {"from_": ours}
        newest = self._client.messages.list(to=to, limit=LOOKED_AT, page_size=LOOKED_AT, **by)
        earliest = datetime.fromtimestamp(since - CLOCKS, timezone.utc)
        found = [
            message
            for message in newest
            if message.sid not in but
            and str(message.direction).startswith("outbound")
            and _since(message.date_created, earliest)
            and _same(message.body or "", int(message.num_segments or 0), body)
        ]
        return (found[-1].sid, str(found[-1].status)) if found else None

    @cached_property
    def _client(self) -> Client:
        from requests.adapters import HTTPAdapter
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client  # not at the top: it takes a second

        silent = logging.Logger("twilio")  # Twilio's own logs the numbers that it asks for
        silent.disabled = True
        http = TwilioHttpClient(
            timeout=self._timeout, logger=silent, request_hooks={"response": self._note}
        )
        for scheme in ("https://", "http://"):  # never again by itself: it may be there
            http.session.mount(scheme, HTTPAdapter(pool_maxsize=THREADS, max_retries=0))
        client = Client(self.account.sid, self.account.token, http_client=http)
        if self.account.base_url:
            client.api.base_url = self.account.base_url
        return client

    def _note(self, response: Response, *_args: Any, **_kw: Any) -> None:
        """Twilio's client hands on no headers."""
        self._answered.retry_after = _seconds(response.headers.get("Retry-After"))


def _never_left(fault: Exception) -> bool:
    """Whether there was no connection at all, so that nothing was asked."""
    from requests.exceptions import ConnectTimeout
    from urllib3.exceptions import NewConnectionError

    if isinstance(fault, ConnectTimeout):
        return True
    cause = fault.args[0] if fault.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds, as Twilio says it; anything else is nothing."""
    try:
        return max(float(header or ""), 0.0)
    except ValueError:
        return None


def _since(made: datetime | None, earliest: datetime) -> bool:
    return made is None or made >= earliest


def _same(theirs: str, their_segments: int, ours: str) -> bool:
    """Twilio may have made quotes and dashes plain (Smart Encoding), and a trial account puts its
    own words before. An account that redacts what it keeps still counts the segments."""
    if not theirs:
        return their_segments == segments(ours)
    return _bare(theirs.removeprefix(_TRIAL)) == _bare(ours)


def _bare(body: str) -> str:
    return " ".join(plain(body).split())
