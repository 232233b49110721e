"""Which services of a list are ours: by status, by taxonomy term, or by plain words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from directory.importers.hsds.parts import objects, text
from directory.names import plain

_DATA = Path(__file__).resolve().parents[3] / "data" / "providers" / "hsds.yml"
_CODE = re.compile(r"[A-Z]{1,2}(-\d{4}.*)?\*?")  # the 211 taxonomy: R, RP, RP-1400.8000-750
_LONGEST = 5_000  # characters of a description that are looked at


@dataclass(frozen=True)
class Ours:
    """The role of a service, or the reason why it has none."""

    role: str | None
    reason: str = ""


def ours(service: dict[str, Any], every_role: bool) -> Ours:
    if plain(text(service, "status")) not in ("", "active"):
        return Ours(None, "not_active")
    terms = [
        one["taxonomy_term"]
        for one in objects(service, "attributes")
        if isinstance(one.get("taxonomy_term"), dict)
    ]
    codes = [code for term in terms if _CODE.fullmatch(code := text(term, "code").upper())]
    named = " | ".join(
        plain(name)
        for name in (
            text(service, "name"),
            text(service, "alternate_name"),
            *(text(term, "name") for term in terms),
        )
    )
    told = plain(text(service, "description")[:_LONGEST])
    data = load()
    treats = _coded(codes, data["codes"]) or _worded(named, "words") or _worded(told, "told")
    if not treats:
        primary = data["primary_care"]
        if every_role and (_coded(codes, primary["codes"]) or _found(named, primary["words"])):
            return Ours("primary_care")
        return Ours(None, "not_behavioral_health")
    houses = _coded(codes, data["inpatient"]["codes"]) or _found(named, data["inpatient"]["words"])
    if houses and not every_role and not _found(f"{named} {told}", data["outpatient"]):
        return Ours(None, "inpatient_or_residential")
    return Ours("clinic")


@cache
def load() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(_DATA.read_text("utf-8"))
    return told


def _coded(codes: Iterable[str], beginnings: Sequence[str]) -> bool:
    return any(code.startswith(tuple(beginnings)) for code in codes)


def _worded(told: str, kind: str) -> bool:
    """Whether the text has one of our words, once what only looks like one is put aside."""
    data = load()
    aside = _pattern(tuple(data["not_ours"])).sub(" | ", told)
    return _found(aside, data[kind])


def _found(told: str, listed: Sequence[str]) -> bool:
    return _pattern(tuple(listed)).search(told) is not None


@cache
def _pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    words = (re.escape(one).replace(r"\*", "[a-z]*").replace(r"\ ", " ") for one in listed)
    return re.compile(rf"\b(?:{'|'.join(words)})\b")
