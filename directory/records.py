"""What one source says of one provider, before it is stored."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

Kind = Literal["individual", "organization"]

# Facts with many values; ids of `data/content/terms`.
FACTS = ("payers", "languages", "age_groups", "identities", "times", "access")


@dataclass(frozen=True)
class Role:
    """What the provider is. The licence number and state stay together as the source gave them."""

    role: str
    taxonomy_code: str | None = None
    license_number: str | None = None
    license_state: str | None = None


@dataclass(frozen=True)
class Location:
    """Where the provider sees people. `phone` is ten digits; None is "the source does not say"."""

    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    phone: str | None = None
    lat: float | None = None
    lon: float | None = None
    in_person: bool | None = None
    online: bool | None = None


@dataclass(frozen=True)
class ProviderRecord:
    """One provider as one source has it. `source_id` is its key there (the NPI, where that is it).

    For the tuples of `FACTS` that may be None: None is not known, () is known to be none. A fact
    named in `partial` holds what the source lists, and of all other values nothing is known
    (a plan's own directory says nothing of other plans). `plans` are names as the source writes
    them. With no `roles` a record only adds to a provider that another source has told of.
    """

    source: str
    source_id: str
    name: str
    kind: Kind
    verified_on: date
    roles: tuple[Role, ...] = ()
    locations: tuple[Location, ...] = ()
    npi: str | None = None
    other_names: tuple[str, ...] = ()
    credential: str | None = None
    organization: str | None = None
    website: str | None = None
    source_updated: date | None = None
    sample: bool = False
    new_patients: bool | None = None
    payers: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    age_groups: tuple[str, ...] | None = None
    identities: tuple[str, ...] | None = None
    times: tuple[str, ...] | None = None
    access: tuple[str, ...] | None = None
    partial: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    telehealth_states: tuple[str, ...] = ()

    @property
    def dated(self) -> date:
        """How fresh it is: when the source changed it, else when it was last verified."""
        return self.source_updated or self.verified_on

    def as_json(self) -> str:
        """Everything in it, as text; what is not known is left out."""
        told = {
            name: value
            for name, value in vars(self).items()
            if value is not None and (value != () or name in FACTS)
        }
        for name in ("roles", "locations"):
            if name in told:
                told[name] = [_known(one) for one in told[name]]
        return json.dumps(told, default=date.isoformat, ensure_ascii=False, separators=(",", ":"))

    def fingerprint(self) -> str:
        """A digest that changes when anything the source says changes."""
        return fingerprint(self.as_json())


def _known(part: Role | Location) -> dict[str, Any]:
    return {name: value for name, value in vars(part).items() if value is not None}


def fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


_TUPLES = (*FACTS, "other_names", "partial", "plans", "telehealth_states")
_DATES = ("verified_on", "source_updated")
_FIELDS = frozenset(field.name for field in fields(ProviderRecord))


def from_json(text: str) -> ProviderRecord:
    """The record that `as_json` wrote. Fields of an older or newer version are left out."""
    told: dict[str, Any] = {
        name: value for name, value in json.loads(text).items() if name in _FIELDS
    }
    told |= {name: tuple(told[name]) for name in _TUPLES if name in told}
    told |= {name: date.fromisoformat(told[name]) for name in _DATES if name in told}
    told["roles"] = tuple(Role(**role) for role in told.get("roles", ()))
    told["locations"] = tuple(Location(**place) for place in told.get("locations", ()))
    return ProviderRecord(**told)
