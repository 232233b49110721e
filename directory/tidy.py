"""What importers share: from how a source writes a thing to how we keep it. Nothing here raises."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import phonenumbers

from directory.places import Place, find_zip

_CAPITALS = {"II", "III", "IV", "LLC", "PLLC", "PC", "LLP", "LP", "PA", "MD", "LCSW", "LMFT", "LPC"}
_DAYS = ("%m/%d/%Y", "%Y-%m-%d", "%Y%m%d")

# Where a geocoder puts an address that it does not know: the middle of the country.
_NOWHERE = ((39.78373, -100.445882), (39.8283, -98.5795), (0.0, 0.0))
_NEAR = 0.001  # degrees

# Everything that the United States reaches, from Guam to the Virgin Islands, and nothing beyond.
_SOUTH, _NORTH = -15.0, 72.0
_EAST, _WEST = -64.0, 144.0  # over the date line


def words(text: Any) -> str:
    """The text on one line without control characters; "" for anything that is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def zip5(text: Any) -> str | None:
    """Five digits of a ZIP or ZIP+4, with the leading zero that spreadsheets take away."""
    digits = re.sub(r"[^0-9]", "", str(text or ""))
    digits = digits.zfill(5) if len(digits) == 4 else digits
    digits = digits.zfill(9) if len(digits) == 8 else digits
    return digits[:5] if len(digits) in (5, 9) else None


def phone(text: Any) -> str | None:
    """Ten digits of a US number; None for anything that can't be dialled."""
    return _phone(str(text or "")[:40])


@lru_cache(maxsize=10_000)
def _phone(text: str) -> str | None:
    try:
        number = _parsed(text)
    except phonenumbers.NumberParseException:
        return None
    # Two dozen countries share the code 1, and asking for the likely one first is quicker.
    valid = number.country_code == 1 and (
        phonenumbers.is_valid_number_for_region(number, "US")
        or phonenumbers.is_valid_number(number)
    )
    return str(number.national_number) if valid else None


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    if len(text) == 10 and text.isascii() and text.isdigit():  # nothing to parse: half the time
        return phonenumbers.PhoneNumber(country_code=1, national_number=int(text))
    return phonenumbers.parse(text, "US")


def day(text: Any) -> date | None:
    """A day written 11/21/2026, 2026-11-21 (with or without a time) or 20261121."""
    return _day(str(text or "").strip().split("T")[0].split(" ")[0])


@lru_cache(maxsize=10_000)
def _day(text: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def point(lat: Any, lon: Any, zip_code: str | None) -> tuple[float | None, float | None]:
    """Degrees of a place: those given if they can be true, else the centre of its ZIP, else None.

    What lies outside the United States, or where a geocoder puts what it does not know, is not
    true.
    """
    try:
        north, east = float(lat), float(lon)
    except (TypeError, ValueError):
        north, east = 0.0, 0.0
    inside = _SOUTH <= north <= _NORTH and (-180 <= east <= _EAST or _WEST <= east <= 180)
    lost = any(abs(north - a) < _NEAR and abs(east - b) < _NEAR for a, b in _NOWHERE)
    if inside and not lost:
        return north, east
    place = find_zip(zip_code) if zip_code else None
    return (place.lat, place.lon) if isinstance(place, Place) else (None, None)


def titled(shouted: str) -> str:
    """NPPES writes in capitals: "MARY O'NEIL-MCCOY" becomes "Mary O'Neil-McCoy"."""
    return " ".join(_titled_word(word) for word in shouted.split())


@lru_cache(maxsize=50_000)
def _titled_word(word: str) -> str:
    if word.strip(".,").upper() in _CAPITALS:
        return word.upper()
    word = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)
    word = re.sub(r"(?<=[^\W\d_]['’])S\b", "s", word)  # "Women's", after "Women'S"
    return re.sub(r"\bMc([a-z])", lambda part: "Mc" + part[1].upper(), word)
