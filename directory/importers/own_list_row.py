"""One row of a clinic's own list as a provider record, or the reason why it is not one.

What the list does not say, or says in words that we do not know, stays "not known".
"""

import re
from datetime import date
from typing import Any

from directory import npi, tidy
from directory.importers.own_list_place import read_location
from directory.importers.own_list_told import Told
from directory.importers.reading import website
from directory.names import plain
from directory.places import state_code
from directory.records import FACTS, Kind, Location, ProviderRecord, Role, fingerprint
from directory.taxonomy import load_taxonomy

_LONGEST_ID = 120
_NOT_BEHAVIORAL = {"primary_care"}  # roles of ours that are kept only when asked for
_CODE = re.compile(r"[0-9]{3}[0-9A-Z]{6}X")
_KINDS: dict[str, Kind] = {
    "individual": "individual",
    "person": "individual",
    "organization": "organization",
    "clinic": "organization",
    "facility": "organization",
}
# In a chat "nurse" is enough to know whom a person looks for. Of a listing it says too little.
_SAYS_ENOUGH = {
    "psychiatric_nurse_practitioner": re.compile(
        r"\bpmhnp|(?=.*\b(psych|mental|behavior))(?=.*\b(practitioners?|nps?|aprn)\b)"
    ),
    "psychiatric_pharmacist": re.compile(r"\b(psych|mental|behavior|bcpp)"),
}
_NOT_YET = re.compile(r"\b(intern|trainee|student|assistant|retired)\b", re.IGNORECASE)


class Unusable(Exception):
    """The row can't be used; the text is the reason."""


class NotOurs(Exception):
    """The row is of somebody outside behavioral health; the text is its `source_id`."""


def read_row(told: Told, source: str, today: date, every_role: bool = False) -> ProviderRecord:
    """The provider of a row. Raises Unusable or NotOurs."""
    number = _npi(told)
    kind, roles, recognized = _roles(told, every_role)
    name = _name(told, kind)
    location = read_location(told)
    source_id = _source_id(told, name, number, location)
    if not roles:
        _without_role(told, number, recognized, source_id)
    states = told.states("telehealth_states")
    if not number and not states and not (location and location.state):
        raise Unusable("no_place")
    facts: dict[str, Any] = {fact: told.fact(fact) for fact in FACTS}
    return ProviderRecord(
        source=source,
        source_id=source_id,
        name=name,
        kind=kind,
        verified_on=_verified(told, today),
        roles=roles,
        locations=(location,) if location else (),
        npi=number,
        credential=told.text("credential")[:40] or None,
        organization=told.text("organization")[:120] or None,
        website=_website(told),
        new_patients=told.flag("new_patients"),
        **{fact: values for fact, (values, _) in facts.items()},
        partial=tuple(
            fact for fact, (values, whole) in facts.items() if values is not None and not whole
        ),
        plans=tuple(plan[:120] for plan in told.items("plans")),
        telehealth_states=states,
    )


def _npi(told: Told) -> str | None:
    text = told.number("npi")
    if text and not npi.is_valid(text):
        raise Unusable("bad_npi")
    return text or None


def _roles(told: Told, every_role: bool) -> tuple[Kind, tuple[Role, ...], bool]:
    """The kind of provider, its roles in the order of the row, and whether any word for a role
    was one we know, wanted or not."""
    taxonomy = load_taxonomy()
    items = told.items("roles")
    found: list[tuple[str, str | None]] = []
    unknown = 0
    recognized = False
    for item in items:
        code = item.upper()
        if _CODE.fullmatch(code):
            recognized = True
            found += [(taxonomy.codes[code], code)] if code in taxonomy.codes else []
        else:
            roles = _named_roles(told, item)
            unknown += not roles
            found += [(role, None) for role in roles]
    told.left_out["role_not_known"] += unknown
    kind = _kind(told, [taxonomy.only.get(role) for role, _ in found])
    license_number = told.text("license_number")[:40] or None
    license_state = state_code(told.text("license_state"))
    kept = [
        Role(role, code, license_number, license_state)
        for role, code in found
        if taxonomy.only.get(role, kind) == kind and (every_role or role not in _NOT_BEHAVIORAL)
    ]
    return kind, tuple(dict.fromkeys(kept)), recognized or bool(found)


def _named_roles(told: Told, item: str) -> tuple[str, ...]:
    roles = told.ids("roles", item)
    if told.means("roles", item):
        return roles
    if _NOT_YET.search(item):
        return ()
    said = plain(item)
    return tuple(
        role for role in roles if role not in _SAYS_ENOUGH or _SAYS_ENOUGH[role].search(said)
    )


def _kind(told: Told, only: list[str | None]) -> Kind:
    """What the row says it is; else an organization when it can't be a person."""
    text = plain(told.text("kind"))
    if text in _KINDS:
        return _KINDS[text]
    if text:
        told.left_out["kind_not_known"] += 1
    return "organization" if only and set(only) == {"organization"} else "individual"


def _name(told: Told, kind: Kind) -> str:
    name = told.text("name") or f"{told.text('first_name')} {told.text('last_name')}".strip()
    if not name and kind == "organization":
        name = told.text("organization")
    if not name:
        raise Unusable("no_name")
    return (tidy.titled(name) if name.isupper() else name)[:120]


def _source_id(told: Told, name: str, number: str | None, location: Location | None) -> str:
    """The key of the row in its list: its own id, else the NPI, else what tells it from others."""
    own = told.number("id")[:_LONGEST_ID]
    if own or number:
        return own or number or ""
    where = location or Location()
    return fingerprint(f"{name.casefold()}|{where.phone or ''}|{where.zip or ''}")


def _without_role(told: Told, number: str | None, recognized: bool, source_id: str) -> None:
    """A row without a role only adds to a provider that another source tells of, by its NPI."""
    if recognized:
        raise NotOurs(source_id)
    if told.items("roles"):
        raise Unusable("role_not_known")
    if not number:
        raise Unusable("no_role")


def _verified(told: Told, today: date) -> date:
    day = tidy.day(told.number("verified_on"))
    if day is None:
        raise Unusable("no_date")
    if day > today:
        raise Unusable("date_in_future")
    return day


def _website(told: Told) -> str | None:
    text = told.text("website")
    address = website(text)
    if text and not address:
        told.left_out["bad_website"] += 1
    return address
