"""Where the provider of one row of a clinic's own list sees people, and how."""

import re

from directory import tidy
from directory.importers.own_list_told import Told
from directory.places import Place, find_place, find_zip, state_code
from directory.records import Location

_ZIP_AT_END = re.compile(r"[\s,]+(\d{5}(?:-?\d{4})?)(?:[\s,]+(?:USA|US|United States))?[\s.]*$")
_LONGEST_STATE = 3  # words, as in "District of Columbia"


def read_location(told: Told) -> Location | None:
    """The one location of the row; None when nothing in it is known."""
    street, city, state_text, zip_text = _parts(told)
    zip_code, centre = _zip(told, zip_text)
    state = state_code(state_text)
    if state_text and state is None:
        told.left_out["state_not_known"] += 1
    if state and centre and centre.state != state:
        told.left_out["zip_not_in_state"] += 1
        zip_code = centre = None
    if centre:
        state, city = centre.state, city or centre.city
    elif state and city:
        found = find_place(f"{city}, {state}")
        centre = found if isinstance(found, Place) and found.state == state else None
    in_person, online = _formats(told)
    location = Location(
        address=street[:200] or None,
        city=city[:60] or None,
        state=state,
        zip=zip_code,
        phone=_phone(told),
        lat=centre.lat if centre else None,
        lon=centre.lon if centre else None,
        in_person=in_person,
        online=online,
    )
    return None if location == Location() else location


def _parts(told: Told) -> tuple[str, str, str, str]:
    """Street, city, state and ZIP as the row has them, in their own columns or in one."""
    street, city, state, zip_text = _split(told.lines("address"))
    return (
        street or told.lines("street"),
        city or told.text("city"),
        state or told.text("state"),
        zip_text or told.number("zip"),
    )


def _split(address: str) -> tuple[str, str, str, str]:
    """12 Sample Street, Austin, TX 78701 in its four parts; what can't be told apart is street."""
    end = _ZIP_AT_END.search(address)
    parts = [part.strip() for part in (address[: end.start()] if end else address).split(",")]
    before, state = _state_at_end(parts[-1])
    if not state and len(parts) == 1:
        return address, "", "", ""  # five digits after a street alone may be anything
    parts = [*parts[:-1], *([before] if before else [])]
    is_city = len(parts) > 1 or not any(map(str.isdigit, "".join(parts)))
    city = parts.pop() if parts and is_city else ""
    return ", ".join(parts), city, state, end[1] if end else ""


def _state_at_end(text: str) -> tuple[str, str]:
    """The text without the state at its end, and the state."""
    said = text.split()
    for size in range(_LONGEST_STATE, 0, -1):
        name = " ".join(said[-size:])
        if len(said) >= size and state_code(name):
            return " ".join(said[:-size]), name
    return text, ""


def _zip(told: Told, text: str) -> tuple[str | None, Place | None]:
    code = tidy.zip5(text)
    found = find_zip(code) if code else None
    if text and not hasattr(found, "city"):
        told.left_out["bad_zip"] += 1
        return None, None
    return code, found if isinstance(found, Place) else None


def _phone(told: Told) -> str | None:
    text = told.number("phone")
    number = tidy.phone(text)
    if text and number is None:
        told.left_out["bad_phone"] += 1
    return number


def _formats(told: Told) -> tuple[bool | None, bool | None]:
    """Whether people are seen in person, and online. A list of formats that is not partial also
    says which one is not offered; a column for one alone says nothing of the other."""
    offered, whole = told.fact("formats")
    listed = {
        name: None
        if offered is None
        else name in offered or "either" in offered or (False if whole else None)
        for name in ("in_person", "online")
    }
    own = {name: told.flag(name) for name in listed}
    in_person, online = (
        listed[name] if own[name] is None else own[name] for name in ("in_person", "online")
    )
    return in_person, online
