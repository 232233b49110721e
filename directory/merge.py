"""One provider from what several sources say of it.

Of each field the freshest source counts. A source that is nearer to the provider is worth some
days: a clinic's own list knows better than a plan's directory, and both know better than NPPES,
which many providers fill in once. Lists that are not the whole truth add to one another. Each
field remembers where it comes from.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from directory.names import plain
from directory.records import FACTS, Kind, Location, ProviderRecord, Role

# Days by which a source counts as fresher than its date says: the nearer to the provider, the more.
NEARNESS = {"own-list": 180, "plan-net": 90, "findtreatment": 90, "hsds": 60}

_SINGLE = ("name", "credential", "organization", "website", "new_patients")


Origin = tuple[str, date]
"""A source, and the day it is of."""


@dataclass(frozen=True)
class Place:
    """A location, and the day its source last verified it."""

    location: Location
    verified_on: date


@dataclass(frozen=True)
class Merged:
    """A provider as the search has it. Of the facts, None is not known; those in `complete` are
    listed in full. `sources` are all that tell of it, with their days, the one that counts most
    first; `origins` names the source of each field that is not the first one's."""

    npi: str | None
    name: str
    kind: Kind
    credential: str | None
    organization: str | None
    website: str | None
    new_patients: bool | None
    sample: bool
    roles: tuple[Role, ...]
    places: tuple[Place, ...]
    facts: dict[str, tuple[str, ...] | None]
    complete: frozenset[str]
    names: tuple[str, ...]
    plans: tuple[str, ...]
    telehealth_states: tuple[str, ...]
    sources: tuple[Origin, ...]
    origins: dict[str, Origin]

    def origins_json(self) -> str:
        told = {"*": self.sources, **self.origins}
        return json.dumps(told, default=date.isoformat, separators=(",", ":"))


def weight(record: ProviderRecord) -> tuple[date, str]:
    """What decides between two sources: the greater counts."""
    nearness = NEARNESS.get(record.source.partition(":")[0], 0)
    return record.dated + timedelta(days=nearness), record.source


def merge(records: Sequence[ProviderRecord]) -> Merged:
    """The provider that all of these records, at least one, tell of."""
    ordered = sorted(records, key=weight)
    single: dict[str, object] = dict.fromkeys(_SINGLE)
    facts: dict[str, tuple[str, ...] | None] = dict.fromkeys(FACTS)
    complete: set[str] = set()
    origins: dict[str, Origin] = {}
    for record in ordered:
        # A record without roles only adds: the name of a provider is not its to tell.
        told = _SINGLE if record.roles else ("credential", "organization", "website")
        for name in told:
            value = getattr(record, name)
            if value is not None:
                single[name] = value
                origins[name] = record.source, record.dated
        for name in FACTS:
            values = getattr(record, name)
            if values is not None:
                origins[name] = record.source, record.dated
                if name in record.partial:
                    facts[name] = tuple(dict.fromkeys((*(facts[name] or ()), *values)))
                else:
                    facts[name] = values
                    complete.add(name)
    latest = ordered[::-1]
    main = next((record for record in latest if record.roles), latest[0])
    sources = dict.fromkeys((one.source, one.dated) for one in (main, *latest))
    places, of_places = _places(latest)
    origins["locations"] = of_places
    return Merged(
        npi=next((record.npi for record in latest if record.npi), None),
        name=str(single["name"] or main.name),
        kind=main.kind,
        credential=_text(single["credential"]),
        organization=_text(single["organization"]),
        website=_text(single["website"]),
        new_patients=None if single["new_patients"] is None else bool(single["new_patients"]),
        sample=any(record.sample for record in records),
        roles=_roles(latest),
        places=places,
        facts=facts,
        complete=frozenset(complete),
        names=_all(latest, lambda one: (one.name, *one.other_names)),
        plans=_all(latest, lambda one: one.plans),
        telehealth_states=_all(latest, lambda one: one.telehealth_states),
        sources=tuple(sources),
        origins={name: of for name, of in origins.items() if of != (main.source, main.dated)},
    )


def same_provider(record: ProviderRecord, name_key: str, places: Iterable[Location]) -> bool:
    """Whether a record without an NPI is of the provider of this name at these places.

    The same name alone is not enough: it also takes the same phone, or the same house in the same
    ZIP.
    """
    if key(record.name) != name_key:
        return False
    others = list(places)
    return any(_same_place(mine, other) for mine in record.locations for other in others)


def key(name: str) -> str:
    """A name as names are compared: plain letters, without single ones ("Ana B. Cruz")."""
    words = plain(name).split()
    longer = [word for word in words if len(word) > 1]
    return " ".join(longer or words)[:120]


def _roles(latest: Sequence[ProviderRecord]) -> tuple[Role, ...]:
    """Every role and licence once, those of the source that counts most first."""
    found: dict[tuple[str, str | None, str | None], Role] = {}
    for record in latest:
        for role in record.roles:
            found.setdefault((role.role, role.license_state, role.license_number), role)
    bare = {
        at
        for at, role in found.items()
        if role.license_state is None
        and any(other.role == role.role and other.license_state for other in found.values())
    }
    return tuple(role for at, role in found.items() if at not in bare)


def _places(latest: Sequence[ProviderRecord]) -> tuple[tuple[Place, ...], Origin]:
    """Every place once. What the source that counts most does not say of it, another may."""
    found: list[Place] = []
    origin = latest[0].source, latest[0].dated
    for record in latest:
        if record.locations and not found:
            origin = record.source, record.dated
        for location in record.locations:
            at = next(
                (n for n, one in enumerate(found) if _one_place(one.location, location)), None
            )
            if at is None:
                found.append(Place(location, record.verified_on))
            else:
                found[at] = Place(
                    _filled(found[at].location, location),
                    max(found[at].verified_on, record.verified_on),
                )
    return tuple(found), origin


def _one_place(one: Location, other: Location) -> bool:
    """Whether two locations of one provider are the same place."""
    if one == other:
        return True
    if one.zip is None or one.zip != other.zip:
        return False
    return _number(one.address) == _number(other.address)


def _same_place(one: Location, other: Location) -> bool:
    if one.phone and one.phone == other.phone:
        return True
    number = _number(one.address)
    return bool(one.zip and one.zip == other.zip and number and number == _number(other.address))


def _number(address: str | None) -> str | None:
    """The number of the house, such as "1200"."""
    first = plain(address or "").split(" ")[0]
    return first if first[:1].isdigit() else None


def _filled(location: Location, other: Location) -> Location:
    missing = {
        name: value
        for name, value in vars(other).items()
        if value is not None and getattr(location, name) is None
    }
    return replace(location, **missing) if missing else location


def _all(
    latest: Sequence[ProviderRecord], told: Callable[[ProviderRecord], Iterable[str]]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for record in latest for value in told(record)))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
