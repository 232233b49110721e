"""Reading FHIR JSON that may be anything: what is not of the shape asked for reads as nothing.

Extensions are known by the end of their address, so that the forms of Plan-Net 1, 2 and of VhDir
before it are one: ".../newpatients" and ".../plannet-NewPatients-extension".
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from directory import npi, tidy

Json = dict[str, Any]
T = TypeVar("T")

# How systems are written, whole or in part: as an address or as an OID.
_NPI = ("us-npi", "2.16.840.1.113883.4.6")
_NUCC = ("nucc", "2.16.840.1.113883.6.101")
_NUCC_CODE = re.compile(r"[0-9A-Z]{9}X")  # unmistakable, even without a system

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]{2,40})/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]*)?$")
_LONGEST_ADDRESS = 500  # characters of a reference


def listed(value: Any) -> list[Json]:
    """The objects of a list; a lone object counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def an_id(value: Any) -> str | None:
    """The id of a resource, if it is one that FHIR allows."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def address_key(address: Any, within: str = "") -> str | None:
    """The key of what an address points to: "Practitioner/12" for "12" relative, absolute or in
    one version; "#x" in the resource `within` for a contained one; anything else as it is. None
    for what points nowhere, such as a search."""
    if not isinstance(address, str) or not 0 < len(address) <= _LONGEST_ADDRESS:
        return None
    if not address.isascii() or not address.isprintable() or "?" in address:
        return None
    if address.startswith("#"):
        return within + address
    found = _REFERENCE.search(address)
    return f"{found[1]}/{found[2]}" if found else address


def codes(concepts: Any) -> Iterator[tuple[str, str]]:
    """System and code of every coding in CodeableConcepts (or a lone Coding)."""
    for concept in listed(concepts):
        for coding in listed(concept.get("coding")) or [concept]:
            code = coding.get("code")
            if isinstance(code, str):
                system = coding.get("system")
                yield system if isinstance(system, str) else "", code.strip()


def nucc_codes(*concepts: Any) -> list[str]:
    """The NUCC taxonomy codes in CodeableConcepts, whichever address the source has for NUCC."""
    found = list[str]()
    for some in concepts:
        for system, code in codes(some):
            stated = any(name in system.lower() for name in _NUCC)
            if stated or (not system and _NUCC_CODE.fullmatch(code)):
                found.append(code)
    return list(dict.fromkeys(found))


def said(concept: Any) -> str:
    """A CodeableConcept or Reference in words: its text, else a display."""
    for one in listed(concept):
        shown = [one.get("text"), one.get("display")]
        shown += [coding.get("display") for coding in listed(one.get("coding"))]
        for text in shown:
            if tidy.words(text):
                return tidy.words(text)
    return ""


@lru_cache(maxsize=2000)
def _ending(url: str) -> str:
    end = url.rsplit("/", 1)[-1].lower().removeprefix("plannet-").removesuffix("-extension")
    return re.sub(r"[^a-z]", "", end)


def extensions(of: Any, *names: str) -> Iterator[Json]:
    """The extensions that go by one of the names: the ends of addresses, letters only."""
    for one in listed(of.get("extension")) if isinstance(of, dict) else []:
        url = one.get("url")
        if isinstance(url, str) and _ending(url) in names:
            yield one


def values(extension: Json) -> Iterator[Any]:
    """What an extension says; it has one value, whatever its type."""
    return (value for name, value in extension.items() if name.startswith("value"))


def coded(of: Any, *names: str) -> Iterator[str]:
    """The codes that extensions give, as a code, Coding or CodeableConcept."""
    for one in extensions(of, *names):
        for value in values(one):
            if isinstance(value, str):
                yield value.strip()
            yield from (code for _, code in codes(value))


def ended(of: Any, today: date) -> bool:
    """Whether its period is over (or is yet to begin)."""
    period = of.get("period") if isinstance(of, dict) else None
    if not isinstance(period, dict):
        return False
    start, end = tidy.day(period.get("start")), tidy.day(_last_day(period.get("end")))
    return bool((end and end < today) or (start and start > today))


def _last_day(text: Any) -> Any:
    """A year or month as its last day, near enough: "2026" ends in December."""
    if isinstance(text, str) and re.fullmatch(r"\d{4}(-\d{2})?", text):
        return text + ("-12-31" if len(text) == 4 else "-28")
    return text


def is_active(resource: Json, today: date) -> bool:
    """Whether the resource says that it holds today."""
    off = resource.get("active") is False or resource.get("status") in _OFF
    return not off and not ended(resource, today)


_OFF = ("inactive", "suspended", "retired", "draft", "entered-in-error")


def npis(resource: Json, today: date) -> list[str]:
    """The NPIs it goes by, good or bad."""
    return [
        str(one.get("value") or "").strip()
        for one in listed(resource.get("identifier"))
        if tidy.words(one.get("system")).rstrip("/").endswith(_NPI) and not ended(one, today)
    ]


def a_good_npi(numbers: list[str]) -> str | None:
    return next((number for number in sorted(numbers) if npi.is_valid(number)), None)


def updated(resource: Json, today: date) -> date | None:
    """The day of the last change. A day that is yet to come is none."""
    meta = resource.get("meta")
    return past(tidy.day(meta.get("lastUpdated")), today) if isinstance(meta, dict) else None


def verified(resource: Json, today: date) -> date | None:
    """The day on which its content was last verified or attested, where an extension says so."""
    found: list[date] = []
    for holder in (resource, resource.get("meta")):
        for one in listed(holder.get("extension")) if isinstance(holder, dict) else []:
            if re.search(r"verif|attest", str(one.get("url") or "").lower()):
                inner = [value for part in listed(one.get("extension")) for value in values(part)]
                days = (past(tidy.day(value), today) for value in (*values(one), *inner))
                found += [one_day for one_day in days if one_day]
    return max(found, default=None)


def past(day: date | None, today: date) -> date | None:
    """A day up to now; tomorrow may have begun where the source is."""
    return day if day and day <= today + timedelta(days=1) else None


def each(some: Iterable[T]) -> tuple[T, ...]:
    """Every one once, in the order in which they come first."""
    return tuple(dict.fromkeys(some))
