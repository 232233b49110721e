"""One HSDS service, as nested JSON, as a provider record."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from directory import tidy
from directory.importers.hsds import facts
from directory.importers.hsds.hours import times
from directory.importers.hsds.parts import inner, objects, text
from directory.importers.reading import website
from directory.names import plain
from directory.places import find_zip, state_code
from directory.records import FACTS, Location, ProviderRecord, Role

_LONGEST_ID = 120
_NOT_VOICE = {"fax", "text", "textphone", "tty", "tdd", "sms", "video", "pager", "modem"}
_COUNTRIES = {"", "us", "usa", "united states", "united states of america"} | {
    *("pr", "gu", "vi", "as", "mp", "um"),
}
# Facts of which HSDS never gives the full list: silence on a ramp or a language is no "no".
_NEVER_WHOLE = ("payers", "languages", "access")


@dataclass(frozen=True)
class Unusable:
    """Why a service can't be used."""

    reason: str


def read_service(
    service: dict[str, Any], *, source: str, day: date, role: str
) -> ProviderRecord | Unusable:
    """The record of a service. `locations` is empty when it has no place or state in the United
    States. `day` is taken for what is not dated."""
    key = text(service, "id")
    organization = inner(service, "organization")
    names = [tidy.words(text(one, "name"))[:120] for one in (service, organization)]
    if not key or len(key) > _LONGEST_ID:
        return Unusable("no_id")
    if not any(names):
        return Unusable("no_name")
    name = names[0] or names[1]
    at = objects(service, "service_at_locations")
    places = [inner(one, "location") for one in at]
    states = _served_states(service)
    locations = _locations(service, organization, at, states)
    hours, whole = _times(service, at, places, day)
    told = {
        "payers": facts.payers(service, day),
        "age_groups": facts.age_groups(service),
        "languages": facts.languages(
            [one for part in (service, *places) for one in objects(part, "languages")]
        ),
        "times": hours,
        "access": facts.access(places),
    }
    partial = (*_NEVER_WHOLE, *(() if whole else ("times",)))
    assured, modified = (_past_day(service, one, day) for one in ("assured_date", "last_modified"))
    return ProviderRecord(
        source=source,
        source_id=key,
        name=name,
        kind="organization",
        verified_on=assured or modified or day,
        source_updated=modified,
        roles=(Role(role),),
        locations=locations,
        other_names=_other_names(name, service, organization),
        organization=names[1] if names[1] and plain(names[1]) != plain(name) else None,
        website=website(text(service, "url")) or website(text(organization, "website")),
        payers=told["payers"],
        age_groups=told["age_groups"],
        languages=told["languages"],
        times=told["times"],
        access=told["access"],
        partial=tuple(fact for fact in FACTS if fact in partial and told.get(fact) is not None),
        telehealth_states=states if any(one.online for one in locations) else (),
    )


def _other_names(
    name: str, service: dict[str, Any], organization: dict[str, Any]
) -> tuple[str, ...]:
    told = (
        text(service, "alternate_name"),
        text(organization, "name"),
        text(organization, "alternate_name"),
    )
    short = (one[:120] for one in told if one and plain(one) != plain(name))
    return tuple(dict.fromkeys(short))


def _past_day(service: dict[str, Any], name: str, day: date) -> date | None:
    """A day that has been: nobody has verified anything tomorrow."""
    told = tidy.day(text(service, name))
    return told if told and told <= day else None


def _times(
    service: dict[str, Any], at: list[dict[str, Any]], places: list[dict[str, Any]], day: date
) -> tuple[tuple[str, ...] | None, bool]:
    """When the service is there; else when the building is, which is not the whole truth."""
    own = [one for part in (service, *at) for one in objects(part, "schedules")]
    if own:
        return times(own, day)
    return times([one for place in places for one in objects(place, "schedules")], day)[0], False


def _served_states(service: dict[str, Any]) -> tuple[str, ...]:
    found = (state_code(text(area, "name")[:60]) for area in objects(service, "service_areas"))
    return tuple(dict.fromkeys(state for state in found if state))


def _locations(
    service: dict[str, Any],
    organization: dict[str, Any],
    at: list[dict[str, Any]],
    states: tuple[str, ...],
) -> tuple[Location, ...]:
    found: list[Location] = []
    virtual: list[Location] = []
    for one in at:
        place = inner(one, "location")
        phone = _phone(one, place, service, organization)
        if plain(text(place, "location_type")) == "virtual":
            virtual.append(Location(phone=phone, in_person=False, online=True))
        elif location := _physical(place, phone):
            found.append(location)
    state = next(iter(states), None) or next((one.state for one in found if one.state), None)
    if state:
        found += (replace(one, state=state) for one in virtual)
    return tuple(dict.fromkeys(found))


def _physical(place: dict[str, Any], phone: str | None) -> Location | None:
    """None when it is in no state of ours. A postal address is not where people are seen."""
    told = next(
        (
            one
            for one in objects(place, "addresses")
            if plain(text(one, "address_type")) in ("", "physical")
        ),
        {},
    )
    if plain(text(told, "country")) not in _COUNTRIES:
        return None
    zip_code = tidy.zip5(text(told, "postal_code"))
    state = state_code(text(told, "state_province")[:60])
    if state is None and zip_code:
        state = getattr(find_zip(zip_code), "state", None)
    if state is None:
        return None
    lat, lon = tidy.point(text(place, "latitude"), text(place, "longitude"), zip_code)
    street = text(told, "address_1")
    lines = ", ".join(line for line in (street, text(told, "address_2")) if line)
    return Location(
        address=lines[:200] or None,
        city=text(told, "city")[:60] or None,
        state=state,
        zip=zip_code,
        phone=phone,
        lat=lat,
        lon=lon,
        in_person=True if street else None,
    )


def _phone(*parts: dict[str, Any]) -> str | None:
    """The first number that a person can call, of the part that is nearest to the service."""
    for part in parts:
        for one in objects(part, "phones"):
            number = tidy.phone(text(one, "number"))
            if number and plain(text(one, "type")) not in _NOT_VOICE:
                return number
    return None
