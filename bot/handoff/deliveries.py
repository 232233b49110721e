"""The outbox: what is to reach a clinic's own inbox, kept until it is there or given up.

A delivery is put in the transaction of the change that it tells of. Any number of processes take
from here: a claim is one conditional UPDATE, and holds for `LEASE` seconds, after which a process
that died with it has lost it. A delivery may so be sent twice, each time under the same id, and a
later one of the same hand-off waits until the earlier is settled. Blocking; raises
``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversation import Ids
from bot.handoff.handoff import Handoff
from bot.store.crypto import Sealer, Unsealable
from bot.store.tables import deliveries, outside_ids

LEASE = 60.0
"""Seconds that a claim holds; sending takes less (`courier.PATIENCE`)."""
WAITING, DONE, FAILED, DROPPED = "waiting", "done", "failed", "dropped"
FIRST = "handoff.waiting"
"""The event that tells an inbox of a hand-off. Once that is taken, the inbox has heard of it."""


@dataclass(frozen=True)
class Delivery:
    """One claimed delivery. ``tries`` counts this claim; ``at`` is when it was put, unix seconds.

    ``body`` are the bytes to send, the same ones at every try.
    """

    id: str
    handoff: str
    destination: str
    event: str
    body: bytes
    tries: int
    at: float

    @property
    def data(self) -> Any:
        """What the event is about."""
        return json.loads(self.body)["data"]


@dataclass(frozen=True)
class Deliveries:
    engine: Engine
    sealer: Sealer
    ids: Ids = field(default_factory=Ids)

    # --- in -----------------------------------------------------------------------------------

    def put(
        self,
        handoff: Handoff,
        destination: str,
        event: str,
        body: Mapping[str, Any],
        now: float,
        connection: Connection | None = None,
    ) -> str:
        """Keep one to be sent, in the transaction of ``connection`` when one is given; its id."""
        made = self.ids.next(now)
        sealed = self.sealer.seal(json.dumps(body, ensure_ascii=False).encode())
        with nullcontext(connection) if connection is not None else self.engine.begin() as at:
            at.execute(
                deliveries.insert().values(
                    id=made,
                    handoff_id=handoff.id,
                    destination=destination,
                    event=event,
                    body=sealed,
                    state=WAITING,
                    tries=0,
                    next_at=now,
                    at=now,
                )
            )
        return made

    # --- out ----------------------------------------------------------------------------------

    def due(self, now: float, limit: int = 20) -> list[Delivery]:
        """Claim what is due: the first unsettled one of each hand-off, longest due first."""
        claimed = []
        for row in self._ready(now, limit):
            as_read = (
                (deliveries.c.id == row.id)
                & (deliveries.c.state == WAITING)
                & (deliveries.c.tries == row.tries)
                & (deliveries.c.next_at <= now)
            )
            take = deliveries.update().where(as_read)
            with self.engine.begin() as connection:
                mine = connection.execute(take.values(tries=row.tries + 1, next_at=now + LEASE))
            if mine.rowcount:
                claimed.append(row)
        return [delivery for row in claimed if (delivery := self._opened(row))]

    def _ready(self, now: float, limit: int) -> list[Any]:
        earlier = deliveries.alias()
        held_up = sa.exists().where(
            (earlier.c.handoff_id == deliveries.c.handoff_id)
            & (earlier.c.state == WAITING)
            & (earlier.c.id < deliveries.c.id)
        )
        is_due = (deliveries.c.state == WAITING) & (deliveries.c.next_at <= now) & ~held_up
        query = sa.select(deliveries).where(is_due).order_by(deliveries.c.next_at, deliveries.c.id)
        with self.engine.connect() as connection:
            return list(connection.execute(query.limit(limit)))

    def _opened(self, row: Any) -> Delivery | None:
        """The claimed row; one that no key of ours opens is given up and holds up nothing."""
        try:
            body = self.sealer.open(row.body)
        except Unsealable:
            self._settle(row.id, FAILED)
            return None
        return Delivery(
            row.id, row.handoff_id, row.destination, row.event, body, row.tries + 1, row.at
        )

    def done(self, delivery: Delivery) -> None:
        """They have it. What it said is not kept."""
        self._settle(delivery.id, DONE)

    def failed(self, delivery: Delivery, retry_at: float) -> None:
        """To be tried again at that time, unless another process has it by now."""
        still = (deliveries.c.id == delivery.id) & (deliveries.c.tries == delivery.tries)
        with self.engine.begin() as connection:
            connection.execute(deliveries.update().where(still).values(next_at=retry_at))

    def give_up(self, delivery: Delivery) -> None:
        """They do not take it. What it said is not kept."""
        self._settle(delivery.id, FAILED)

    def drop(self, delivery: Delivery) -> None:
        """Never to be sent: there is nobody any more whom it is about. This claim was no try."""
        self._settle(delivery.id, DROPPED, tries=delivery.tries - 1)

    def _settle(self, delivery: str, state: str, **values: Any) -> None:
        waiting = (deliveries.c.id == delivery) & (deliveries.c.state == WAITING)
        nothing = self.sealer.seal(b"{}")  # sealed as well: keys rotate over every row
        settled = deliveries.update().where(waiting).values(state=state, body=nothing, **values)
        with self.engine.begin() as connection:
            connection.execute(settled)

    # --- what is known of them ----------------------------------------------------------------

    def acknowledged(self, handoff: str) -> bool:
        """Whether the clinic's inbox has taken the hand-off."""
        return self._any(handoff, (deliveries.c.event == FIRST) & (deliveries.c.state == DONE))

    def tried(self, handoff: str, besides: str) -> bool:
        """Whether anything of it, besides that delivery, may have reached them."""
        return self._any(handoff, (deliveries.c.tries > 0) & (deliveries.c.id != besides))

    def _any(self, handoff: str, where: Any) -> bool:
        query = sa.select(deliveries.c.id).where((deliveries.c.handoff_id == handoff) & where)
        with self.engine.connect() as connection:
            return connection.scalar(query.limit(1)) is not None

    def counts(self) -> dict[str, int]:
        """How many wait and how many were given up."""
        by_state = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
        with self.engine.connect() as connection:
            found = {state: int(n) for state, n in connection.execute(by_state)}
        return {state: found.get(state, 0) for state in (WAITING, FAILED)}

    # --- what a hand-off is called elsewhere --------------------------------------------------

    def name_outside(self, handoff: str, destination: str, value: str) -> None:
        """Keep what they call it, in place of what they called it before."""
        own = (outside_ids.c.handoff_id == handoff) & (outside_ids.c.destination == destination)
        row = {"handoff_id": handoff, "destination": destination, "value": value}
        with self.engine.begin() as connection:
            if not connection.execute(outside_ids.update().where(own).values(value=value)).rowcount:
                connection.execute(outside_ids.insert().values(**row))

    def outside_name(self, handoff: str, destination: str) -> str | None:
        own = (outside_ids.c.handoff_id == handoff) & (outside_ids.c.destination == destination)
        return self._scalar(sa.select(outside_ids.c.value).where(own))

    def names_outside(self, destination: str) -> list[str]:
        """What any hand-off is called there."""
        query = sa.select(outside_ids.c.value).where(outside_ids.c.destination == destination)
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

    def of_outside(self, destination: str, value: str) -> str | None:
        """The hand-off that they call so."""
        named = (outside_ids.c.value == value) & (outside_ids.c.destination == destination)
        return self._scalar(sa.select(outside_ids.c.handoff_id).where(named))

    def _scalar(self, query: Any) -> str | None:
        with self.engine.connect() as connection:
            found = connection.scalar(query)
        return None if found is None else str(found)
