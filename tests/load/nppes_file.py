"""An NPPES file of a given size, made up, in the layout of V.2: 8 of 100 rows are of behavioral
health, as about in the real one; the others are of doctors, nurses, pharmacies and the like."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from directory import npi
from directory.records import ProviderRecord
from tests.directory.importers.nppes.layouts import MAILING, PRACTICE, V2
from tests.load.country import Country

OTHERS = ("207Q00000X", "363LF0000X", "163W00000X", "1223G0001X", "225100000X", "2084N0400X")
BEHAVIORAL = 0.08
_POOL = 2_000
"""Made-up people whose rows come again and again, each time with another NPI."""


def write(path: Path, size: int, seed: int = 0) -> int:
    """Writes about `size` bytes; how many rows."""
    dice = random.Random(seed)
    records = [one for one in Country(_POOL, seed).items(()) if isinstance(one, ProviderRecord)]
    ours = [_tail(record, None) for record in records]
    others = [_tail(record, dice.choice(OTHERS)) for record in records]
    rows = done = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        done += file.write(_line(V2))
        while done < size:
            nine = str(290_000_000 + rows)
            tails = ours if dice.random() < BEHAVIORAL else others
            done += file.write(f'"{nine}{npi.check_digit(nine)}",{dice.choice(tails)}')
            rows += 1
    return rows


def _tail(record: ProviderRecord, code: str | None) -> str:
    """All of a row but its NPI. With a code it is of a provider that is not ours."""
    return _line([value for name, value in _cells(record, code) if name != "NPI"])


def _cells(record: ProviderRecord, code: str | None) -> Iterator[tuple[str, str]]:
    role, location = record.roles[0], record.locations[0]
    organization = record.kind == "organization"
    _, first, number = record.name.upper().split()
    told = {
        "Entity Type Code": "2" if organization else "1",
        "Provider Organization Name (Legal Business Name)": record.name if organization else "",
        "Provider Last Name (Legal Name)": "" if organization else f"SAMPLE {number}",
        "Provider First Name": "" if organization else first,
        "Employer Identification Number (EIN)": "<UNAVAIL>" if organization else "",
        "Provider Enumeration Date": "05/23/2006",
        "Last Update Date": f"{record.dated:%m/%d/%Y}",
        "Healthcare Provider Taxonomy Code_1": code or role.taxonomy_code or "",
        "Provider License Number_1": role.license_number or "",
        "Provider License Number State Code_1": role.license_state or "",
        "Healthcare Provider Primary Taxonomy Switch_1": "Y",
        "Is Sole Proprietor": "N",
    }
    for block in (MAILING, PRACTICE):
        told |= {
            f"Provider First Line {block}": (location.address or "").upper(),
            f"Provider {block} City Name": (location.city or "").upper(),
            f"Provider {block} State Name": location.state or "",
            f"Provider {block} Postal Code": f"{location.zip}1234",
            f"Provider {block} Country Code (If outside U.S.)": "US",
            f"Provider {block} Telephone Number": location.phone or "",
        }
    yield from ((name, told.get(name, "")) for name in V2)


def _line(cells: list[str]) -> str:
    return ",".join(f'"{cell}"' for cell in cells) + "\n"
