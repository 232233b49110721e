"""The hand-offs as they are kept. Blocking; raises ``sqlalchemy.exc.SQLAlchemyError``.

Every step is one conditional UPDATE on the state that was read, so that of any number of clicks
at the same moment one is a step and the others are told that somebody was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.conversation import Ids, Session
from bot.handoff.handoff import LIVE, MESSAGE, NO_TEXTS, Handoff, Note
from bot.handoff.states import BEFORE, LASTING, OPEN, State
from bot.store.crypto import Sealer
from bot.store.tables import handoff_notes, handoff_reads, handoffs

Also = Callable[[Connection, Handoff], None]
"""What is to be kept in the same transaction as a step."""
EVERY = "*"


@dataclass(frozen=True)
class Queue:
    engine: Engine
    sealer: Sealer
    ids: Ids

    # --- beginning ----------------------------------------------------------------------------

    def ask(self, session: Session, kind: str, step: str, now: float, channel: str) -> Handoff:
        """A new hand-off of a conversation that is kept; or the open one of its kind."""
        made = self.ids.next(now)
        try:
            with self.engine.begin() as connection:
                connection.execute(
                    handoffs.insert().values(
                        id=made,
                        conversation_id=session.conversation,
                        clinic=session.clinic,
                        channel=channel,
                        language=session.language,
                        kind=kind,
                        state=str(State.ASKED),
                        step=step,
                        substance=False,
                        since=made,
                        asked_at=now,
                        told=0,
                    )
                )
        except IntegrityError:
            open_already = self.open_of(session.conversation, kind)
            if open_already is None:
                raise
            return open_already
        found = self.get(made)
        assert found is not None  # noqa: S101 - it was written a line above
        return found

    # --- moving -------------------------------------------------------------------------------

    def move(
        self, handoff: Handoff, to: State, now: float, *, also: Also | None = None, **values: Any
    ) -> bool:
        """One step, unless the hand-off is no longer as it was read. ``note`` is given in plain.

        Raises ``ValueError`` on a step that no state allows: that is a fault of the caller's.
        """
        if handoff.state not in BEFORE[to]:
            raise ValueError(f"no step from {handoff.state} to {to}")
        stamp = {f"{to}_at": now} if f"{to}_at" in handoffs.c else {}
        if to not in OPEN:
            stamp["ended_at"] = now
        return self._change(handoff, {"state": str(to), "step": None, **stamp, **values}, also)

    def change(self, handoff: Handoff, *, also: Also | None = None, **values: Any) -> bool:
        """Change something else than the state, under the same condition."""
        return self._change(handoff, values, also)

    def _change(self, handoff: Handoff, values: Mapping[str, Any], also: Also | None) -> bool:
        sealed = dict(values)
        if sealed.get("note") is not None:
            sealed["note"] = self.sealer.seal(str(sealed["note"]).encode())
        as_read = (
            (handoffs.c.id == handoff.id)
            & (handoffs.c.state == str(handoff.state))
            & (handoffs.c.told == handoff.told)
            & handoffs.c.step.is_not_distinct_from(handoff.step)
            & handoffs.c.staff_id.is_not_distinct_from(handoff.staff_id)
            & handoffs.c.claimed_at.is_not_distinct_from(handoff.claimed_at)
        )
        with self.engine.begin() as connection:
            done = connection.execute(handoffs.update().where(as_read).values(**sealed)).rowcount
            if done and also:
                also(connection, self._one(connection, handoffs.c.id == handoff.id))
        return bool(done)

    def lines_shown(self, handoff: str, now: float) -> None:
        """Crisis lines went out while it lasts: staff are alerted until one of them looks."""
        with self.engine.begin() as connection:
            connection.execute(
                handoffs.update().where(handoffs.c.id == handoff).values(lines_at=now)
            )

    def looked(self, handoff: str, now: float) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                handoffs.update().where(handoffs.c.id == handoff).values(seen_at=now)
            )

    # --- reading ------------------------------------------------------------------------------

    def get(self, handoff: str) -> Handoff | None:
        with self.engine.connect() as connection:
            return self._first(connection, handoffs.c.id == handoff)

    def open_of(self, conversation: str, kind: str | None = None) -> Handoff | None:
        """The open one; when a message was left too, the live one."""
        where = (handoffs.c.conversation_id == conversation) & _in(OPEN)
        if kind is not None:
            where &= handoffs.c.kind == kind
        with self.engine.connect() as connection:
            return self._first(connection, where)

    def of(self, conversation: str) -> list[Handoff]:
        """All of a conversation, oldest first."""
        return self._all(handoffs.c.conversation_id == conversation, handoffs.c.asked_at)

    def inbox(
        self,
        clinics: Sequence[str],
        *,
        states: Collection[State] = LASTING,
        staff: str | None = None,
        limit: int = 200,
    ) -> list[Handoff]:
        """Those that last: who has waited longest comes first. ``("*",)`` is every clinic."""
        where = _in(states) & _at(clinics)
        if staff is not None:
            where &= handoffs.c.staff_id == staff
        return self._all(where, handoffs.c.waiting_at, limit)

    def ended(self, clinics: Sequence[str], limit: int = 100) -> list[Handoff]:
        """Those that are over and that staff could see, newest first."""
        over = {State.ENDED, State.UNANSWERED, State.WITHDRAWN}
        where = _in(over) & _at(clinics) & handoffs.c.waiting_at.is_not(None)
        return self._all(where, handoffs.c.ended_at.desc(), limit)

    def unnoticed(self, clinics: Sequence[str]) -> list[Handoff]:
        """Whose person dropped out and whom nobody of staff has looked at since, oldest first."""
        unseen = handoffs.c.seen_at.is_(None) | (handoffs.c.seen_at < handoffs.c.ended_at)
        known = handoffs.c.waiting_at.is_not(None)
        where = (handoffs.c.outcome == NO_TEXTS) & unseen & known & _at(clinics)
        return self._all(where, handoffs.c.ended_at)

    def ahead(self, handoff: Handoff) -> int:
        """How many have waited longer for a person of the same clinic."""
        where = (
            (handoffs.c.clinic == handoff.clinic)
            & (handoffs.c.kind == LIVE)
            & (handoffs.c.state == str(State.WAITING))
            & (handoffs.c.waiting_at < (handoff.waiting_at or float("inf")))
            & (handoffs.c.id != handoff.id)
        )
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).where(where)) or 0)

    def unfinished(self) -> list[Handoff]:
        """Every open one, of all clinics: what the clock has to look at."""
        return self._all(_in(OPEN), handoffs.c.asked_at, 1000)

    # --- staff's own --------------------------------------------------------------------------

    def add_note(self, handoff: str, staff: str, words: str, now: float) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                handoff_notes.insert().values(
                    id=self.ids.next(now),
                    handoff_id=handoff,
                    staff_id=staff,
                    body=self.sealer.seal(words.encode()),
                    at=now,
                )
            )

    def notes(self, handoff: str) -> list[Note]:
        query = (
            sa.select(handoff_notes)
            .where(handoff_notes.c.handoff_id == handoff)
            .order_by(handoff_notes.c.id)
        )
        with self.engine.connect() as connection:
            return [
                Note(row.id, row.staff_id, self.sealer.open(row.body).decode(), row.at)
                for row in connection.execute(query)
            ]

    def read(self, handoff: str, staff: str, message: str) -> None:
        """They have read up to this message; never back to an earlier one."""
        own = (handoff_reads.c.handoff_id == handoff) & (handoff_reads.c.staff_id == staff)
        with self.engine.begin() as connection:
            there = connection.scalar(sa.select(handoff_reads.c.message_id).where(own))
            if there is None:
                values = {"handoff_id": handoff, "staff_id": staff, "message_id": message}
                connection.execute(handoff_reads.insert().values(**values))
            elif there < message:
                connection.execute(handoff_reads.update().where(own).values(message_id=message))

    def reads(self, staff: str, among: Sequence[str]) -> dict[str, str]:
        """The last message they read, by hand-off."""
        where = (handoff_reads.c.staff_id == staff) & handoff_reads.c.handoff_id.in_(among)
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(handoff_reads).where(where)).all()
        return {row.handoff_id: row.message_id for row in rows}

    # --- rows ---------------------------------------------------------------------------------

    def _all(self, where: Any, order: Any, limit: int = 200) -> list[Handoff]:
        query = sa.select(handoffs).where(where).order_by(order, handoffs.c.id).limit(limit)
        with self.engine.connect() as connection:
            return [self._handoff(row) for row in connection.execute(query)]

    def _first(self, connection: Connection, where: Any) -> Handoff | None:
        message_last = sa.case((handoffs.c.kind == MESSAGE, 1), else_=0)
        query = sa.select(handoffs).where(where).order_by(message_last, handoffs.c.id.desc())
        row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else self._handoff(row)

    def _one(self, connection: Connection, where: Any) -> Handoff:
        return self._handoff(connection.execute(sa.select(handoffs).where(where)).one())

    def _handoff(self, row: Any) -> Handoff:
        values = dict(row._mapping)
        note = values["note"]
        return Handoff(
            conversation=values.pop("conversation_id"),
            **{
                **values,
                "state": State(values["state"]),
                "note": None if note is None else self.sealer.open(note).decode(),
            },
        )


def _in(states: Collection[State]) -> Any:
    return handoffs.c.state.in_([str(state) for state in states])


def _at(clinics: Sequence[str]) -> Any:
    return sa.true() if EVERY in clinics else handoffs.c.clinic.in_(clinics)
