"""What is in the directory and how old it is, for whoever looks after it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from directory import tables
from directory.reports import open_reports

FRESH = timedelta(days=90)  # a card that was verified longer ago says so
_MOST = 10  # roles, states and imports that are told of

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Import:
    """One import: when (UTC), of which sources, and what became of the rows (`intake.Summary`)."""

    at: datetime
    source: str
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Status:
    """Of the providers in the search. A provider of several sources, roles or states counts once
    in each. `oldest` and `fresh` go by when a provider's place was last verified."""

    providers: int
    sample: int
    sources: Counts
    roles: Counts
    states: Counts
    imports: tuple[Import, ...]
    oldest: date | None
    fresh: float | None
    reported: int


def status(engine: Engine, on: date | None = None) -> Status:
    today = on or date.today()
    with engine.connect() as connection:
        counted = _Counted(connection)
        oldest, fresh = _ages(connection, today)
        return Status(
            providers=counted.providers(),
            sample=counted.providers(tables.providers.c.sample),
            sources=counted.by(
                tables.source_records.c.source, tables.source_records.c.gone_on.is_(None)
            ),
            roles=counted.by(tables.provider_roles.c.role)[:_MOST],
            states=counted.by(tables.locations.c.state)[:_MOST],
            imports=_imports(connection),
            oldest=oldest,
            fresh=fresh,
            reported=sum(one.agreed for one in open_reports(engine, today)),
        )


class _Counted:
    """Counts of the providers in the search."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def providers(self, *only: Any) -> int:
        query = sa.select(sa.func.count()).where(tables.providers.c.active, *only)
        return int(self._connection.scalar(query) or 0)

    def by(self, column: Any, *only: Any) -> Counts:
        """By the value of a column of a table with a `provider_id`, the most first."""
        providers = sa.func.count(column.table.c.provider_id.distinct())
        query = (
            sa.select(column, providers)
            .join_from(column.table, tables.providers)
            .where(tables.providers.c.active, column.is_not(None), *only)
            .group_by(column)
            .order_by(providers.desc(), column)
        )
        return tuple((value, count) for value, count in self._connection.execute(query))


def _ages(connection: Connection, today: date) -> tuple[date | None, float | None]:
    """The day of the provider that was verified longest ago, and the share of fresh ones."""
    columns = tables.locations.c
    latest = (
        sa.select(sa.func.max(columns.verified_on).label("day"))
        .join_from(tables.locations, tables.providers)
        .where(tables.providers.c.active)
        .group_by(columns.provider_id)
        .subquery()
    )
    fresh = sa.case((latest.c.day >= today - FRESH, 1), else_=0)
    query = sa.select(sa.func.min(latest.c.day), sa.func.count(), sa.func.sum(fresh))
    oldest, every, recent = connection.execute(query.select_from(latest)).one()
    return oldest, recent / every if every else None


def _imports(connection: Connection) -> tuple[Import, ...]:
    query = sa.select(tables.imports).order_by(tables.imports.c.id.desc()).limit(_MOST)
    return tuple(
        Import(row.at, row.source, json.loads(row.summary)) for row in connection.execute(query)
    )
