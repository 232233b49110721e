"""Keeping provider records: new ones in, changed ones replaced, gone ones out of the search."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from directory import tables
from directory.records import ProviderRecord

Row = dict[str, Any]
T = TypeVar("T")

BATCH = 500  # below the 999 parameters that older SQLite builds allow in one statement

# Facts with many values: field of the record, its table, its column.
FACTS = (
    ("payers", tables.provider_payers, "payer"),
    ("languages", tables.provider_languages, "language"),
    ("age_groups", tables.provider_age_groups, "age_group"),
    ("identities", tables.provider_identities, "identity"),
    ("times", tables.provider_times, "time"),
)
_CHILDREN = (
    tables.provider_roles,
    tables.locations,
    tables.telehealth_states,
    *(table for _, table, _ in FACTS),
)


@dataclass(frozen=True)
class Saved:
    """How many records were new, changed, already stored just so, or older than what is stored."""

    new: int
    changed: int
    same: int
    older: int


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of at most `size`, in order."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def save(connection: Connection, records: Sequence[ProviderRecord]) -> Saved:
    """Store at most `BATCH` records with different NPIs; runs in the caller's transaction.

    A record whose source date is before the stored one is left alone, so that importing last
    month's file takes nothing back.
    """
    stored = _stored(connection, [record.npi for record in records])
    new, changed, same, older = [], [], 0, 0
    for record in records:
        known = stored.get(record.npi)
        if known is None:
            new.append(record)
        elif _is_older(record, known):
            older += 1
        elif known.active and known.fingerprint == record.fingerprint():
            same += 1
        else:
            changed.append(record)
    if new:
        connection.execute(sa.insert(tables.providers), [_provider_row(record) for record in new])
    for record in changed:
        connection.execute(
            sa.update(tables.providers)
            .where(tables.providers.c.npi == record.npi)
            .values(_provider_row(record))
        )
    _replace_children(connection, new + changed)
    return Saved(len(new), len(changed), same, older)


def retire(connection: Connection, npis: Sequence[str], source: str) -> int:
    """Take providers of this source out of the search; how many were in it. Any number of NPIs."""
    gone = 0
    for batch in batches(npis):
        gone += connection.execute(
            sa.update(tables.providers)
            .where(tables.providers.c.npi.in_(batch))
            .where(tables.providers.c.source == source)
            .where(tables.providers.c.active.is_(sa.true()))
            .values(active=False)
        ).rowcount
    return gone


def active_npis(connection: Connection, *, sample: bool) -> list[str]:
    """NPIs in the search, of the fictional sample or of everything else."""
    query = sa.select(tables.providers.c.npi).where(
        tables.providers.c.active.is_(sa.true()),
        tables.providers.c.sample.is_(sa.true() if sample else sa.false()),
    )
    return list(connection.execute(query).scalars())


def has_real(connection: Connection) -> bool:
    """True when the search holds a provider that is not part of the sample."""
    query = sa.select(tables.providers.c.id).where(
        tables.providers.c.active.is_(sa.true()), tables.providers.c.sample.is_(sa.false())
    )
    return connection.execute(query.limit(1)).first() is not None


def _stored(connection: Connection, npis: Sequence[str]) -> dict[str, Any]:
    columns = tables.providers.c
    query = sa.select(
        columns.npi, columns.source, columns.source_updated, columns.fingerprint, columns.active
    ).where(columns.npi.in_(npis))
    return {row.npi: row for row in connection.execute(query)}


def _is_older(record: ProviderRecord, known: Any) -> bool:
    dated = record.source_updated is not None and known.source_updated is not None
    return known.source == record.source and dated and record.source_updated < known.source_updated


def _provider_row(record: ProviderRecord) -> Row:
    row: Row = {
        name: getattr(record, name)
        for name in (
            "npi",
            "kind",
            "name",
            "credential",
            "organization",
            "source",
            "source_updated",
            "verified_on",
            "sample",
            "new_patients",
        )
    }
    row |= {f"{fact}_known": getattr(record, fact) is not None for fact, _, _ in FACTS}
    if record.identities_partial:
        row["identities_known"] = False
    return row | {"active": True, "fingerprint": record.fingerprint()}


def _replace_children(connection: Connection, records: Sequence[ProviderRecord]) -> None:
    if not records:
        return
    columns = tables.providers.c
    query = sa.select(columns.npi, columns.id).where(columns.npi.in_([r.npi for r in records]))
    ids = {row.npi: row.id for row in connection.execute(query)}
    for table in _CHILDREN:
        connection.execute(sa.delete(table).where(table.c.provider_id.in_(list(ids.values()))))
    rows: dict[sa.Table, list[Row]] = {table: [] for table in _CHILDREN}
    for record in records:
        for table, row in _child_rows(record):
            rows[table].append({"provider_id": ids[record.npi], **row})
    for table, children in rows.items():
        if children:
            connection.execute(sa.insert(table), children)


def _child_rows(record: ProviderRecord) -> Iterator[tuple[sa.Table, Row]]:
    for position, role in enumerate(record.roles):
        yield tables.provider_roles, {"position": position, **vars(role)}
    for position, location in enumerate(record.locations):
        yield tables.locations, {"position": position, **vars(location)}
    for state in record.telehealth_states:
        yield tables.telehealth_states, {"state": state}
    for fact, table, column in FACTS:
        for value in dict.fromkeys(getattr(record, fact) or ()):
            yield table, {column: value}
