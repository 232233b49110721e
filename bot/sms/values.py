"""The values that texting works on: what came, a phone, and how a text of ours failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inbound:
    """One text as Twilio posts it. ``sender`` and ``to`` are E.164.

    ``opt_out`` is Twilio's ``OptOutType`` (STOP, START or HELP): Twilio has answered it already.
    ``media`` counts pictures and other attachments, which are never fetched.
    """

    sid: str
    sender: str
    to: str
    body: str
    service: str | None = None
    media: int = 0
    opt_out: str | None = None


@dataclass(frozen=True)
class Phone:
    """One person's phone at one clinic. Times are unix seconds.

    ``ours`` is the number or messaging service (MG...) that they text with. ``asked`` is the
    message whose choices were numbered last; ``more`` what MORE gives next.
    """

    id: str
    clinic: str
    lookup: str
    number: str
    ours: str
    conversation: str | None
    introduced_at: float | None
    asked: str | None
    more: tuple[str, ...]
    last_at: float


class OptedOut(Exception):
    """The person wants no more texts; nothing was sent, and nothing will be."""


class NotNow(Exception):
    """It did not go out, and may later. ``after`` are seconds to wait at least."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Refused(Exception):
    """Twilio said no, and asking again is no use. ``code`` is Twilio's, such as 21211."""

    def __init__(self, why: str, code: int | None = None) -> None:
        super().__init__(why)
        self.code = code
