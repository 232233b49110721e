"""What one source says of one provider, before it is stored."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["individual", "organization"]


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
    """One provider. For the tuples that may be None: None is not known, () is known to be none.

    With `identities_partial` those named hold, and of all others it is not known.
    """

    npi: str
    kind: Kind
    name: str
    source: str
    verified_on: date
    roles: tuple[Role, ...]
    locations: tuple[Location, ...]
    credential: str | None = None
    organization: str | None = None
    source_updated: date | None = None
    sample: bool = False
    new_patients: bool | None = None
    payers: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    age_groups: tuple[str, ...] | None = None
    identities: tuple[str, ...] | None = None
    identities_partial: bool = False
    times: tuple[str, ...] | None = None
    telehealth_states: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        """A digest that changes when anything the source says changes."""
        return hashlib.sha256(repr(self).encode()).hexdigest()
