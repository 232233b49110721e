"""Keeping provider records: each source's as it is, and the provider that they make together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from directory import bulk, entries, tables
from directory.doubts import doubts as find_doubts
from directory.merge import Merged, key, merge, same_provider
from directory.names import plain
from directory.records import FACTS, Location, ProviderRecord, fingerprint, from_json

Row = dict[str, Any]
T = TypeVar("T")

BATCH = 500  # below the 999 parameters that older SQLite builds allow in one statement

_CHILDREN = (
    tables.provider_roles,
    tables.locations,
    tables.name_words,
    tables.plans,
    tables.entries,
)


@dataclass
class Saved:
    """How many records were new, changed, already stored just so, older than what is stored, or of
    nobody: they only add to a provider, and there is none."""

    new: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0
    of_nobody: int = 0


def active_npis(connection: Connection, *, sample: bool) -> list[str]:
    """NPIs in the search, of the fictional sample or of everything else."""
    columns = tables.providers.c
    query = sa.select(columns.npi).where(
        columns.active.is_(sa.true()),
        columns.npi.is_not(None),
        columns.sample.is_(sa.true() if sample else sa.false()),
    )
    return list(connection.execute(query).scalars())


def has_real(connection: Connection) -> bool:
    """True when the search holds a provider that is not part of the sample."""
    columns = tables.providers.c
    query = sa.select(columns.id).where(
        columns.active.is_(sa.true()), columns.sample.is_(sa.false())
    )
    return connection.scalar(query.limit(1)) is not None


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of at most `size`, in order."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


class Keeper:
    """Writes records in one import's transaction, which the caller began and ends."""

    def __init__(self, connection: Connection, import_id: int, today: date) -> None:
        self._connection = connection
        self._import = import_id
        self._today = today
        self._bits = entries.Bits(connection)
        self._next = (connection.scalar(sa.select(sa.func.max(tables.providers.c.id))) or 0) + 1

    def save(self, records: Sequence[ProviderRecord]) -> Saved:
        """Store at most `BATCH` records of one source, each with a `source_id` of its own.

        A record whose source date is before the stored one is left alone, so that importing last
        month's file takes nothing back.
        """
        saved = Saved()
        if not records:
            return saved
        stored = self._stored(records[0].source, [record.source_id for record in records])
        texts = [(record, record.as_json()) for record in records]
        new, changed, seen = [], [], []
        for record, text in texts:
            known = stored.get(record.source_id)
            if known is None:
                new.append((record, text))
            elif known.gone_on is None and known.fingerprint == fingerprint(text):
                saved.same += 1
                seen.append(known.id)
            elif _is_older(record, known):
                saved.older += 1
                seen.append(known.id)
            else:
                changed.append((known, record, text))
        self._mark(seen)
        saved.changed = len(changed)
        touched = self._change(changed)
        self._add(new, touched, saved)
        self.refresh(sorted(touched))
        return saved

    def retire(self, source: str, gone: Sequence[tuple[str, date | None]]) -> int:
        """What a source no longer lists, by `source_id`, with the day from which nobody works
        there or None; how many it had listed. At most `BATCH`."""
        stored = self._stored(source, [source_id for source_id, _ in gone])
        ended = {stored[source_id].id: day for source_id, day in gone if source_id in stored}
        leaving = {row.id: row.provider_id for row in stored.values() if row.gone_on is None}
        touched = set(leaving.values())
        touched |= self._end({at: day for at, day in gone if day and at not in stored}, source)
        for record, day in ended.items():
            if record in leaving:
                self._connection.execute(
                    sa.update(tables.source_records)
                    .where(tables.source_records.c.id == record)
                    .values(gone_on=day or self._today, ended=day is not None)
                )
        self.refresh(sorted(touched))
        return len(leaving)

    def _end(self, ended: Mapping[str, date], source: str) -> set[int]:
        """Keep the day on which an NPI ended that only other sources have told of; which providers
        those are."""
        columns = tables.providers.c
        query = sa.select(columns.npi, columns.id).where(columns.npi.in_(list(ended)))
        known = {row.npi: row.id for row in self._connection.execute(query)} if ended else {}
        rows = [
            {
                "source": source,
                "source_id": npi,
                "provider_id": provider,
                "dated": ended[npi],
                "import_id": self._import,
                "gone_on": ended[npi],
                "ended": True,
                "fingerprint": "",
                "record": "{}",
            }
            for npi, provider in known.items()
        ]
        bulk.insert(self._connection, tables.source_records, rows)
        return set(known.values())

    def retire_unseen(self, source: str) -> int:
        """Everything of a source that this import did not see; how many."""
        columns = tables.source_records.c
        unseen = sa.select(columns.source_id).where(
            columns.source == source,
            columns.import_id != self._import,
            columns.gone_on.is_(None),
        )
        ids = list(self._connection.execute(unseen).scalars())
        return sum(self.retire(source, [(one, None) for one in batch]) for batch in batches(ids))

    def refresh(self, providers: Sequence[int]) -> None:
        """Put providers together anew from what their sources say."""
        for batch in batches(providers):
            columns = tables.source_records.c
            query = sa.select(tables.source_records).where(columns.provider_id.in_(batch))
            rows: dict[int, list[Any]] = {provider: [] for provider in batch}
            for row in self._connection.execute(query):
                rows[row.provider_id].append(row)
            self._rewrite({provider: _live(of) for provider, of in rows.items()})

    def _stored(self, source: str, source_ids: Sequence[str]) -> dict[str, Any]:
        columns = tables.source_records.c
        query = sa.select(
            columns.id,
            columns.source_id,
            columns.provider_id,
            columns.dated,
            columns.fingerprint,
            columns.gone_on,
        ).where(columns.source == source, columns.source_id.in_(source_ids))
        return {row.source_id: row for row in self._connection.execute(query)}

    def _mark(self, ids: Sequence[int]) -> None:
        """These records are still in the source."""
        if ids:
            self._connection.execute(
                sa.update(tables.source_records)
                .where(tables.source_records.c.id.in_(ids))
                .values(import_id=self._import)
            )

    def _change(self, changed: Sequence[tuple[Any, ProviderRecord, str]]) -> set[int]:
        """The records as they are now; the providers that this touches."""
        for known, record, text in changed:
            self._connection.execute(
                sa.update(tables.source_records)
                .where(tables.source_records.c.id == known.id)
                .values(**self._row(record, text, known.provider_id))
            )
        return {known.provider_id for known, _, _ in changed}

    def _add(
        self, new: Sequence[tuple[ProviderRecord, str]], touched: set[int], saved: Saved
    ) -> None:
        """New records: those of a known provider touch it, the others make one."""
        if not new:
            return
        found = self._find([record for record, _ in new])
        made: dict[int, list[ProviderRecord]] = {}
        by_npi: dict[str, int] = {}
        rows = []
        for (record, text), provider in zip(new, found, strict=True):
            if provider is None and record.npi:
                provider = by_npi.get(record.npi)
            if provider is None:
                if not record.roles:
                    saved.of_nobody += 1
                    continue
                provider = self._next
                self._next += 1
                made[provider] = []
                if record.npi:
                    by_npi[record.npi] = provider
            if provider in made:
                made[provider].append(record)
            else:
                touched.add(provider)
            saved.new += 1
            rows.append(self._row(record, text, provider))
        self._write_new(made)
        bulk.insert(self._connection, tables.source_records, rows)

    def _row(self, record: ProviderRecord, text: str, provider: int) -> Row:
        return {
            "source": record.source,
            "source_id": record.source_id,
            "provider_id": provider,
            "dated": record.dated,
            "import_id": self._import,
            "gone_on": None,
            "ended": False,
            "fingerprint": fingerprint(text),
            "record": text,
        }

    def _find(self, records: Sequence[ProviderRecord]) -> list[int | None]:
        """The provider that each record is of, if there is one: by NPI, else by name and place."""
        columns = tables.providers.c
        npis = [record.npi for record in records if record.npi]
        query = sa.select(columns.npi, columns.id).where(columns.npi.in_(npis))
        by_npi = {row.npi: row.id for row in self._connection.execute(query)} if npis else {}
        found = [by_npi.get(record.npi or "") for record in records]
        loose = [
            record for record, at in zip(records, found, strict=True) if at is None and record.roles
        ]
        namesakes = self._namesakes(loose)
        return [
            at if at is not None else _only(record, namesakes.get(key(record.name), ()))
            for record, at in zip(records, found, strict=True)
        ]

    def _namesakes(self, records: Sequence[ProviderRecord]) -> dict[str, list["_Namesake"]]:
        """Providers of the same name of whom the records' source has not told yet."""
        keys = {key(record.name) for record in records}
        if not keys:
            return {}
        columns = tables.providers.c
        told = sa.select(tables.source_records.c.id).where(
            tables.source_records.c.provider_id == columns.id,
            tables.source_records.c.source == records[0].source,
        )
        query = (
            sa.select(
                columns.id,
                columns.npi,
                columns.kind,
                columns.name_key,
                columns.organization,
                tables.locations.c.zip,
                tables.locations.c.phone,
                tables.locations.c.address,
            )
            .join_from(tables.providers, tables.locations)
            .where(columns.name_key.in_(keys), ~told.exists())
        )
        found: dict[int, _Namesake] = {}
        for row in self._connection.execute(query):
            one = found.setdefault(row.id, _Namesake(row, []))
            one.places.append(Location(zip=row.zip, phone=row.phone, address=row.address))
        by_key: dict[str, list[_Namesake]] = {}
        for one in found.values():
            by_key.setdefault(one.provider.name_key, []).append(one)
        return by_key

    def _write_new(self, made: Mapping[int, list[ProviderRecord]]) -> None:
        merged = {provider: merge(records) for provider, records in made.items()}
        rows = [{"id": at, **_provider_row(one, ())} for at, one in merged.items()]
        bulk.insert(self._connection, tables.providers, rows)
        self._write_children(merged, {})

    def _rewrite(self, told: Mapping[int, list[ProviderRecord]]) -> None:
        """Providers that are there, and what hangs on them. With no record left that tells of a
        role, a provider leaves the search."""
        for table in _CHILDREN:
            of_these = table.c.provider_id.in_(list(told))
            self._connection.execute(sa.delete(table).where(of_these))
        fresh = {at: max(one.dated for one in records) for at, records in told.items() if records}
        doubts = find_doubts(self._connection, fresh, self._today)
        merged = {
            at: merge(records)
            for at, records in told.items()
            if any(record.roles for record in records)
        }
        rows = [{**_provider_row(one, doubts.get(at, ())), "id": at} for at, one in merged.items()]
        bulk.update(self._connection, tables.providers, rows)
        gone = [{"active": False, "id": at} for at in told if at not in merged]
        bulk.update(self._connection, tables.providers, gone)
        self._write_children(merged, doubts)

    def _write_children(
        self, merged: Mapping[int, Merged], doubts: Mapping[int, Sequence[str]]
    ) -> None:
        children: dict[sa.Table, list[Row]] = {table: [] for table in _CHILDREN}
        for provider, one in merged.items():
            for table, row in _child_rows(one):
                children[table].append({"provider_id": provider, **row})
            doubted = doubts.get(provider, ())
            children[tables.entries] += entries.rows(provider, one, doubted, self._bits)
        for table, some in children.items():
            bulk.insert(self._connection, table, some)


@dataclass(frozen=True)
class _Namesake:
    provider: Any  # its row
    places: list[Location]


def _only(record: ProviderRecord, namesakes: Iterable[_Namesake]) -> int | None:
    """The one provider that a record can be of; none when there is a doubt."""
    fitting = [
        one.provider.id
        for one in namesakes
        if one.provider.kind == record.kind
        and (one.provider.npi is None or record.npi is None)
        and _agree(one.provider.organization, record.organization)
        and same_provider(record, one.provider.name_key, one.places)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _agree(one: str | None, other: str | None) -> bool:
    """Whether two names can be of one organization: two services called "Counseling" are not one
    when two say they run them."""
    return one is None or other is None or key(one) == key(other)


def _is_older(record: ProviderRecord, known: Any) -> bool:
    before: bool = record.dated < known.dated
    return before


def _live(rows: Sequence[Any]) -> list[ProviderRecord]:
    """The records that count: not gone, and not older than the day on which its work ended."""
    ended = max((row.gone_on for row in rows if row.ended and row.gone_on), default=date.min)
    return [from_json(row.record) for row in rows if row.gone_on is None and row.dated > ended]


def _provider_row(merged: Merged, doubts: Sequence[str]) -> Row:
    row: Row = {
        name: getattr(merged, name)
        for name in (
            "npi",
            "kind",
            "name",
            "credential",
            "organization",
            "website",
            "sample",
            "new_patients",
        )
    }
    for fact in FACTS:
        values = merged.facts[fact]
        row[fact] = None if values is None else " ".join(values)
    return row | {
        "name_key": key(merged.name),
        "active": True,
        "complete": " ".join(sorted(merged.complete)),
        "doubts": " ".join(doubts),
        "origins": merged.origins_json(),
    }


def _child_rows(merged: Merged) -> Iterator[tuple[sa.Table, Row]]:
    for position, role in enumerate(merged.roles):
        yield tables.provider_roles, {"position": position, **vars(role)}
    for position, place in enumerate(merged.places):
        row = {"position": position, **vars(place.location), "verified_on": place.verified_on}
        yield tables.locations, row
    for word in {word[:40] for name in merged.names for word in plain(name).split()}:
        yield tables.name_words, {"word": word}
    for plan in {plain(plan)[:120] for plan in merged.plans} - {""}:
        yield tables.plans, {"plan": plan}
