"""Which providers fit a query, best first. The database picks, judges and measures, all in one
statement over `entries`.

Only numbers of ours are written into the statement; what a person typed is bound to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from directory import entries, tables
from directory.entries import Bits
from directory.geo import cells, nearness, vector
from directory.names import plain
from directory.query import WISHES, Query
from directory.taxonomy import load_taxonomy

MISMATCH = 100  # counts for more than all that is not known together
_INNER = 0.25  # of the radius
_NAMESAKES = 500  # providers of one name that are looked at
_WORDS = 8  # of a name that are looked for
_AFTER = "~"  # comes after every letter and digit
_FORMATS = {
    "in_person": (entries.IN_PERSON, entries.NOT_IN_PERSON),
    "online": (entries.ONLINE, entries.NOT_ONLINE),
}
ALL_OF = ("identities", "access")  # of these every value is meant, of the others one is enough


@dataclass(frozen=True)
class Hit:
    """One provider at one location. `fit` is 0 when all that was asked is known to be so, and
    `preferred` when one of the sources that come first lists it."""

    provider: int
    position: int
    fit: int
    preferred: bool = False


@dataclass(frozen=True)
class Judgement:
    """How one asked thing is judged: SQL for "yes" and for "no"; neither is "not known"."""

    yes: str
    no: str | None
    needed: bool


class Hits:
    """What a query finds within a radius (miles; None for a state or a name)."""

    def __init__(
        self,
        connection: Connection,
        bits: Bits,
        query: Query,
        radius: float | None,
        loosened: tuple[str, ...],
    ) -> None:
        self._connection = connection
        self._bits = bits
        self._query = query
        self._radius = radius
        self._loosened = loosened
        self._bound: dict[str, Any] = {}

    def page(self, *, crowded: bool = False) -> list[Hit]:
        """The hits of the query's page. A provider is there once, at its best location.

        In a crowded circle an inner one is tried first: when enough of those in it are all that
        was asked, nobody further out can come before them.
        """
        first, wanted = self._query.offset, self._query.offset + self._query.limit
        near = self._near_by(wanted) if crowded and self._radius is not None else None
        return (near or self._best(wanted))[first:wanted]

    def _near_by(self, wanted: int) -> list[Hit] | None:
        """The first hits from the inner circle alone; None when it can't tell. Those of preferred
        sources are few, so they are looked for in the whole circle."""
        inner = self._within(self._radius and self._radius * _INNER, self._query)
        if not self._query.prefer:
            best = inner._best(wanted)[:wanted]
        else:
            only = replace(self._query, sources=self._query.prefer, prefer=())
            first = self._within(self._radius, only)._best(wanted)
            first = [replace(hit, preferred=True) for hit in first if hit.fit < MISMATCH]
            others = [hit for hit in inner._best(2 * wanted) if not hit.preferred]
            best = [*first, *others][:wanted]
        told = len(best) == wanted and not any(hit.fit for hit in best if not hit.preferred)
        return best if told else None

    def _within(self, radius: float | None, query: Query) -> "Hits":
        return Hits(self._connection, self._bits, query, radius, self._loosened)

    def _best(self, wanted: int) -> list[Hit]:
        """At least so many hits from the top, if there are."""
        asked = wanted + 5  # some to spare, for those with several locations
        while True:
            rows = self._rows(asked)
            best: dict[int, Hit] = {}
            for row in rows:
                hit = Hit(row.provider_id, row.position, row.fit, bool(row.preferred))
                best.setdefault(row.provider_id, hit)
            if len(best) >= wanted or len(rows) < asked:
                return list(best.values())
            asked *= 2

    def count(self, most: int) -> int:
        """How many providers there are, counted up to `most`."""
        if not self._ranges:
            return 0
        # PostgreSQL tells providers apart only when it has seen every row, so few are shown to it.
        rows = most * 3
        some = f"SELECT e.provider_id {self._from} LIMIT {rows}"
        counted = f"SELECT count(*), count(DISTINCT provider_id) FROM ({some}) AS f"
        seen, providers = self._run(counted).one()
        if seen == rows and providers < most:
            every = f"SELECT count(DISTINCT e.provider_id) {self._from}"
            providers = self._run(every).scalar()
        return min(int(providers), most)

    def _rows(self, most: int) -> list[Any]:
        if not self._ranges:
            return []
        # Equals change places every day, so that nobody is first for good.
        turn = 1 + self._query.day.toordinal() * 2_654_435_761 % 2_147_483_646
        near = f"{self._near} DESC, " if self._radius is not None else ""
        elsewhere = f"(e.flags & {entries.ELSEWHERE}), " if self._radius is None else ""
        preferred, first = "0", ""
        if self._query.prefer:
            preferred = f"CASE WHEN {self._listed_by('prefer')} THEN 1 ELSE 0 END"
            # Who can't be what was asked is not put first, whoever lists it.
            first = f"CASE WHEN {self._fit} < {MISMATCH} THEN 0 ELSE 1 END, preferred DESC, "
        return list(
            self._run(
                f"SELECT e.provider_id, e.position, {self._fit} AS fit, {preferred} AS preferred "
                f"{self._from} ORDER BY {first}fit, {elsewhere}{near}"
                f"(CAST(e.provider_id AS BIGINT) * {turn}) % 2147483647, e.provider_id, e.position "
                f"LIMIT {most}"
            )
        )

    def _run(self, statement: str) -> Any:
        if self._bound:
            return self._connection.execute(sa.text(statement), self._bound)
        # Straight to the driver: reading through a long statement takes as long as running it.
        options = {"no_parameters": True}
        return self._connection.exec_driver_sql(statement, execution_options=options)

    @cached_property
    def _from(self) -> str:
        """From where, and which of them."""
        where = []
        if self._named is None:
            ranges = ", ".join(
                f"({role}, {before}, {a}, {b})" for role, before, a, b in self._ranges
            )
            table = (
                f"(SELECT column1 AS role, column2 AS before, column3 AS low, column4 AS high "
                f"FROM (VALUES {ranges}) AS v) AS area CROSS JOIN entries e"
            )
            # Once, though it may have several of the roles.
            where += ["e.role = area.role", "e.cell BETWEEN area.low AND area.high"]
            where += ["(e.roles & area.before) = 0"]
        else:
            # By its few providers, not by the map: what is added to 0 leads to no index.
            table = "entries e"
            where.append(f"e.provider_id IN ({', '.join(map(str, self._named)) or 'NULL'})")
            roles = sorted({role for role, _, _, _ in self._ranges})
            where.append(f"e.role + 0 IN ({', '.join(map(str, roles))})")
            cells = [f"e.cell + 0 BETWEEN {low} AND {high}" for low, high in self._cells]
            where.append(f"({' OR '.join(cells)})")
        where += [
            f"NOT ({judged.no} AND NOT ({judged.yes}))"
            for judged in self._judged
            if judged.needed and judged.no
        ]
        if self._query.sources:
            where.append(self._listed_by("sources"))
        if self._radius is not None:
            where.append(f"{self._near} >= {nearness(self._radius)!r}")
        elif self._query.format != "online":
            where.append(f"(e.flags & {entries.ELSEWHERE}) = 0")
        return f"FROM {table} WHERE {' AND '.join(where)}"

    def _listed_by(self, which: str) -> str:
        """That one of the query's `sources`, or of those it would `prefer`, lists the provider."""
        names = {f"{which}_{n}": name for n, name in enumerate(getattr(self._query, which))}
        self._bound |= names
        return (
            "e.provider_id IN (SELECT r.provider_id FROM source_records r WHERE r.source IN "
            f"({', '.join(f':{name}' for name in names)}) AND r.gone_on IS NULL)"
        )

    @cached_property
    def _ranges(self) -> list[tuple[int, int, int, int]]:
        """Role, the roles asked before it as bits, first and last cell."""
        asked = load_taxonomy().covered(self._query.roles) or self._bits.values("role")
        numbers = sorted(
            number for role in asked if (number := self._bits.number("role", role)) is not None
        )
        before, found = 0, []
        for number in numbers:
            found += [(number, before, low, high) for low, high in self._cells]
            before |= 1 << number
        return found

    @cached_property
    def _cells(self) -> Sequence[tuple[int, int]]:
        place = self._query.place
        if self._radius is not None and place:
            return cells(place.lat, place.lon, self._radius)
        state = self._query.by_state
        if state is None:
            return [(entries.state_cell(200), entries.state_cell(0))]  # any state, by name
        number = self._bits.number("state", state)
        return [] if number is None else [(entries.state_cell(number),) * 2]

    @cached_property
    def _near(self) -> str:
        place = self._query.place
        x, y, z = vector(place.lat, place.lon) if place else (0.0, 0.0, 0.0)
        return f"(e.x * ({x!r}) + e.y * ({y!r}) + e.z * ({z!r}))"

    @cached_property
    def _fit(self) -> str:
        parts = [
            f"CASE WHEN {judged.yes} THEN 0 "
            + (f"WHEN {judged.no} THEN {MISMATCH} " if judged.no else "")
            + "ELSE 1 END"
            for judged in self._judged
        ]
        if not self._query.new_patients:  # no openings count against it, not knowing does not
            parts.append(f"CASE WHEN {_flag(entries.NOT_NEW)} THEN {MISMATCH} ELSE 0 END")
        return " + ".join([*parts, f"e.doubts * {MISMATCH}"])

    @cached_property
    def _judged(self) -> list[Judgement]:
        return list(self._judgements())

    def _judgements(self) -> Iterator[Judgement]:
        for fact in ("payers", *WISHES):
            asked = self._query.asked(fact)
            needed = fact not in self._loosened
            for values in [(one,) for one in asked] if fact in ALL_OF else [asked]:
                if values:
                    has = f"(e.{fact} & {self._bits.mask(fact, values)}) <> 0"
                    yield Judgement(has, _flag(entries.LISTED_IN_FULL[fact]), needed)
        if self._query.format in _FORMATS:
            yes, no = _FORMATS[self._query.format]
            yield Judgement(_flag(yes), _flag(no), True)
        if self._query.new_patients:
            yield Judgement(_flag(entries.NEW), _flag(entries.NOT_NEW), True)
        if self._query.plan:
            self._bound["plan"] = plain(self._query.plan)[:120]
            listed = "SELECT 1 FROM plans p WHERE p.plan = :plan AND p.provider_id = e.provider_id"
            yield Judgement(f"EXISTS ({listed})", None, True)

    @cached_property
    def _named(self) -> list[int] | None:
        """Providers with every word of the name; of the last word the beginning is enough."""
        if not self._query.name:
            return None
        words = [word[:40] for word in plain(self._query.name).split()[:_WORDS]]
        if not words:
            return []
        named = [_Word(word, whole=at < len(words) - 1) for at, word in enumerate(words)]
        # The rarest word leads, so that "Ana Smith" does not walk through every Smith.
        counts = [self._connection.scalar(word.counted()) for word in named]
        rarest = named.pop(counts.index(min(counts)))
        query = rarest.providers()
        for word in named:
            query = query.where(word.of(rarest))
        return sorted(set(self._connection.execute(query.limit(_NAMESAKES)).scalars()))


class _Word:
    """A word of a provider's name, whole or only its beginning."""

    def __init__(self, word: str, *, whole: bool) -> None:
        self._rows = tables.name_words.alias()
        column = self._rows.c.word
        begun = sa.and_(column >= word, column < word + _AFTER)
        self._has = column == word if whole else begun

    def counted(self) -> Any:
        some = sa.select(self._rows.c.word).where(self._has).limit(_NAMESAKES).subquery()
        return sa.select(sa.func.count()).select_from(some)

    def providers(self) -> Any:
        return sa.select(self._rows.c.provider_id).where(self._has)

    def of(self, other: "_Word") -> Any:
        """That a provider has both words."""
        same = self._rows.c.provider_id == other._rows.c.provider_id
        return sa.select(self._rows.c.word).where(same, self._has).exists()


def _flag(flag: int) -> str:
    return f"(e.flags & {flag}) <> 0"
