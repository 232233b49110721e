"""The outbox of texts: what is to reach a phone, kept before it is sent.

Any number of processes take from here: a claim is one conditional UPDATE, and holds for `LEASE`
seconds, after which a process that died with it has lost it. One phone's texts go out one after
another. What a process left behind that died, or that Twilio did not answer, is looked for at
Twilio before it is sent again (`OutText.perhaps_there`). Blocking; raises
``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot import metrics
from bot.conversation import Ids
from bot.sms import states
from bot.sms.segments import segments
from bot.sms.states import DROPPED, FAILED, GIVEN, SENDING, WAITING
from bot.store.crypto import Sealer, Unsealable
from bot.store.tables import phones, texts

LEASE = 60.0
"""Seconds that a claim holds; sending takes less (`sender.PATIENCE`)."""
GIVEN_FOR = 120.0
"""Seconds in which Twilio must have named what it was given in an answer."""
OPT_OUT = "opt_out"
"""The kind of the one text that goes to somebody who wants none: that there will be none."""
INVITE = "invite"
"""The kind of the one text that asks a phone to agree, before it has."""


def _no_sid(table: Any = texts) -> Any:
    """Not ``sid IS NULL``: SQLite would look there first, where every text that waits is."""
    return sa.func.coalesce(table.c.sid, "") == ""


_NO_SID = _no_sid()
_UNSETTLED = texts.c.state.in_([WAITING, SENDING]) & _NO_SID


def _ready_ones() -> Any:
    """Those of one state that are due, with their phones, and that no earlier one holds up."""
    earlier = texts.alias()
    held_up = sa.exists().where(
        (earlier.c.phone_id == texts.c.phone_id)
        & (earlier.c.id < texts.c.id)
        & earlier.c.state.in_([WAITING, SENDING])
        & _no_sid(earlier)
    )
    is_due = (texts.c.state == sa.bindparam("state")) & (texts.c.next_at <= sa.bindparam("now"))
    return (
        sa.select(texts, phones.c.clinic, phones.c.lookup, phones.c.number, phones.c.ours)
        .join(phones, phones.c.id == texts.c.phone_id)
        .where(is_due & _NO_SID & ~held_up)
        .order_by(texts.c.next_at, texts.c.id)
    )


_READY = _ready_ones()


@dataclass(frozen=True)
class OutText:
    """One claimed text. ``tries`` counts this claim; ``at`` is when it was put, unix seconds.

    ``number`` is sealed. ``perhaps_there``: Twilio may have it already.
    """

    id: str
    phone: str
    clinic: str
    lookup: str
    number: bytes = field(repr=False)
    ours: str
    kind: str
    body: str = field(repr=False)
    tries: int
    at: float
    perhaps_there: bool


@dataclass(frozen=True)
class Outbox:
    engine: Engine
    sealer: Sealer
    ids: Ids = field(default_factory=Ids)

    # --- in -----------------------------------------------------------------------------------

    def put(
        self,
        connection: Connection,
        *,
        phone: str,
        conversation: str | None,
        kind: str,
        body: str,
        now: float,
        reply_to: str | None = None,
        message: str | None = None,
    ) -> str:
        """Keep one, in that transaction; its id. With ``reply_to`` (the sid of a text of theirs)
        it is given in the answer to that text, and sent only when Twilio never names it.
        ``message`` is the newest message of the conversation in it."""
        made = self.ids.next(now)
        row = {
            "id": made,
            "phone_id": phone,
            "conversation_id": conversation,
            "message_id": message,
            "kind": kind,
            "reply_to": reply_to,
            "body": self.sealer.seal(body.encode()),
            "segments": segments(body),
            "state": GIVEN if reply_to else WAITING,
            "tries": 0,
            "next_at": now + GIVEN_FOR if reply_to else now,
            "at": now,
        }
        connection.execute(texts.insert().values(**row))
        return made

    def given(self, sid: str) -> list[tuple[str, str]]:
        """What was answered to that text and Twilio has not named yet: (body, id)."""
        in_answer = (texts.c.reply_to == sid) & (texts.c.state == GIVEN)
        query = sa.select(texts.c.body, texts.c.id).where(in_answer).order_by(texts.c.id)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(self.sealer.open(row.body).decode(), row.id) for row in rows]

    # --- out ----------------------------------------------------------------------------------

    def due(self, now: float, limit: int = 20) -> list[OutText]:
        """Claim what is due: the first unsettled one of each phone, longest due first."""
        claimed = []
        for row in self._ready(now, limit):
            as_read = (
                (texts.c.id == row.id)
                & (texts.c.state == row.state)
                & (texts.c.tries == row.tries)
                & (texts.c.next_at <= now)
                & _NO_SID
            )
            mine = {"state": SENDING, "tries": row.tries + 1, "next_at": now + LEASE}
            if self._change(as_read, **mine):
                claimed.append(row)
        return [text for row in claimed if (text := self._opened(row))]

    def _ready(self, now: float, limit: int) -> list[Any]:
        """Each state by itself, so that an index has them in order, however many wait."""
        with self.engine.connect() as connection:
            found = [
                row
                for state in (WAITING, SENDING, GIVEN)
                for row in connection.execute(_READY.limit(limit), {"state": state, "now": now})
            ]
        return sorted(found, key=lambda row: (row.next_at, row.id))[:limit]

    def _opened(self, row: Any) -> OutText | None:
        """The claimed row; one that no key of ours opens is given up and holds up nothing."""
        try:
            body = self.sealer.open(row.body).decode()
        except Unsealable:
            body = ""
        if not body:
            self._change((texts.c.id == row.id) & _UNSETTLED, state=FAILED)
            return None
        return OutText(
            id=row.id,
            phone=row.phone_id,
            clinic=row.clinic,
            lookup=row.lookup,
            number=row.number,
            ours=row.ours,
            kind=row.kind,
            body=body,
            tries=row.tries + 1,
            at=row.at,
            perhaps_there=row.state != WAITING,
        )

    def sids(self, text: OutText) -> frozenset[str]:
        """Twilio's names of the other texts to that phone: none of them is this one."""
        others = (texts.c.phone_id == text.phone) & (texts.c.id != text.id) & ~_NO_SID
        with self.engine.connect() as connection:
            return frozenset(connection.scalars(sa.select(texts.c.sid).where(others)))

    def accepted(self, text: OutText, sid: str, status: str) -> bool:
        """Twilio has it, whatever became of the claim. False: a callback has said so before, which
        stays, or that message is another text's."""
        word = status if states.is_status(status) else "accepted"
        other = texts.alias()
        taken = sa.exists().where(other.c.sid == sid)
        values: dict[str, Any] = {"sid": sid, "state": word}
        if word in states.FINAL:
            values["body"] = self._nothing()
        return bool(self._change((texts.c.id == text.id) & _NO_SID & ~taken, **values))

    def failed(self, text: OutText, retry_at: float, *, perhaps_there: bool) -> None:
        """To be tried again at that time, unless another process has it by now."""
        state = SENDING if perhaps_there else WAITING
        self._change(self._still(text), state=state, next_at=retry_at)

    def give_up(self, text: OutText, error: int | None = None) -> None:
        """It does not go out. ``error`` is Twilio's code."""
        self._change(self._still(text), state=FAILED, error=error, body=self._nothing())

    def drop(self, text: OutText) -> None:
        """They want no texts: it is never sent."""
        self._change(self._still(text), state=DROPPED, body=self._nothing())

    def drop_all(self, clinic: str, lookup: str) -> int:
        """What still waits for that phone is never sent; how many. The one confirmation stays."""
        theirs = sa.select(phones.c.id).where(
            (phones.c.clinic == clinic) & (phones.c.lookup == lookup)
        )
        waits = _UNSETTLED & texts.c.phone_id.in_(theirs) & (texts.c.kind != OPT_OUT)
        return self._change(waits, state=DROPPED, body=self._nothing())

    def _still(self, text: OutText) -> Any:
        return (texts.c.id == text.id) & _UNSETTLED & (texts.c.tries == text.tries)

    def _nothing(self) -> bytes:
        """In place of what was said; sealed as well: keys rotate over every row."""
        return self.sealer.seal(b"")

    def _change(self, where: Any, **values: Any) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(texts.update().where(where).values(**values)).rowcount)

    # --- what Twilio says of it later -----------------------------------------------------------

    def heard(
        self, *, text: str | None, sid: str, status: str, error: int | None, now: float
    ) -> bool:
        """A status callback; whether it changed anything. ``text`` is the row that it names."""
        if not states.is_status(status):
            return False
        values: dict[str, Any] = {"state": status, "sid": sid}
        if error is not None:
            values["error"] = error
        if status in states.FINAL:
            values["body"] = self._nothing()
        forward = (texts.c.sid == sid) & texts.c.state.in_(states.before(status))
        news = forward | ((texts.c.id == text) & _NO_SID) if text else forward
        with self.engine.begin() as connection:
            if text:
                self._taken_for_another(connection, text, sid, now)
            changed = connection.execute(texts.update().where(news).values(**values)).rowcount
        if changed:
            metrics.TEXT_STATUSES.labels(status).inc()
        return bool(changed)

    def _taken_for_another(self, connection: Connection, text: str, sid: str, now: float) -> None:
        """Two texts of the same words: the search took this message for the other one, which then
        is still to be sent. What the callback names is right, unless that has one by now."""
        wrong = (texts.c.sid == sid) & (texts.c.id != text)
        right = texts.alias()
        named = sa.exists().where((right.c.id == text) & right.c.sid.is_(None))
        freed = {"sid": None, "state": SENDING, "next_at": now}
        connection.execute(texts.update().where(wrong & named).values(**freed))

    def counts(self) -> dict[str, int]:
        """How many wait: given, waiting and sending."""
        query = (
            sa.select(texts.c.state, sa.func.count())
            .where(texts.c.state.in_([GIVEN, WAITING, SENDING]) & _NO_SID)
            .group_by(texts.c.state)
        )
        with self.engine.connect() as connection:
            found = {state: int(n) for state, n in connection.execute(query)}
        return {state: found.get(state, 0) for state in (GIVEN, WAITING, SENDING)}
