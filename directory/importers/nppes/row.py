"""One row of NPPES as a provider, a place or a name."""

from datetime import date

from directory import npi
from directory.feed import Gone
from directory.importers.nppes.table import SLOTS, Row, Unusable
from directory.places import state_code
from directory.records import Kind, Location, ProviderRecord, Role
from directory.taxonomy import OTHER, load_taxonomy
from directory.tidy import day, phone, point, titled, zip5

SOURCE = "nppes"

_KINDS: dict[str, Kind] = {"1": "individual", "2": "organization"}
_UNITED_STATES = {"", "US", "UM", "PR", "GU", "VI", "AS", "MP"}
_SEXES = {"F": ("woman",), "M": ("man",)}
_DOING_BUSINESS_AS = "3"

PRACTICE = (
    "Provider First Line Business Practice Location Address",
    "Provider Second Line Business Practice Location Address",
    "Provider Business Practice Location Address City Name",
    "Provider Business Practice Location Address State Name",
    "Provider Business Practice Location Address Postal Code",
    "Provider Business Practice Location Address Telephone Number",
    "Provider Business Practice Location Address Country Code (If outside U.S.)",
)
EXTRA_PRACTICE = (
    "Provider Secondary Practice Location Address - Address Line 1",
    "Provider Secondary Practice Location Address - Address Line 2",
    "Provider Secondary Practice Location Address - City Name",
    "Provider Secondary Practice Location Address - State Name",
    "Provider Secondary Practice Location Address - Postal Code",
    "Provider Secondary Practice Location Address - Telephone Number",
    "Provider Secondary Practice Location Address - Country Code (If outside U.S.)",
)

_SLOTS = tuple(
    (
        f"Healthcare Provider Taxonomy Code_{slot}",
        f"Provider License Number_{slot}",
        f"Provider License Number State Code_{slot}",
        f"Healthcare Provider Primary Taxonomy Switch_{slot}",
    )
    for slot in SLOTS
)


def read_provider(row: Row, number: str, every_role: bool) -> ProviderRecord | Gone | None:
    """The provider with this NPI in a row of the main table; `Gone` with a date when it is
    deactivated, None when it is not ours. Raises Unusable.

    What NPPES does not tell (payment, languages, formats, openings) stays not known.
    """
    ended = _ended(row)
    if ended:
        return Gone(number, ended)
    kind = _KINDS.get(row["Entity Type Code"])
    roles = _roles(row, kind, every_role) if kind else ()
    if kind is None or not roles:
        return None
    names = _names_of_organization(row) if kind == "organization" else _names_of_person(row)
    if not names:
        raise Unusable("no_name")
    location = read_place(row, PRACTICE)
    updated = day(row["Last Update Date"])
    verified = day(row["Certification Date"]) or updated
    if verified is None:
        raise Unusable("no_date")
    identities = _SEXES.get(row["Provider Sex Code"]) if kind == "individual" else None
    return ProviderRecord(
        source=SOURCE,
        source_id=number,
        npi=number,
        kind=kind,
        name=names[0],
        other_names=names[1:],
        credential=row["Provider Credential Text"][:40] or None,
        organization=titled(row["Parent Organization LBN"])[:120] or None,
        source_updated=updated,
        verified_on=verified,
        roles=roles,
        locations=(location,),
        # The sex in a person's record is one thing known of them, not all there is.
        identities=identities,
        partial=("identities",) if identities else (),
    )


def read_npi(row: Row) -> str:
    if not npi.is_valid(row["NPI"]):
        raise Unusable("bad_npi")
    return row["NPI"]


def read_place(row: Row, columns: tuple[str, ...]) -> Location:
    """Where people are seen, unlike the mailing address: often a home or a billing office.

    Raises Unusable for a place outside the United States.
    """
    first, second, city, state_name, postal_code, number, country = map(row.__getitem__, columns)
    state = state_code(state_name)
    if state is None or country not in _UNITED_STATES:
        raise Unusable("no_us_practice_location")
    zip_code = zip5(postal_code)
    lat, lon = point(None, None, zip_code)
    return Location(
        address=titled(", ".join(filter(None, (first, second))))[:200] or None,
        city=titled(city)[:60] or None,
        state=state,
        zip=zip_code,
        phone=phone(number),
        lat=lat,
        lon=lon,
    )


def read_other_name(row: Row) -> str:
    """The name of a row of the table of other names. Raises Unusable."""
    name = titled(row["Provider Other Organization Name"])[:120]
    if not name:
        raise Unusable("no_name")
    return name


def _ended(row: Row) -> date | None:
    """The day on which the NPI was deactivated, unless it was given back since."""
    told, again = row["NPI Deactivation Date"], row["NPI Reactivation Date"]
    if not told:
        return None
    ended = day(told)
    if ended is None:
        raise Unusable("no_date")
    return None if again and (day(again) or ended) >= ended else ended


def _roles(row: Row, kind: Kind, every_role: bool) -> tuple[Role, ...]:
    """The roles of the 15 slots that are ours, the primary one first."""
    taxonomy = load_taxonomy()
    found: list[tuple[bool, Role]] = []
    for code_column, number_column, state_column, switch_column in _SLOTS:
        code = row[code_column]
        role = taxonomy.role(code, kind) or (OTHER if every_role and code else None)
        if role:
            number = row[number_column][:40] or None
            state = state_code(row[state_column])
            found.append((row[switch_column] != "Y", Role(role, code[:10], number, state)))
    found.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(role for _, role in found))


def _names_of_organization(row: Row) -> tuple[str, ...]:
    """The name it does business under comes first: it is on its door."""
    legal = titled(row["Provider Organization Name (Legal Business Name)"])[:120]
    other = titled(row["Provider Other Organization Name"])[:120]
    on_door = row["Provider Other Organization Name Type Code"] == _DOING_BUSINESS_AS
    return _names(*((other, legal) if on_door else (legal, other)))


def _names_of_person(row: Row) -> tuple[str, ...]:
    """The legal name, then one had before or used at work."""
    first, last = row["Provider First Name"], row["Provider Last Name (Legal Name)"]
    if not last:
        return ()
    other_last = row["Provider Other Last Name"]
    other = f"{row['Provider Other First Name'] or first} {other_last}" if other_last else ""
    return _names(titled(f"{first} {last}")[:120], titled(other)[:120])


def _names(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))
