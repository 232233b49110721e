"""When reports of a wrong listing count.

One alone changes nothing. When several agree, on more than one day, the listing is doubted until
a fresher source or a person settles it. Old reports no longer count.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from directory import tables

AGREE = 3  # reports of the same thing
DAYS = 2  # different days among them, so that one caller on one evening does not decide
COUNTS_FOR = timedelta(days=180)

_columns = tables.reports.c


def doubts(
    connection: Connection, fresh: Mapping[int, date], today: date
) -> dict[int, tuple[str, ...]]:
    """What counts against providers, such as "number" or "payer.aetna".

    `fresh` is the day of each provider's freshest source: what was reported before that day is
    settled by it, and marked so.
    """
    query = sa.select(tables.reports).where(
        _columns.provider_id.in_(list(fresh)),
        _columns.settled_on.is_(None),
        _columns.reported_on > today - COUNTS_FOR,
    )
    days: dict[int, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    settled = []
    for row in connection.execute(query):
        if row.reported_on < fresh[row.provider_id]:
            settled.append(row.id)
        else:
            said = f"{row.what}.{row.payer}" if row.payer else row.what
            days[row.provider_id][said].append(row.reported_on)
    if settled:
        connection.execute(
            sa.update(tables.reports)
            .where(_columns.id.in_(settled))
            .values(settled_on=today, settled_by="import")
        )
    return {
        provider: tuple(sorted(said for said, of in told.items() if agreed(of)))
        for provider, told in days.items()
    }


def agreed(days: list[date]) -> bool:
    """Whether reports of one thing, by their days, are enough to doubt a listing."""
    return len(days) >= AGREE and len(set(days)) >= DAYS
