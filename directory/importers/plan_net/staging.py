"""Resources put by on disk until all of them are there: references come in any order.

One SQLite file in the temporary folder, gone at the end. Each resource is kept under the key that
references name it by; of one that comes several times the newest counts.
"""

import json
import re
import sqlite3
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from directory.importers.plan_net.fhir import (
    Json,
    a_good_npi,
    address_key,
    an_id,
    extensions,
    listed,
    npis,
    nucc_codes,
)
from directory.taxonomy import load_taxonomy

KINDS = (
    *("PractitionerRole", "Practitioner", "Organization", "HealthcareService"),
    *("OrganizationAffiliation", "Location", "InsurancePlan"),
)

_OWNED_BY = {
    "PractitionerRole": "practitioner",
    "HealthcareService": "providedBy",
    "OrganizationAffiliation": "participatingOrganization",
}
_NEVER_LOOKED_UP = ("PractitionerRole", "OrganizationAffiliation")  # nothing refers to them
_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -32000;
    PRAGMA temp_store = FILE;
    CREATE TABLE resources (
        key TEXT PRIMARY KEY, kind TEXT, owner TEXT, ours INTEGER, row INTEGER, updated TEXT,
        body TEXT
    );
    CREATE TABLE aliases (alias TEXT PRIMARY KEY, key TEXT);
    CREATE TABLE covers (network TEXT, plan TEXT, PRIMARY KEY (network, plan)) WITHOUT ROWID;
    CREATE TABLE mentions (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_KEEP = """
    INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, ours = excluded.ours,
        row = excluded.row, updated = excluded.updated, body = excluded.body
    WHERE (excluded.updated, excluded.body) > (resources.updated, resources.body)
"""
_BATCH = 500  # rows put in at once
_CACHED = 2000  # resources kept at hand: locations, services and networks come again and again
_LARGEST_CACHED = 4000  # characters of one of them
_LARGEST = 2_000_000  # characters of a resource
_JSON = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True)
class Staged:
    """A resource as it was put by. `row` counts the resources of the feed from 1."""

    key: str
    row: int
    body: Json


class NotUsable(ValueError):
    """Why a resource can't be put by."""


class Staging:
    """The resources of one feed. To be used in a `with` block."""

    def __init__(self, today: date, every_role: bool, mentions: bool = False) -> None:
        """With `mentions` it keeps what resources point to, for `missing`."""
        self._today = today
        self._every = every_role
        self._mentions = mentions
        self._folder = tempfile.TemporaryDirectory(prefix="carenav-")
        self._db = sqlite3.connect(Path(self._folder.name) / "staging.db", isolation_level=None)
        self._db.executescript(_TABLES)
        self._rows: list[tuple[Any, ...]] = []
        self._cache: OrderedDict[str, Json | None] = OrderedDict()

    def __enter__(self) -> "Staging":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, resource: Json, row: int, url: Any = None) -> bool:
        """Put a resource by, with those it contains; False for a kind that is not used. `url` is
        its address in a Bundle. Raises NotUsable."""
        kind = resource.get("resourceType")
        if kind not in KINDS or _restricted(resource):
            return False
        name, alias = an_id(resource.get("id")), address_key(url)
        key = f"{kind}/{name}" if name else alias
        if key is None:
            raise NotUsable("no_id")
        if alias and alias != key:
            self._db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", (alias, key))
        contained = listed(resource.pop("contained", None))
        self._put_by(resource, key, row)
        for inner in contained:
            inner_name = an_id(inner.get("id"))
            usable = inner.get("resourceType") in KINDS and not _restricted(inner)
            if usable and inner_name:
                self._put_by(inner, f"{key}#{inner_name}", row)
        return True

    def _put_by(self, resource: Json, key: str, row: int) -> None:
        resource.pop("text", None)  # the same again, for the eye
        kind = str(resource["resourceType"])
        ours = self._every or _may_be_ours(kind, resource)
        try:
            body = _JSON.encode(resource) if ours or kind not in _NEVER_LOOKED_UP else ""
            if "usage-restriction" in body:
                resource = _public(resource)
                body = _JSON.encode(resource)
        except (RecursionError, ValueError) as fault:
            raise NotUsable("not_json") from fault
        if len(body) > _LARGEST:
            raise NotUsable("too_large")
        meta = resource.get("meta")
        updated = str(meta.get("lastUpdated") or "")[:19] if isinstance(meta, dict) else ""
        updated = updated if updated.isascii() else ""
        owner = self._owner(kind, resource, key)
        self._rows.append((key, kind, owner, ours, row, updated, body))
        if self._mentions:
            found = {(named,) for named in _addresses(body, key)}
            self._db.executemany("INSERT OR IGNORE INTO mentions VALUES (?)", found)
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(_KEEP, self._rows)
        self._db.execute("COMMIT")
        self._rows.clear()

    def _owner(self, kind: str, resource: Json, key: str) -> str:
        """Whose it is: of a person or organization the key it has at the source (the NPI, if it
        has one), else the key of the person or organization that it tells of."""
        if kind in ("Practitioner", "Organization"):
            number = a_good_npi(npis(resource, self._today))
            return number or (key if kind == "Organization" else key.removeprefix("Practitioner/"))
        link = resource.get(_OWNED_BY.get(kind, ""))
        return (address_key(link.get("reference"), key) or "") if isinstance(link, dict) else ""

    def ready(self) -> None:
        """All are there: make ready to look them up."""
        self._flush()
        self._db.execute(
            "UPDATE resources SET owner = (SELECT key FROM aliases WHERE alias = owner)"
            " WHERE owner IN (SELECT alias FROM aliases)"
        )
        self._db.execute("CREATE INDEX by_owner ON resources (kind, owner)")
        for plan in self._of_kind("InsurancePlan"):
            parts = [*listed(plan.body.get("plan")), *listed(plan.body.get("coverage")), plan.body]
            for network in (one for part in parts for one in listed(part.get("network"))):
                place = self.key(network.get("reference"), plan.key)
                if place:
                    self._db.execute(
                        "INSERT OR IGNORE INTO covers VALUES (?, ?)", (place, plan.key)
                    )

    def _of_kind(self, kind: str) -> Iterator[Staged]:
        query = "SELECT key, row, body FROM resources WHERE kind = ? ORDER BY key"
        for key, row, body in self._db.execute(query, (kind,)):
            yield Staged(key, row, json.loads(body))

    def count(self) -> int:
        """How many resources there are."""
        self._flush()
        return int(self._db.execute("SELECT count(*) FROM resources").fetchone()[0])

    def key(self, address: Any, within: str = "") -> str | None:
        """The key that an address leads to."""
        key = address_key(address, within)
        if key is None or ("/" in key and not key.startswith(("urn:", "http"))):
            return key
        found = self._db.execute("SELECT key FROM aliases WHERE alias = ?", (key,)).fetchone()
        return found[0] if found else key

    def get(self, key: str | None) -> Json | None:
        """The resource of a key. It is shared: leave it as it is."""
        if key is None:
            return None
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        row = self._db.execute("SELECT body FROM resources WHERE key = ?", (key,)).fetchone()
        found = json.loads(row[0]) if row and row[0] else None
        comes_again = not key.startswith("Practitioner/")
        if comes_again and len(row[0] if row else "") <= _LARGEST_CACHED:
            self._cache[key] = found
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return found

    def owners(self, kind: str) -> Iterator[tuple[str, list[str]]]:
        """Every person ("Practitioner") or organization, with the keys of its resources."""
        query = "SELECT owner, key FROM resources WHERE kind = ? ORDER BY owner, key"
        owner, keys = None, list[str]()
        for now, key in self._db.execute(query, (kind,)):
            if now != owner and owner is not None:
                yield owner, keys
                keys = []
            owner = now
            keys.append(key)
        if owner is not None:
            yield owner, keys

    def row(self, key: str) -> int:
        return int(
            self._db.execute("SELECT row FROM resources WHERE key = ?", (key,)).fetchone()[0]
        )

    def of(self, owner: str, kind: str) -> Iterator[Staged | None]:
        """The resources of a kind that tell of an owner; None for one that surely has no role of
        ours."""
        query = """
            SELECT key, row, CASE WHEN ours THEN body END FROM resources
            WHERE kind = ? AND owner = ? ORDER BY key
        """
        for key, row, body in self._db.execute(query, (kind, owner)):
            yield Staged(key, row, json.loads(body)) if body else None

    def strays(self) -> Iterator[Staged]:
        """Roles that may be ours of a practitioner who is not there."""
        query = """
            SELECT key, row, body FROM resources AS role
            WHERE kind = 'PractitionerRole' AND ours AND owner <> '' AND NOT EXISTS (
                SELECT 1 FROM resources WHERE key = role.owner AND kind = 'Practitioner'
            ) ORDER BY row
        """
        for key, row, body in self._db.execute(query):
            yield Staged(key, row, json.loads(body))

    def without_owner(self) -> int:
        """How many roles tell of no practitioner at all."""
        query = "SELECT count(*) FROM resources WHERE kind = 'PractitionerRole' AND owner = ''"
        return int(self._db.execute(query).fetchone()[0])

    def plans_of(self, network: str) -> list[Json]:
        """The insurance plans that use a network."""
        rows = self._db.execute(
            "SELECT plan FROM covers WHERE network = ? ORDER BY plan", (network,)
        )
        return [plan for (key,) in rows.fetchall() if (plan := self.get(key))]

    def missing(self, kind: str) -> Iterator[str]:
        """The ids of resources of a kind that others point to and that are not there."""
        self._flush()
        query = """
            SELECT key FROM mentions WHERE key >= ? AND key < ?
            AND key NOT IN (SELECT key FROM resources) ORDER BY key
        """
        rows = self._db.execute(query, (f"{kind}/", f"{kind}0")).fetchall()
        return (key.partition("/")[2] for (key,) in rows if "#" not in key)


def _may_be_ours(kind: str, resource: Json) -> bool:
    """Whether it may tell of a role of ours: it has a code of ours, or none that says otherwise."""
    if kind not in _OWNED_BY:
        return True
    stated = nucc_codes(resource.get("specialty"), resource.get("code"))
    return not stated or any(code in load_taxonomy().codes for code in stated)


_NAMED = re.compile(r'"reference":"([^"\\]+)"')


def _addresses(body: str, key: str) -> Iterator[str]:
    for address in _NAMED.findall(body):
        named = address_key(address, key)
        if named:
            yield named


def _public(value: Any) -> Any:
    """Without what may be shown to some only: a shelter's address under a VhDir restriction."""
    if isinstance(value, list):
        return [_public(one) for one in value if not _restricted(one)]
    if isinstance(value, dict):
        return {name: _public(one) for name, one in value.items() if not _restricted(one)}
    return value


def _restricted(value: Any) -> bool:
    return isinstance(value, dict) and any(extensions(value, "usagerestriction"))
