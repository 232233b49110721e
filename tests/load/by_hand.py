"""The same searches as a good engineer would write them for this database, without our search.

`Indexed` reads `entries` as our search does, with the bits looked up once. `Plain` knows nothing
of `entries`: a square on an index of latitude and longitude, and everything else joined. Both
talk to the driver alone, and give the page, the total and what a card shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from directory import entries
from directory.geo import cells, miles, nearness, vector
from directory.query import WISHES, Query
from directory.search import COUNTED, RADII
from directory.taxonomy import load_taxonomy

Page = tuple[list[int], int, list[Any]]
FORMATS = {
    "in_person": (entries.IN_PERSON, entries.NOT_IN_PERSON),
    "online": (entries.ONLINE, entries.NOT_ONLINE),
}
CARD = (
    "SELECT p.*, l.*, (SELECT group_concat(r.role, ' ') FROM provider_roles r "
    "WHERE r.provider_id = p.id) FROM providers p JOIN locations l ON l.provider_id = p.id "
    "WHERE p.id IN ({})"
)


def attempts(query: Query) -> Iterator[tuple[Query, float, tuple[str, ...]]]:
    """What to try in turn: wider circles, then fewer wishes, then community clinics."""
    wishes = [wish for wish in WISHES if query.asked(wish)]
    radii = [query.radius_miles, *(r for r in RADII if r > query.radius_miles)]
    for many in range(len(wishes) + 1):
        yield from ((query, radius, tuple(wishes[:many])) for radius in radii)
    if "clinic" not in query.roles:
        clinics = replace(query, roles=("clinic",))
        yield from ((clinics, radius, tuple(wishes)) for radius in radii)


class Indexed:
    """By hand over `entries`."""

    def __init__(self, connection: Any, postgresql: bool) -> None:
        self.cursor = connection.cursor()
        self.cursor.execute("SELECT fact, value, bit FROM bits")
        self.bits = {(fact, value): bit for fact, value, bit in self.cursor.fetchall()}
        self.card = CARD.replace("group_concat", "string_agg") if postgresql else CARD

    def find(self, query: Query) -> Page:
        for attempt, radius, given_up in attempts(query):
            page, total = self._try(attempt, radius, given_up)
            if page:
                break
        if not page:
            return [], 0, []
        self.cursor.execute(self.card.format(",".join(map(str, page))))
        return page, total, self.cursor.fetchall()

    def _try(self, query: Query, radius: float, given_up: tuple[str, ...]) -> tuple[list[int], int]:
        place = query.place
        assert place
        x, y, z = vector(place.lat, place.lon)
        near = f"(x * {x!r} + y * {y!r} + z * {z!r})"
        roles = [
            self.bits["role", role]
            for role in load_taxonomy().covered(query.roles)
            if ("role", role) in self.bits
        ]
        if not roles:
            return [], 0
        areas = ",".join(f"({r},{a},{b})" for r in roles for a, b in cells(*_at(query), radius))
        fit, where = self._judged(query, given_up)
        found = (
            f"FROM (SELECT column1 AS r, column2 AS a, column3 AS b FROM (VALUES {areas}) AS v) AS "
            f"area CROSS JOIN entries WHERE role = r AND cell BETWEEN a AND b "
            f"AND {near} >= {nearness(radius)!r} AND {where}"
        )
        turn = 1 + query.day.toordinal() * 2_654_435_761 % 2_147_483_646
        most = query.offset + query.limit + 10
        self.cursor.execute(
            f"SELECT provider_id {found} ORDER BY {fit}, {near} DESC, "
            f"(CAST(provider_id AS BIGINT) * {turn}) % 2147483647, provider_id LIMIT {most}"
        )
        rows = self.cursor.fetchall()
        page = list(dict.fromkeys(row[0] for row in rows))
        total = len(page)
        if len(rows) == most:
            self.cursor.execute(
                f"SELECT count(DISTINCT provider_id) FROM (SELECT provider_id {found} "
                f"LIMIT {COUNTED * 3}) AS f"
            )
            total = min(self.cursor.fetchone()[0], COUNTED)
        return page[query.offset : query.offset + query.limit], total

    def _judged(self, query: Query, given_up: tuple[str, ...]) -> tuple[str, str]:
        fit, where = ["doubts * 100"], ["1 = 1"]
        for fact in ("payers", *WISHES):
            asked = query.asked(fact)
            if asked:
                known = [1 << self.bits[fact, v] for v in asked if (fact, v) in self.bits]
                yes, full = f"{fact} & {sum(known)} <> 0", entries.LISTED_IN_FULL[fact]
                no = f"flags & {full} <> 0"
                fit.append(f"CASE WHEN {yes} THEN 0 WHEN {no} THEN 100 ELSE 1 END")
                if fact not in given_up:
                    where.append(f"({yes} OR flags & {full} = 0)")
        flags = [FORMATS[query.format]] if query.format in FORMATS else []
        flags += [(entries.NEW, entries.NOT_NEW)] if query.new_patients else []
        for yes_flag, no_flag in flags:
            fit.append(f"CASE WHEN flags & {yes_flag} <> 0 THEN 0 ELSE 1 END")
            where.append(f"flags & {no_flag} = 0")
        if not query.new_patients:
            fit.append(f"CASE WHEN flags & {entries.NOT_NEW} <> 0 THEN 100 ELSE 0 END")
        return " + ".join(fit), " AND ".join(where)


class Plain:
    """By hand without `entries`: what one writes first."""

    index = "CREATE INDEX IF NOT EXISTS bench_lat_lon ON locations (lat, lon)"

    def __init__(self, connection: Any, postgresql: bool) -> None:
        self.cursor = connection.cursor()
        self.cursor.execute(self.index)
        connection.commit()
        self.postgresql = postgresql
        self.card = CARD.replace("group_concat", "string_agg") if postgresql else CARD

    def find(self, query: Query) -> Page:
        for attempt, radius, given_up in attempts(query):
            rows = self._try(attempt, radius, given_up)
            if rows:
                break
        page = list(dict.fromkeys(row[0] for row in rows))
        shown = page[query.offset : query.offset + query.limit]
        if not shown:
            return [], 0, []
        self.cursor.execute(self.card.format(",".join(map(str, shown))))
        return shown, min(len(page), COUNTED), self.cursor.fetchall()

    def _try(self, query: Query, radius: float, given_up: tuple[str, ...]) -> list[Any]:
        lat, lon = _at(query)
        high, wide = radius / 69.0, radius / (69.0 * max(0.05, _cosine(lat)))
        fit, where = self._judged(query, given_up)
        roles = ",".join(f"'{role}'" for role in load_taxonomy().covered(query.roles))
        false = "false" if self.postgresql else "0"
        far = (
            f"2 * 3958.7613 * asin(sqrt(power(sin(radians(l.lat - {lat}) / 2), 2) + cos(radians("
            f"{lat})) * cos(radians(l.lat)) * power(sin(radians(l.lon - {lon}) / 2), 2)))"
        )
        self.cursor.execute(
            f"SELECT p.id, {far} AS far FROM locations l JOIN providers p ON p.id = l.provider_id "
            f"WHERE l.lat BETWEEN {lat - high} AND {lat + high} "
            f"AND l.lon BETWEEN {lon - wide} AND {lon + wide} AND p.active <> {false} "
            f"AND EXISTS (SELECT 1 FROM provider_roles r WHERE r.provider_id = p.id "
            f"AND r.role IN ({roles})) AND {far} <= {radius} AND {where} "
            f"ORDER BY {fit}, far"
        )
        return list(self.cursor.fetchall())

    def _judged(self, query: Query, given_up: tuple[str, ...]) -> tuple[str, str]:
        fit, where = ["0"], ["1 = 1"]
        true, false = ("true", "false") if self.postgresql else ("1", "0")
        for fact in ("payers", *WISHES):
            asked = query.asked(fact)
            if asked:
                yes = " OR ".join(f"' ' || p.{fact} || ' ' LIKE '% {one} %'" for one in asked)
                no = f"p.complete LIKE '%{fact}%'"
                fit.append(f"CASE WHEN {yes} THEN 0 WHEN {no} THEN 100 ELSE 1 END")
                if fact not in given_up:
                    where.append(
                        f"(coalesce({yes}, {'false' if self.postgresql else '0'}) OR NOT {no})"
                    )
        true, false = ("true", "false") if self.postgresql else ("1", "0")
        asked_for = [f"l.{query.format}"] if query.format in FORMATS else []
        asked_for += ["p.new_patients"] if query.new_patients else []
        for column in asked_for:
            fit.append(f"CASE WHEN {column} = {true} THEN 0 ELSE 1 END")
            where.append(f"({column} IS NULL OR {column} = {true})")
        if not query.new_patients:
            fit.append(f"CASE WHEN p.new_patients = {false} THEN 100 ELSE 0 END")
        return " + ".join(fit), " AND ".join(where)


def _at(query: Query) -> tuple[float, float]:
    assert query.place
    return query.place.lat, query.place.lon


def _cosine(lat: float) -> float:
    return miles(lat, 0, lat, 1) / miles(0, 0, 0, 1)
