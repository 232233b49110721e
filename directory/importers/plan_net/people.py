"""What a Practitioner says of a person: name, credential, licences, and who it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from directory import tidy
from directory.importers.plan_net.fhir import (
    Json,
    coded,
    codes,
    ended,
    extensions,
    listed,
    nucc_codes,
)
from directory.importers.plan_net.posts import role_codes
from directory.places import state_code
from directory.records import Role
from directory.taxonomy import load_taxonomy

# Plan-Net's ProviderRoleCS where its word is a protected title, for a source that gives no NUCC
# code. "Counselor", "Social Worker" and the rest say too little.
_TITLES = {"py": "psychologist", "mt": "marriage_family_therapist"}

_GENDERS = {"female": ("woman",), "male": ("man",)}


@dataclass(frozen=True)
class Named:
    """How a person is called."""

    name: str
    credential: str | None
    others: tuple[str, ...]


def named(people: Iterable[Json], today: date) -> Named | None:
    """The name a person goes by; the names they have had go along for who looks for those."""
    found = list[tuple[int, str, str]]()
    for person in people:
        for one in listed(person.get("name")):
            name, credential = _written(one)
            if name and one.get("use") != "anonymous":
                stale = one.get("use") in ("old", "maiden", "temp", "nickname") or ended(one, today)
                found.append((stale, name, credential))
    if not found:
        return None
    found.sort(key=lambda one: one[0])
    names = list(dict.fromkeys(name for _, name, _ in found))
    credential = next((credential for _, _, credential in found if credential), "")
    return Named(names[0], credential[:40].strip() or None, tuple(names[1:]))


def _written(name: Json) -> tuple[str, str]:
    """A HumanName as "First Last" and what stands behind it."""
    text, _, behind = tidy.words(name.get("text")).partition(",")
    suffix = _joined(name.get("suffix"), ", ") or behind
    given, family = _joined(name.get("given"), " ").split(" "), tidy.words(name.get("family"))
    whole = f"{given[0]} {family}".strip() if family else text
    whole = tidy.titled(whole) if whole.isupper() else whole
    return whole[:120].strip(), suffix.strip(" ,")


def _joined(value: object, between: str) -> str:
    some = value if isinstance(value, list) else [value]
    return between.join(word for one in some if (word := tidy.words(one)))


def degree(people: Iterable[Json], today: date) -> str | None:
    """The letters of a degree among the qualifications ("MD"), for a name that has none."""
    for person in people:
        for one in listed(person.get("qualification")):
            letters = [code for system, code in codes(one.get("code")) if "0360" in system]
            if letters and not ended(one, today) and re.fullmatch(r"[A-Za-z.\-]{2,10}", letters[0]):
                return letters[0]
    return None


def gender(people: Iterable[Json]) -> tuple[str, ...] | None:
    stated = (_GENDERS.get(str(person.get("gender"))) for person in people)
    return next((one for one in stated if one), None)


@dataclass(frozen=True)
class License:
    """An active qualification, in a state where it holds. `codes` are NUCC, where it has any."""

    state: str
    number: str | None
    codes: tuple[str, ...]


def licenses(people: Iterable[Json], today: date) -> list[License]:
    """The licences that hold today."""
    found = list[License]()
    for person in people:
        for one in listed(person.get("qualification")):
            for extension in extensions(one, "practitionerqualification"):
                if "active" in coded(extension, "status") and not ended(one, today):
                    of = tuple(nucc_codes(one.get("code")))
                    number = _number(one, today)
                    found += [License(state, number, of) for state in _where(extension)]
    return list(dict.fromkeys(found))


def _where(extension: Json) -> Iterator[str]:
    for code in coded(extension, "wherevalid"):
        state = state_code(code)
        if state:
            yield state


def _number(qualification: Json, today: date) -> str | None:
    for one in listed(qualification.get("identifier")):
        if not ended(one, today):
            return tidy.words(one.get("value"))[:40] or None
    return None


def stated_codes(role: Json, people: Iterable[Json], today: date) -> list[str]:
    """The NUCC codes of a role; of the person's qualifications when the role has none."""
    of_role = nucc_codes(*(role.get(what) for what in ("specialty", "code")))
    if of_role:
        return of_role
    qualified = (
        one.get("code")
        for person in people
        for one in listed(person.get("qualification"))
        if not ended(one, today)
    )
    return nucc_codes(*qualified)


def roles(role: Json, people: Sequence[Json], held: Sequence[License], today: date) -> list[Role]:
    """Our roles in a PractitionerRole, each with the licences for it."""
    stated = stated_codes(role, people, today)
    ours: list[tuple[str, str | None]] = [*role_codes(stated, "individual")]
    if not stated:
        titles = (_TITLES.get(code) for _, code in codes(role.get("code")))
        ours += [(title, None) for title in titles if title in load_taxonomy().roles]
    found = list[Role]()
    for name, code in ours:
        fitting = [one for one in held if code in one.codes] or [
            one for one in held if not one.codes
        ]
        found += [Role(name, code, one.number, one.state) for one in fitting] or [Role(name, code)]
    return found


def aliases(organization: Json) -> list[str]:
    """The other names of an organization."""
    known = organization.get("alias")
    return (
        [name[:120] for one in known if (name := tidy.words(one))]
        if isinstance(known, list)
        else []
    )
