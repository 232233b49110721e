"""One row of a FindTreatment.gov export as a provider record, or the reason why it is none.

A facility is listed once for each kind of care, mental health and substance use, and each row has
its own services: `together` makes one record of them. The export says which insurance a facility
takes, but of private plans not which; it dates nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from directory import tidy
from directory.importers.reading import website
from directory.names import named, plain, values
from directory.places import state_code
from directory.records import FACTS, Location, ProviderRecord, Role

_DATA = Path(__file__).resolve().parents[2] / "data" / "providers" / "find_treatment.yml"
_FACTS = {
    "payer": "payers",
    "age_group": "age_groups",
    "identity": "identities",
    "language": "languages",
    "access": "access",
}

Services = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class LeftOut:
    """Why a good row is none of ours."""

    reason: str


@dataclass(frozen=True)
class Unusable:
    """Why a row can't be used."""

    reason: str


def read_row(
    row: dict[str, Any], *, source: str, day: date, every_role: bool
) -> ProviderRecord | LeftOut | Unusable:
    """The facility of a row. `day` is when the source said so."""
    name = tidy.words(row.get("name1"))
    state = state_code(tidy.words(row.get("state")))
    if not name:
        return Unusable("no_name")
    if state is None:
        return Unusable("no_us_state")
    services = _services(row.get("services"))
    role = _role(row, services, every_role)
    if isinstance(role, LeftOut):
        return role
    zip_code = tidy.zip5(row.get("zip"))
    street = tidy.words(row.get("street1"))
    lines = ", ".join(line for line in (street, tidy.words(row.get("street2"))) if line)
    lat, lon = tidy.point(row.get("latitude"), row.get("longitude"), zip_code)
    told = _told(services)
    facts: dict[str, Any] = {fact: told.get(fact) for fact in _FACTS.values()}
    online = True if "online" in told else None
    site = tidy.words(row.get("name2"))
    return ProviderRecord(
        source=source,
        source_id=_digest(name, street, zip_code or state),
        name=name[:120],
        kind="organization",
        verified_on=day,
        roles=(Role(role),),
        locations=(
            Location(
                address=lines[:200] or None,
                city=tidy.words(row.get("city"))[:60] or None,
                state=state,
                zip=zip_code,
                phone=tidy.phone(row.get("phone")) or tidy.phone(row.get("intake1")),
                lat=lat,
                lon=lon,
                in_person=True if street and _outpatient(services) else None,
                online=online,
            ),
        ),
        other_names=(site[:120],) if site and plain(site) != plain(name) else (),
        website=website(row.get("website")),
        partial=_partial(services, told),
        telehealth_states=(state,) if online else (),
        **facts,
    )


def together(records: Sequence[ProviderRecord]) -> ProviderRecord:
    """One facility from its rows. What one row lists in full and another does not mention is not
    listed in full."""
    first = records[0]
    if len(records) == 1:
        return first
    facts: dict[str, Any] = {
        fact: _union([getattr(one, fact) for one in records]) for fact in FACTS
    }
    partial = {name for one in records for name in one.partial} | {
        fact for fact in FACTS if any(getattr(one, fact) is None for one in records)
    }
    places = [vars(one.locations[0]) for one in reversed(records)]
    place = {key: value for one in places for key, value in one.items() if value is not None}
    return replace(
        first,
        locations=(Location(**place),),
        other_names=_union([one.other_names for one in records]) or (),
        website=next((one.website for one in records if one.website), None),
        telehealth_states=_union([one.telehealth_states for one in records]) or (),
        partial=tuple(fact for fact in FACTS if fact in partial and facts[fact] is not None),
        **facts,
    )


def _union(lists: Sequence[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    known = [values for values in lists if values is not None]
    return tuple(dict.fromkeys(one for values in known for one in values)) if known else None


@cache
def _terms() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(_DATA.read_text("utf-8"))
    return told


def _services(told: Any) -> Services:
    """Values by the code of their category, in plain letters."""
    found: dict[str, list[str]] = {}
    for one in told if isinstance(told, list) else ():
        if isinstance(one, dict) and isinstance(one.get("f3"), str):
            code = tidy.words(one.get("f2")).upper()
            found.setdefault(code, []).extend(plain(value) for value in one["f3"].split(";"))
    return {code: tuple(value for value in listed if value) for code, listed in found.items()}


def _role(row: dict[str, Any], services: Services, every_role: bool) -> str | LeftOut:
    terms = _terms()
    kind = plain(tidy.words(row.get("typeFacility")) or tidy.words(row.get("type_facility")))
    if kind.startswith(tuple(terms["practitioners"])):
        return LeftOut("practitioner")
    if kind not in terms["facilities"] and not _begins(services.get("TC", ()), terms["care"]):
        primary = every_role and kind in terms["primary_care"]
        return "primary_care" if primary else LeftOut("not_behavioral_health")
    if _begins(services.get("EXCL", ()), terms["only"]):
        return LeftOut("court_clients_only")
    if services.get("SET") and not _outpatient(services) and not every_role:
        return LeftOut("inpatient_or_residential")
    return "clinic"


def _outpatient(services: Services) -> bool:
    return _begins(services.get("SET", ()), _terms()["outpatient"])


def _begins(told: Sequence[str], beginnings: Sequence[str]) -> bool:
    return any(value.startswith(start) for value in told for start in beginnings)


def _told(services: Services) -> dict[str, tuple[str, ...]]:
    """Facts by name, and "online". Of a category without a value that we know, nothing is known."""
    terms = _terms()
    found: list[str] = []
    for code, meanings in terms["values"].items():
        for value in services.get(code, ()):
            fitting = [start for start in meanings if value.startswith(start)]
            found += meanings[max(fitting, key=len)] if fitting else ()
    for code in terms["languages"]["codes"]:
        for value in services.get(code, ()):
            if value not in terms["languages"]["but"]:
                found += (f"language.{one}" for one in named("language", value))
    told: dict[str, tuple[str, ...]] = {}
    for term in dict.fromkeys(found):
        kind, _, value = term.partition(".")
        if kind == "online":
            told["online"] = ()
        elif value in values(kind):
            told[_FACTS[kind]] = (*told.get(_FACTS[kind], ()), value)
    return told


def _partial(services: Services, told: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The facts that are not listed in full. Ages are. So is payment, when nothing of it is
    insurance of which the plan is not named; a facility that ticked nothing of payment assistance
    may still have some."""
    paid = services.get("PAY", ())
    payers_whole = paid and services.get("PYAS") and not _begins(paid, _terms()["unlisted"])
    whole = {"age_groups"} | ({"payers"} if payers_whole else set())
    return tuple(fact for fact in FACTS if fact in told and fact not in whole)


def _digest(*parts: str) -> str:
    """The export has no ids: a facility is its name at its door."""
    text = "|".join(plain(part) or part.casefold() for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
