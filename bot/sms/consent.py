"""Who may be texted. The table is only ever added to, and one row of a phone counts.

An opt-out holds until the same phone sends START or UNSTOP. Nothing else ends it: not another
text, not a yes to a request from the web, no member of staff. This is decided where the table is
read, so that no order of writing can undo an opt-out. The rows hold a keyed hash of the number
and stay when a person erases the rest: they are how we know whom not to text.

Blocking; raises ``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversation import Ids
from bot.store.tables import consents
from guardrails.catalogue import Catalogue

FIRST = "sms.first"
"""The message that says what this is and how to leave."""


class How(str, Enum):
    """How somebody agreed, or said no."""

    INCOMING = "incoming"  # texted us first: the answers to that are agreed to
    WEB_AGREED = "web_agreed"  # confirmed by text what was asked for on the web
    START = "start"  # START or UNSTOP, here or heard by Twilio
    STOP_WORD = "stop_word"
    STOP_PLAIN = "stop_plain"  # in their own words
    STOP_TWILIO = "stop_twilio"  # Twilio's OptOutType
    STOP_STAFF = "stop_staff"  # told a person of the clinic
    ERROR_21610 = "error_21610"  # Twilio refused to send: they opted out there


AGREES = frozenset({How.INCOMING, How.WEB_AGREED, How.START})


@dataclass(frozen=True)
class Consent:
    """The row that counts. ``words``: what they had been shown; ``at``: unix seconds."""

    agreed: bool
    how: str
    words: str
    at: float


@dataclass(frozen=True)
class Consents:
    engine: Engine
    ids: Ids = field(default_factory=Ids)

    def record(
        self, clinic: str, lookup: str, agreed: bool, how: str, words: str, now: float
    ) -> bool:
        """Add a row. True when it is news: before, there was none or the opposite counted.

        Raises ``ValueError`` when ``agreed`` is not what ``how`` means.
        """
        if agreed != (How(how) in AGREES):
            raise ValueError(f"{how} does not mean agreed={agreed}")
        with self.engine.begin() as connection:
            before = _counts(connection, clinic, lookup)
            row = self._row(clinic, lookup, agreed, how, words, now)
            connection.execute(consents.insert().values(**row))
            after = _counts(connection, clinic, lookup)
        return after is not None and (before is None or before.agreed != after.agreed)

    def agree_first(self, clinic: str, lookup: str, words: str, now: float) -> bool:
        """Somebody texts us: agreed, where nothing is known of them. True when it was added."""
        row = self._row(clinic, lookup, True, How.INCOMING, words, now)
        values = [sa.literal(value, consents.c[name].type) for name, value in row.items()]
        unknown = sa.select(*values).where(~sa.exists().where(_of(clinic, lookup)))
        with self.engine.begin() as connection:
            added = connection.execute(consents.insert().from_select(list(row), unknown))
        return bool(added.rowcount)

    def latest(self, clinic: str, lookup: str) -> Consent | None:
        """What counts now; None when they never agreed nor said no."""
        with self.engine.connect() as connection:
            return _counts(connection, clinic, lookup)

    def may_text(self, clinic: str, lookup: str) -> bool:
        counts = self.latest(clinic, lookup)
        return counts is not None and counts.agreed

    def opted_out(self, clinic: str, lookup: str) -> bool:
        """They said no. (Who never agreed may not be texted either, but did not say so.)"""
        counts = self.latest(clinic, lookup)
        return counts is not None and not counts.agreed

    def _row(
        self, clinic: str, lookup: str, agreed: bool, how: str, words: str, now: float
    ) -> dict[str, Any]:
        row = {"id": self.ids.next(now), "clinic": clinic, "lookup": lookup, "agreed": agreed}
        return {**row, "how": How(how).value, "words": words, "at": now}


def words_of(catalogue: Catalogue, message: str = FIRST) -> str:
    """What they had been shown, by name and version, such as ``sms.first@2026-11-21``."""
    return f"{message}@{catalogue.messages[message].reviewed_on}"


def _of(clinic: str, lookup: str) -> Any:
    return (consents.c.clinic == clinic) & (consents.c.lookup == lookup)


def _counts(connection: Connection, clinic: str, lookup: str) -> Consent | None:
    """The newest no or START; only where there is neither, the newest other yes."""
    decides = ~consents.c.agreed | (consents.c.how == How.START.value)
    newest = sa.select(consents.c.agreed, consents.c.how, consents.c.words, consents.c.at)
    newest = newest.where(_of(clinic, lookup))
    first = newest.order_by(sa.case((decides, 0), else_=1), consents.c.id.desc()).limit(1)
    row = connection.execute(first).one_or_none()
    return Consent(*row) if row else None
