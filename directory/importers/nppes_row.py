"""One NPPES row as a provider record, or the reason why it is not one."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

import phonenumbers

from directory import npi
from directory.importers.nppes_file import TAXONOMY_SLOTS, Row
from directory.places import Place, find_zip, state_code
from directory.records import Kind, Location, ProviderRecord, Role
from directory.taxonomy import load_taxonomy

SOURCE = "nppes"

Reason = Literal[
    "bad_npi",
    "deactivated",
    "not_behavioral_health",
    "no_name",
    "no_us_practice_location",
    "no_date",
]

_KINDS: dict[str, Kind] = {"1": "individual", "2": "organization"}
_UNITED_STATES = {"", "US", "UM", "PR", "GU", "VI", "AS", "MP"}
_SEXES = {"F": ("woman",), "M": ("man",)}
_CAPITALS = {"II", "III", "IV", "LLC", "PLLC", "PC", "LLP", "LP", "PA", "MD", "LCSW", "LMFT", "LPC"}


@dataclass(frozen=True)
class Skipped:
    """Why a row was not taken."""

    reason: Reason


def read_row(row: Row) -> ProviderRecord | Skipped:
    """The provider a row describes, with everything NPPES does not tell left as not known."""
    if not npi.is_valid(row["NPI"]):
        return Skipped("bad_npi")
    if row["NPI Deactivation Date"] and not row["NPI Reactivation Date"]:
        return Skipped("deactivated")
    kind = _KINDS.get(row["Entity Type Code"])
    roles = _roles(row, kind) if kind else ()
    if kind is None or not roles:
        return Skipped("not_behavioral_health")
    name = _organization(row) if kind == "organization" else _person(row)
    if not name:
        return Skipped("no_name")
    location = _location(row)
    if location is None:
        return Skipped("no_us_practice_location")
    updated = _date(row["Last Update Date"])
    verified = _date(row["Certification Date"]) or updated
    if verified is None:
        return Skipped("no_date")
    return ProviderRecord(
        npi=row["NPI"],
        kind=kind,
        name=name[:120],
        credential=row["Provider Credential Text"][:40] or None,
        organization=_titled(row["Parent Organization LBN"])[:120] or None,
        source=SOURCE,
        source_updated=updated,
        verified_on=verified,
        roles=roles,
        locations=(location,),
        # The sex of a person's NPPES record is one thing known of them, not all there is.
        identities=_SEXES.get(row["Provider Sex Code"]) if kind == "individual" else None,
        identities_partial=True,
    )


def _roles(row: Row, kind: Kind) -> tuple[Role, ...]:
    """The behavioral-health roles of the 15 slots, the primary one first."""
    taxonomy = load_taxonomy()
    found: list[tuple[bool, Role]] = []
    for slot in TAXONOMY_SLOTS:
        code = row[f"Healthcare Provider Taxonomy Code_{slot}"]
        role = taxonomy.role(code, kind)
        if role:
            primary = row[f"Healthcare Provider Primary Taxonomy Switch_{slot}"] == "Y"
            number = row[f"Provider License Number_{slot}"][:40] or None
            state = state_code(row[f"Provider License Number State Code_{slot}"])
            found.append((not primary, Role(role, code, number, state)))
    found.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(role for _, role in found))


def _organization(row: Row) -> str:
    """The name it does business under (type 3), which is on its door; else its legal name."""
    trade = row["Provider Other Organization Name"]
    is_trade = trade and row["Provider Other Organization Name Type Code"] == "3"
    return _titled(trade if is_trade else row["Provider Organization Name (Legal Business Name)"])


def _person(row: Row) -> str:
    last = row["Provider Last Name (Legal Name)"]
    return _titled(f"{row['Provider First Name']} {last}".strip()) if last else ""


def _location(row: Row) -> Location | None:
    state = state_code(row.practice("State Name"))
    if state is None or row.practice("Country Code (If outside U.S.)") not in _UNITED_STATES:
        return None
    zip_code = _zip(row.practice("Postal Code"))
    place = find_zip(zip_code) if zip_code else None
    lines = ", ".join(line for line in row.practice_lines() if line)
    return Location(
        address=_titled(lines)[:200] or None,
        city=_titled(row.practice("City Name"))[:60] or None,
        state=state,
        zip=zip_code,
        phone=_phone(row.practice("Telephone Number")),
        lat=place.lat if isinstance(place, Place) else None,
        lon=place.lon if isinstance(place, Place) else None,
    )


def _zip(text: str) -> str | None:
    """Five digits of a ZIP or ZIP+4, with the leading zero that spreadsheets take away."""
    digits = re.sub(r"[^0-9]", "", text)
    digits = digits.zfill(5) if len(digits) == 4 else digits
    digits = digits.zfill(9) if len(digits) == 8 else digits
    return digits[:5] if len(digits) in (5, 9) else None


def _phone(text: str) -> str | None:
    """Ten digits of a US number; None for anything that can't be dialled."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    valid = number.country_code == 1 and phonenumbers.is_valid_number(number)
    return str(number.national_number) if valid else None


@lru_cache(maxsize=10_000)
def _date(text: str) -> date | None:
    """A date written MM/DD/YYYY."""
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()
    except ValueError:
        return None


def _titled(shouted: str) -> str:
    """NPPES writes in capitals: "MARY O'NEIL-MCCOY" becomes "Mary O'Neil-McCoy"."""
    return " ".join(_titled_word(word) for word in shouted.split())


def _titled_word(word: str) -> str:
    if word.strip(".,").upper() in _CAPITALS:
        return word.upper()
    word = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)
    word = re.sub(r"(?<=[^\W\d_]['’])S\b", "s", word)  # "Women's", after "Women'S"
    return re.sub(r"\bMc([a-z])", lambda part: "Mc" + part[1].upper(), word)
