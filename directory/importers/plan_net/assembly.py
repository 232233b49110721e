"""One provider out of all that a Plan-Net source says of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from directory import npi
from directory.feed import Rejected
from directory.importers.plan_net import facts, people
from directory.importers.plan_net.fhir import (
    Json,
    codes,
    each,
    is_active,
    npis,
    nucc_codes,
    past,
    updated,
    verified,
)
from directory.importers.plan_net.posts import (
    Post,
    Told,
    Workplace,
    a_name,
    a_phone,
    role_codes,
    site,
    told_by,
)
from directory.importers.plan_net.staging import Staged, Staging
from directory.records import Kind, Location, ProviderRecord, Role
from directory.taxonomy import OTHER

# Facts of which a source may list a part only: a plan's directory says nothing of other plans,
# and a language, an access or a trait that is not mentioned is not denied.
_IN_PART = ("payers", "languages", "identities", "access")

_NO_PROVIDER = {"payer", "pay", "ins", "ntwk"}  # types of Organization
_SHOWN = 2000  # characters of a rejected resource


@dataclass(frozen=True)
class LeftOut:
    """Why a provider is none of ours. `gone` when the source no longer lists it as one."""

    reason: str
    gone: bool = False


Outcome = ProviderRecord | Rejected | LeftOut
Taken = list[tuple[Staged, list[Role]]]


class Assembly:
    """Puts the providers of one feed together."""

    def __init__(
        self, staging: Staging, source: str, every_role: bool, today: date, otherwise: date | None
    ) -> None:
        """`otherwise` is the day of the whole source, for resources that give none."""
        self._staging = staging
        self._source = source
        self._every = every_role
        self._today = today
        self._otherwise = past(otherwise, today)
        self._workplace = Workplace(staging, today)

    def person(self, owner: str, keys: Sequence[str]) -> Outcome:
        """The provider that the Practitioners with one NPI (or one Practitioner) are."""
        found = self._told_of(keys, "PractitionerRole")
        if not any(found):
            return _none_of(found)
        heads = self._active(keys)
        roles = [one for one in found if one and is_active(one.body, self._today)]
        held = people.licenses(heads, self._today)
        taken = self._ours(
            [(role, people.roles(role.body, heads, held, self._today)) for role in roles]
        )
        kept = _left_out(heads, roles, taken)
        if kept:
            return kept
        posts = [self._workplace.post(role.body, role.key, True) for role, _ in taken]
        told = told_by(posts)
        called = people.named(heads, self._today)
        states = (*told.areas, *(one.state for one in held)) if told.online else ()
        if not told.locations and states:
            told = replace(told, locations=(Location(phone=_phone(posts), online=True),))
        record = self._record(
            owner, keys, "individual", called.name if called else None, heads, taken, told
        )
        if called is None or isinstance(record, Rejected):
            return record
        spoken = (one for head in heads for one in facts.languages(head))
        return replace(
            record,
            other_names=called.others,
            credential=called.credential or people.degree(heads, self._today),
            identities=people.gender(heads),
            languages=each((*spoken, *told.languages)) or None,
            telehealth_states=each(states),
            organization=told.organization,
        )

    def organization(self, owner: str, keys: Sequence[str]) -> Outcome | None:
        """The provider that the Organizations with one NPI are; None for a payer or network."""
        resources = [one for key in keys if (one := self._staging.get(key))]
        if any(code in _NO_PROVIDER for one in resources for _, code in codes(one.get("type"))):
            return None
        found = [
            *self._told_of(keys, "HealthcareService"),
            *self._told_of(keys, "OrganizationAffiliation"),
        ]
        if not any(found):
            return _none_of(found)
        heads = self._active(keys)
        active = [one for one in found if one and is_active(one.body, self._today)]
        taken = self._ours([(one, _services_roles(one.body)) for one in active])
        kept = _left_out(heads, active, taken)
        if kept:
            return kept
        posts = [self._workplace.post(one.body, one.key, False) for one, _ in taken]
        told = told_by(self._with_affiliations(posts, active, taken))
        if not told.locations:
            told = replace(told, locations=_offices(heads, posts))
        name = next((name for head in heads if (name := a_name(head))), None)
        record = self._record(owner, keys, "organization", name, heads, taken, told)
        if isinstance(record, Rejected):
            return record
        return replace(
            record,
            other_names=each(
                other for head in heads for other in people.aliases(head) if other != name
            ),
            languages=told.languages or None,
            telehealth_states=told.areas,
        )

    def stray(self, role: Staged) -> Rejected:
        """A role of a practitioner who is not there."""
        return Rejected(role.row, "no_such_practitioner", _shown(role.body))

    def _told_of(self, keys: Iterable[str], kind: str) -> list[Staged | None]:
        return [one for key in keys for one in self._staging.of(key, kind)]

    def _active(self, keys: Iterable[str]) -> list[Json]:
        resources = (self._staging.get(key) for key in keys)
        return [one for one in resources if one and is_active(one, self._today)]

    def _ours(self, roles: Taken) -> Taken:
        if self._every:
            roles = [(one, ours or [Role(OTHER)]) for one, ours in roles]
        return [(one, ours) for one, ours in roles if ours]

    def _with_affiliations(
        self, posts: list[Post], active: list[Staged], taken: Taken
    ) -> list[Post]:
        """Posts with what affiliations say that name no specialty: of a service that is ours, all
        of it; of no service at all, networks that hold for everything."""
        chosen = {one.key for one, _ in taken}
        for one in active:
            body = one.body
            if body["resourceType"] != "OrganizationAffiliation" or one.key in chosen:
                continue
            if nucc_codes(body.get("specialty"), body.get("code")):
                continue
            post = self._workplace.post(body, one.key, False)
            services = self._workplace.linked(body, one.key, "healthcareService")
            if chosen & {key for key, _ in services}:
                posts = [*posts, post]
            elif not body.get("healthcareService"):
                posts = [replace(posts[0], cover=posts[0].cover + post.cover), *posts[1:]]
        return posts

    def _record(
        self,
        owner: str,
        keys: Sequence[str],
        kind: Kind,
        name: str | None,
        heads: list[Json],
        taken: Taken,
        told: Told,
    ) -> ProviderRecord | Rejected:
        """What persons and organizations have in common; Rejected when something needed lacks."""
        resources = [*heads, *(one.body for one, _ in taken)]
        changed = max(
            (day for one in resources if (day := updated(one, self._today))), default=None
        )
        seen = max((day for one in resources if (day := verified(one, self._today))), default=None)
        verified_on = seen or changed or self._otherwise
        numbers = [number for head in heads for number in npis(head, self._today)]
        if numbers and not npi.is_valid(owner):
            return self._rejected("bad_npi", keys)
        if not name:
            return self._rejected("no_name", keys)
        if not told.locations:
            return self._rejected("no_us_location", keys)
        if verified_on is None:
            return self._rejected("no_date", keys)
        times = told.hours.times if told.hours.complete else told.hours.times or None
        access = each([*told.access, *(one for head in heads for one in facts.access(head))])
        in_part = _IN_PART if times is None or told.hours.complete else (*_IN_PART, "times")
        return ProviderRecord(
            source=self._source,
            source_id=owner,
            name=name,
            kind=kind,
            verified_on=verified_on,
            source_updated=changed or self._otherwise,
            npi=owner if npi.is_valid(owner) else None,
            roles=each(role for _, ours in taken for role in ours),
            locations=told.locations,
            website=told.website
            or next((page for head in heads if (page := facts.website(head))), None),
            new_patients=told.new_patients,
            payers=told.cover.payers or None,
            plans=told.cover.plans,
            times=times,
            access=access or None,
            partial=in_part,
        )

    def _rejected(self, reason: str, keys: Sequence[str]) -> Rejected:
        return Rejected(
            self._staging.row(keys[0]), reason, _shown(self._staging.get(keys[0]) or {})
        )


def _none_of(found: Sequence[Staged | None]) -> LeftOut:
    """Why there is no provider where no role can be ours."""
    return LeftOut("not_behavioral_health", gone=True) if found else LeftOut("no_role")


def _left_out(heads: list[Json], active: list[Staged], taken: Taken) -> LeftOut | None:
    """Why there is no provider for us in roles that may be ours."""
    if not heads or not active:
        return LeftOut("inactive", gone=True)
    return None if taken else LeftOut("not_behavioral_health", gone=True)


def _services_roles(resource: Json) -> list[Role]:
    """Our roles in a HealthcareService or OrganizationAffiliation; one that is filed under
    behavioral health and says no more is a clinic's."""
    stated = nucc_codes(resource.get("specialty"), resource.get("code"), resource.get("type"))
    roles = [Role(role, code) for role, code in role_codes(stated, "organization")]
    return [Role("clinic")] if not stated and facts.behavioral(resource) else roles


def _offices(heads: Iterable[Json], posts: Sequence[Post]) -> tuple[Location, ...]:
    """Where organizations say they are, for services that name no place."""
    way = facts.delivery(service for post in posts for service in post.services)
    return each(
        replace(
            found,
            phone=_phone(posts) or a_phone(head),
            in_person=way.in_person,
            online=way.online,
        )
        for head in heads
        if (found := site(head))
    )


def _phone(posts: Iterable[Post]) -> str | None:
    return next((phone for post in posts if (phone := post.phone)), None)


def _shown(resource: Json) -> str:
    return json.dumps(resource, ensure_ascii=False)[:_SHOWN]
