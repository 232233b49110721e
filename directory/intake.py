"""Taking a source into the directory: all of it, or nothing.

One transaction holds the whole import. A search sees the directory as it was until the end; when
the import stops half-way, for whatever reason, nothing has changed and it can be started again.
"""

import csv
import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timezone
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from directory import store, tables
from directory.feed import Feed, Gone, ImportFault, Item, Rejected
from directory.records import ProviderRecord
from directory.sample import retire_sample

_FEW = 10  # providers that a list may lose unasked

Progress = Callable[[int, int | None, int], None]
"""Told how much was read (bytes or rows), of how much if that is known, and how many rows."""


@dataclass(frozen=True)
class Summary:
    """What became of the rows. `left_out` and `rejected` count them by reason; `older` are those
    of which the directory knows something fresher from the same source."""

    taken: int
    updated: int
    unchanged: int
    older: int
    retired: int
    left_out: dict[str, int]
    rejected: dict[str, int]


def take(
    engine: Engine,
    feeds: Iterable[Feed],
    *,
    whole: bool = False,
    sure: bool = True,
    rejects: Path | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> Summary:
    """Take everything that the feeds hold. Raises `ImportFault` when one of them turns out broken.

    With `whole` a feed is all that its source lists: what it no longer holds leaves the search.
    Unless it is `sure`, one that would lose most of its providers so is taken for cut short.
    `rejects` is written with every row that could not be used. The same again changes nothing.
    With real providers in, the fictional sample leaves the search.
    """
    with _rejects(rejects) as reject, engine.begin() as connection:
        began = datetime.now(timezone.utc).replace(tzinfo=None)
        number = _begin(connection, began)
        keeper = store.Keeper(connection, number, today or date.today())
        intake = _Intake(keeper, reject)
        sources = []
        for feed in feeds:
            sources.append(feed.source)
            items = feed.items(_known(connection, feed.source))
            for batch in store.batches(items):
                intake.add(feed.source, batch)
                if progress:
                    progress(feed.done(), feed.total, feed.rows)
            intake.left_out.update(feed.left_out)
            if whole:
                gone = keeper.retire_unseen(feed.source)
                if not sure and gone > max(_FEW, intake.known_before):
                    raise ImportFault(
                        f"{gone:,} providers of {feed.source} are no longer in the list, and only "
                        f"{intake.known_before:,} still are. If that is right, say --whole; if "
                        "these are more providers, say --part. Nothing was changed."
                    )
                intake.counts["retired"] += gone
        retire_sample(connection, keeper)
        summary = intake.summary()
        _end(connection, number, sources, summary)
    _tidy_up(engine)
    return summary


class _Intake:
    """Takes items in, batch by batch, and counts what became of them."""

    def __init__(self, keeper: store.Keeper, reject: Callable[[Rejected], None]) -> None:
        self._keeper = keeper
        self._reject = reject
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()

    def add(self, source: str, items: list[Item]) -> None:
        records: dict[str, ProviderRecord] = {}
        gone: dict[str, date | None] = {}
        for item in items:
            if isinstance(item, Rejected):
                self.rejected[item.reason] += 1
                self._reject(item)
            elif isinstance(item, Gone):
                gone[item.source_id] = item.ended
            else:
                if item.source_id in records:  # later in the file is a change of what came before
                    self._save(records)
                    records = {}
                records[item.source_id] = item
        self._save(records)
        if gone:
            self.counts["retired"] += self._keeper.retire(source, list(gone.items()))

    def _save(self, records: dict[str, ProviderRecord]) -> None:
        saved = self._keeper.save(list(records.values()))
        self.counts.update(
            taken=saved.new, updated=saved.changed, unchanged=saved.same, older=saved.older
        )
        self.left_out["of_nobody_listed"] += saved.of_nobody

    @property
    def known_before(self) -> int:
        """How many of the records were of providers that the directory had already."""
        return sum(self.counts[name] for name in ("updated", "unchanged", "older"))

    def summary(self) -> Summary:
        counts = self.counts
        return Summary(
            taken=counts["taken"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            older=counts["older"],
            retired=counts["retired"],
            left_out=_counted(self.left_out),
            rejected=_counted(self.rejected),
        )


def _counted(reasons: Counter[str]) -> dict[str, int]:
    return {reason: count for reason, count in reasons.most_common() if count}


def _begin(connection: Connection, at: datetime) -> int:
    """The import's number. Writing first keeps every other writer out until the end."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE imports IN EXCLUSIVE MODE"))
    row = {"source": "", "at": at, "summary": "{}"}
    return int(connection.execute(sa.insert(tables.imports).values(row)).inserted_primary_key[0])


def _tidy_up(engine: Engine) -> None:
    """PostgreSQL reads from the index alone only what was vacuumed since it was written."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM (ANALYZE) entries"))


def _end(connection: Connection, number: int, sources: list[str], summary: Summary) -> None:
    named = ", ".join(dict.fromkeys(sources))[:80]
    connection.execute(
        sa.update(tables.imports)
        .where(tables.imports.c.id == number)
        .values(source=named, summary=json.dumps(asdict(summary)))
    )


class _Known:
    """Source ids in the tables. Most are NPIs: sorted numbers, of which a million take 8 MB, where
    a set takes 150."""

    def __init__(self, ids: Iterable[str]) -> None:
        numbers = array("q")
        self._texts: set[str] = set()
        for one in ids:
            if _is_npi(one):
                numbers.append(int(one))
            else:
                self._texts.add(one)
        self._numbers = array("q", sorted(numbers))

    def __contains__(self, one: object) -> bool:
        text = str(one)
        if not _is_npi(text):
            return text in self._texts
        number = int(text)
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number


def _is_npi(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit()


def _known(connection: Connection, source: str) -> Container[str]:
    """Every NPI in the directory and every id of the source."""
    npis = sa.select(tables.providers.c.npi).where(tables.providers.c.npi.is_not(None))
    of_source = sa.select(tables.source_records.c.source_id).where(
        tables.source_records.c.source == source
    )
    both = npis.union(of_source).execution_options(stream_results=True)
    return _Known(connection.execute(both).scalars())


@contextmanager
def _rejects(path: Path | None) -> Iterator[Callable[[Rejected], None]]:
    """What writes a row that could not be used to the file, if one was asked for."""
    if path is None:
        yield lambda rejected: None
        return
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file)
        table.writerow(("row", "reason", "text"))
        yield lambda rejected: table.writerow(
            (rejected.row, rejected.reason, _harmless(rejected.text))
        )


def _harmless(text: str) -> str:
    """So that a spreadsheet takes it for text and not for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
