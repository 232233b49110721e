"""Where and how someone works, put together from the resources that a role points to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from directory import tidy
from directory.importers.plan_net import facts, hours
from directory.importers.plan_net.fhir import Json, each, is_active, listed
from directory.importers.plan_net.hours import Hours
from directory.importers.plan_net.payers import Cover, Covers, networks
from directory.importers.plan_net.staging import Staging
from directory.places import find_zip, state_code
from directory.records import Location
from directory.taxonomy import load_taxonomy

_UNITED_STATES = {"", "us", "usa", "um", "pr", "gu", "vi", "as", "mp", "united states"}
_UNITED_STATES |= {"united states of america", "puerto rico"}


@dataclass(frozen=True)
class Post:
    """A PractitionerRole, OrganizationAffiliation or HealthcareService with all that it needs."""

    resource: Json
    services: tuple[Json, ...]
    locations: tuple[tuple[str, Json], ...]
    organization: Json | None
    cover: Cover
    phone: str | None
    areas: tuple[str, ...]  # states that its virtual services cover
    individual: bool


class Workplace:
    """Finds what a role points to, among resources that hold today."""

    def __init__(self, staging: Staging, today: date) -> None:
        self._staging = staging
        self._today = today
        self._covers = Covers(staging, today)

    def post(self, resource: Json, key: str, individual: bool) -> Post:
        services = self.linked(resource, key, "healthcareService")
        if resource.get("resourceType") == "HealthcareService":
            services = [(key, resource)]
        places = self.linked(resource, key, "location")
        for service_key, service in services if not places else ():
            places += self.linked(service, service_key, "location")
        holders = self.linked(resource, key, "organization" if individual else "providedBy")
        organization = holders[0][1] if holders else None
        return Post(
            resource=resource,
            services=tuple(service for _, service in services),
            locations=tuple(dict(places).items()),
            organization=organization,
            cover=self._covers.of(networks(resource, key, self._staging)),
            phone=self._phone(resource, key),
            areas=tuple(self._areas(services)),
            individual=individual,
        )

    def linked(self, resource: Json, key: str, what: str) -> list[tuple[str, Json]]:
        """The resources, with their keys, that an element refers to."""
        found = list[tuple[str, Json]]()
        for link in listed(resource.get(what)):
            target = self._staging.key(link.get("reference"), key)
            there = self._staging.get(target)
            if target and there and is_active(there, self._today):
                found.append((target, there))
        return list(dict(found).items())

    def _phone(self, resource: Json, key: str) -> str | None:
        """Its own number, else that of whoever is to be contacted instead."""
        number = a_phone(resource)
        for address in facts.intermediaries(resource) if not number else ():
            number = a_phone(self._staging.get(self._staging.key(address, key)) or {})
            if number:
                break
        return number

    def _areas(self, services: Iterable[tuple[str, Json]]) -> Iterator[str]:
        for key, service in services:
            if facts.delivery([service]).online:
                for _, area in self.linked(service, key, "coverageArea"):
                    state = _state(_address(area))
                    if state:
                        yield state


@dataclass(frozen=True)
class Told:
    """What posts say together: fields of a ProviderRecord."""

    locations: tuple[Location, ...]
    new_patients: bool | None
    cover: Cover
    access: tuple[str, ...]
    languages: tuple[str, ...]
    hours: Hours
    online: bool
    areas: tuple[str, ...]
    organization: str | None
    website: str | None


def told_by(posts: Sequence[Post]) -> Told:
    """One answer out of several posts."""
    locations: dict[str, Location] = {}
    for post in posts:
        for key, location in _sites(post):
            locations[key] = _both(locations[key], location) if key in locations else location
    organizations = [one.organization for one in posts if one.organization]
    pages = [facts.website(one) for post in posts for one in _around(post)]
    return Told(
        locations=tuple(locations.values()),
        new_patients=_new_patients(posts),
        cover=sum((post.cover for post in posts), Cover()),
        access=each(one for post in posts for part in _around(post) for one in facts.access(part)),
        languages=each(
            one for post in posts for part in post.services for one in facts.languages(part)
        ),
        hours=hours.together(_hours(post) for post in posts),
        online=any(facts.delivery(post.services).online for post in posts),
        areas=each(area for post in posts for area in post.areas),
        organization=next((name for one in organizations if (name := a_name(one))), None),
        website=next((page for page in pages if page), None),
    )


def a_phone(resource: Json) -> str | None:
    """The first number that can be dialled."""
    numbers = (tidy.phone(number) for number in facts.contacts(resource, "phone"))
    return next((number for number in numbers if number), None)


def a_name(organization: Json) -> str | None:
    """The name of an organization, without the shouting."""
    name = tidy.words(organization.get("name"))
    return (tidy.titled(name) if name.isupper() else name)[:120].strip() or None


def role_codes(codes: Iterable[str], kind: str) -> list[tuple[str, str]]:
    """Our roles, each with its code."""
    taxonomy = load_taxonomy()
    return [(role, code) for code in codes if (role := taxonomy.role(code, kind))]


def site(location: Json) -> Location | None:
    """A Location or Organization as a place; None when it is not in the United States."""
    address = _address(location)
    state = _state(address)
    if state is None or tidy.words(address.get("country")).casefold() not in _UNITED_STATES:
        return None
    position = location.get("position")
    position = position if isinstance(position, dict) else {}
    zip_code = tidy.zip5(address.get("postalCode"))
    lat, lon = tidy.point(position.get("latitude"), position.get("longitude"), zip_code)
    lines = address.get("line")
    street = ", ".join(
        line for one in (lines if isinstance(lines, list) else [lines]) if (line := tidy.words(one))
    )
    return Location(
        address=_quiet(street)[:200] or None,
        city=_quiet(tidy.words(address.get("city")))[:60] or None,
        state=state,
        zip=zip_code,
        lat=lat,
        lon=lon,
    )


def _sites(post: Post) -> Iterator[tuple[str, Location]]:
    way = facts.delivery(post.services)
    for key, location in post.locations:
        found = site(location)
        if found:
            others = (location, *post.services, post.organization or {})
            phone = post.phone or next((n for one in others if (n := a_phone(one))), None)
            yield key, replace(found, phone=phone, in_person=way.in_person, online=way.online)


def _both(one: Location, other: Location) -> Location:
    return replace(
        one,
        phone=one.phone or other.phone,
        in_person=one.in_person or other.in_person,
        online=one.online or other.online,
    )


def _around(post: Post) -> tuple[Json, ...]:
    """The resources of a post, the nearest to the provider first."""
    locations = (location for _, location in post.locations)
    return (post.resource, *post.services, *locations, post.organization or {})


def _new_patients(posts: Iterable[Post]) -> bool | None:
    """Yes if one post says so, no if all that tell say no.

    A post whose answer depends on the network says nothing for certain.
    """
    answers = list[bool | None]()
    for post in posts:
        locations = [location for _, location in post.locations]
        for near in ([post.resource], post.services, locations):
            stated = {answer for one in near for answer in facts.accepting(one)}
            if stated:
                answers.append(None if len(stated) > 1 else stated.pop())
                break
    if any(answers):
        return True
    return False if answers and None not in answers else None


def _hours(post: Post) -> Hours:
    """Of the role; else of its services; else of the building, which is open longer than each
    person in it when it never closes; else of the phone."""
    locations = [location for _, location in post.locations]
    own = hours.available(post.resource)
    if own.told:
        return own
    services = hours.together(hours.available(one) for one in post.services)
    if services.told:
        return services
    for ask in (hours.opening, hours.by_phone):
        found = [ask(one) for one in (locations if ask is hours.opening else _around(post))]
        found = [one for one in found if one.told]
        if found and not (post.individual and any(one.around_the_clock for one in found)):
            return hours.together(found)
    return Hours()


def _address(resource: Json) -> Json:
    """Its place: not one to write to only, nor somebody's home."""
    usable = (
        one
        for one in listed(resource.get("address"))
        if one.get("type") != "postal" and one.get("use") not in ("home", "old", "billing")
    )
    return next(usable, {})


def _state(address: Json) -> str | None:
    written = tidy.words(address.get("state"))
    if written:
        return state_code(written)
    zip_code = tidy.zip5(address.get("postalCode"))
    return getattr(find_zip(zip_code), "state", None) if zip_code else None


def _quiet(text: str) -> str:
    return tidy.titled(text) if text.isupper() else text
