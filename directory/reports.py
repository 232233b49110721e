"""Ghost listings: what people in chats say is wrong with a listing.

A report holds the day and what is wrong, and nothing of who said so. When it counts is in
`doubts.py`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from directory import tables
from directory.doubts import COUNTS_FOR, agreed
from directory.store import Keeper

WHAT = ("number", "new_patients", "payer")

_columns = tables.reports.c


@dataclass(frozen=True)
class Reported:
    """What people say of one listing: how often, when, and whether enough of them agree.

    ``days`` are those on which somebody said so, each once, in order.
    """

    provider_id: int
    name: str
    what: str
    payer: str | None
    count: int
    first: date
    last: date
    days: tuple[date, ...]
    agreed: bool


def report(
    engine: Engine, provider_id: int, what: str, payer: str | None = None, on: date | None = None
) -> bool:
    """Keep what somebody says; False when there is no such provider.

    Raises ValueError for a `what` that is none of `WHAT`, or a payer missing or out of place.
    """
    if what not in WHAT or (payer is not None) != (what == "payer"):
        raise ValueError("a report is of a number, of new patients, or of a payer with its id")
    today = on or date.today()
    row = {"provider_id": provider_id, "what": what, "payer": payer, "reported_on": today}
    with engine.begin() as connection:
        there = sa.select(tables.providers.c.id).where(tables.providers.c.id == provider_id)
        if connection.scalar(there) is None:
            return False
        connection.execute(sa.insert(tables.reports).values(row))
        Keeper(connection, 0, today).refresh([provider_id])
    return True


def settle(
    engine: Engine,
    provider_id: int,
    what: str,
    payer: str | None = None,
    *,
    how: str,
    on: date | None = None,
) -> int:
    """Close what was reported, as "fixed" or "dismissed" by a person; how many reports."""
    if how not in ("fixed", "dismissed"):
        raise ValueError("reports are settled as fixed or dismissed")
    today = on or date.today()
    with engine.begin() as connection:
        closed: int = connection.execute(
            sa.update(tables.reports)
            .where(_columns.provider_id == provider_id, _columns.what == what)
            .where(_columns.payer == payer if payer else _columns.payer.is_(None))
            .where(_columns.settled_on.is_(None))
            .values(settled_on=today, settled_by=how)
        ).rowcount
        Keeper(connection, 0, today).refresh([provider_id])
    return closed


def open_reports(engine: Engine, on: date | None = None) -> list[Reported]:
    """What is not settled, the most reported first."""
    today = on or date.today()
    query = (
        sa.select(tables.reports, tables.providers.c.name)
        .join_from(tables.reports, tables.providers)
        .where(_columns.settled_on.is_(None), _columns.reported_on > today - COUNTS_FOR)
    )
    days: dict[tuple[int, str, str, str | None], list[date]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(query):
            days[row.provider_id, row.name, row.what, row.payer].append(row.reported_on)
    found = [
        Reported(
            provider,
            name,
            what,
            payer,
            count=len(of),
            first=min(of),
            last=max(of),
            days=tuple(sorted(set(of))),
            agreed=agreed(of),
        )
        for (provider, name, what, payer), of in days.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.last, one.provider_id))
