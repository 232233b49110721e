"""A provider's card in words. What a source does not say is shown as not known, never claimed.

A card is short and says each thing once: how the listing fits what was asked, then what else is
known, then what is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import phonenumbers

from guardrails.sites import site
from guardrails.slots import Withheld, as_list, as_mapping, phone_number

OLD_AFTER_DAYS = 90
_SHOWN = 3  # values of one fact; the rest are counted
_ENTITIES = {
    "payers": "payer",
    "languages": "language",
    "format": "format",
    "age_groups": "age_group",
    "identities": "identity",
    "times": "time",
    "access": "access",
}
_LINES = {
    "card.accepts": ("payers",),
    "card.languages": ("languages",),
    "card.formats": ("format",),
    "card.age_groups": ("age_groups",),
    "card.offers": ("times", "access"),
}
_FIELDS = {"payers": "accepts", "format": "formats"}  # where a card keeps a fact of another name
_NEW_PEOPLE = {"message": "card.new_people"}
_ALWAYS_TOLD = ("payers", "languages", "format")  # also when nobody asked and it is not known


class Words(Protocol):
    """Where a card's words come from."""

    def say(self, message: str, **slots: Any) -> str: ...


Labels = list[Any]  # ids of terms, and fragments where there is no term


@dataclass
class Fit:
    """What was asked for, by what the listing says of it; and the values so told."""

    yes: Labels = field(default_factory=list)
    no: Labels = field(default_factory=list)
    unknown: Labels = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)


def provider_card(
    words: Words, card: Mapping[str, Any], today: date, *, short: bool = False
) -> dict[str, Any]:
    """The released card: ``type title lines actions note``. Raises `Withheld` on a faulty one.

    ``asked`` of a card holds what was asked for, as values by fact; ``fit`` what came of it.
    ``short`` is for a text message: who, where, how it fits what was asked, and what is in doubt.
    """
    try:
        return {
            "type": "provider",
            "title": _title(words, card),
            "lines": list((_short_lines if short else _lines)(words, card)),
            "actions": list((_call if short else _actions)(words, card)),
            "note": _note(words, card, today),
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Withheld(f"a provider card: {type(error).__name__}") from None


def _title(words: Words, card: Mapping[str, Any]) -> str:
    if card.get("credential"):
        return words.say("card.title", name=card["name"], credential=card["credential"])
    return words.say("card.title_plain", name=card["name"])


def _lines(words: Words, card: Mapping[str, Any]) -> Iterator[str]:
    yield _role(words, card)
    if card.get("organization"):
        yield from _if_fit(words, "card.organization", organization=card["organization"])
    yield from _where(words, card)
    fit = _fit(card)
    for name, labels in (("yes", fit.yes), ("no", fit.no)):
        if labels:
            yield words.say(f"card.fit.{name}", what=labels)
    yield from _known(words, card, fit)
    if unknown := _unknown(card, fit):
        yield words.say("card.fit.unknown", what=unknown)
    yield from _doubts(words, card)


def _short_lines(words: Words, card: Mapping[str, Any]) -> Iterator[str]:
    """The street, the workplace and what nobody asked about are told on the phone."""
    yield _role(words, card)
    yield from _where(words, {**card, "address": None, "zip": None})
    fit = _fit(card)
    for name, labels in (("yes", fit.yes), ("no", fit.no), ("unknown", fit.unknown)):
        if labels:
            yield words.say(f"card.fit.{name}", what=labels)
    if card.get("new_patients") is False and ("new_patients", "") not in fit.told:
        yield words.say("card.new_patients.no")
    yield from _doubts(words, card)


def _role(words: Words, card: Mapping[str, Any]) -> str:
    if card["role"] == "other":  # in the directory because its operator took everybody
        return words.say("card.role.other")
    return words.say("card.role", role=f"role.{card['role']}")


def _if_fit(words: Words, line: str, **slots: Any) -> list[str]:
    """The line; none when a value may not be shown: the card can do without it."""
    try:
        return [words.say(line, **slots)]
    except Withheld:
        return []


def _where(words: Words, card: Mapping[str, Any]) -> list[str]:
    """Where to go and how far it is; without the street when that may not be shown."""
    state = " ".join(card[part] for part in ("state", "zip") if card.get(part))
    parts = [part for part in (card.get("address"), card.get("city"), state) if part]
    line = "card.place"
    slots: dict[str, Any] = {}
    miles = card.get("miles")
    if miles == 1:
        line = "card.place_one_mile"
    elif miles is not None:
        line, slots = "card.place_near" if miles < 1 else "card.place_miles", {"miles": miles}
    for shown in (parts, parts[1:]):
        if shown and (said := _if_fit(words, line, place=", ".join(shown), **slots)):
            return said
    return []


def _fit(card: Mapping[str, Any]) -> Fit:
    """How the listing fits what was asked, value by value. What people doubt is told elsewhere."""
    fit = Fit()
    asked = as_mapping(card.get("asked") or {}, "asked")
    doubts = as_list(card.get("doubts") or (), "doubts")
    for fact, came in as_mapping(card.get("fit") or {}, "fit").items():
        if fact == "new_patients":
            if "new_patients" not in doubts:
                getattr(fit, came).append(_NEW_PEOPLE)
            fit.told.add((fact, ""))
            continue
        has = _values(card, fact)
        for value in as_list(asked.get(fact, ()), fact):
            if f"payer.{value}" in doubts:
                continue
            if value in has:
                fit.yes.append(f"{_ENTITIES[fact]}.{value}")
            elif came != "yes":  # else one of several was enough
                getattr(fit, came).append(f"{_ENTITIES[fact]}.{value}")
            fit.told.add((fact, value))
    return fit


def _values(card: Mapping[str, Any], fact: str) -> Sequence[str]:
    return as_list(card.get(_FIELDS.get(fact, fact)) or (), fact)


def _known(words: Words, card: Mapping[str, Any], fit: Fit) -> Iterator[str]:
    """What else is known: of a fact that fits what was asked, nothing more is needed."""
    doubts = as_list(card.get("doubts") or (), "doubts")
    told = fit.told | {("payers", doubt.partition(".")[2]) for doubt in doubts}
    for line, facts in _LINES.items():
        left = [
            f"{_ENTITIES[fact]}.{value}"
            for fact in facts
            if (card.get("fit") or {}).get(fact) != "yes"
            for value in _values(card, fact)
            if (fact, value) not in told
        ]
        if left:
            yield words.say(line, what=_shortened(left))
    if ("new_patients", "") not in fit.told and "new_patients" not in doubts:
        new = card.get("new_patients")
        if new is not None:
            yield words.say(f"card.new_patients.{'yes' if new else 'no'}")


def _shortened(terms: Labels) -> Labels:
    more = len(terms) - _SHOWN
    if more < 2:  # "and 1 more" is no shorter than the one
        return terms
    return [*terms[:_SHOWN], {"message": "card.some_more", "slots": {"count": more}}]


def _unknown(card: Mapping[str, Any], fit: Fit) -> Labels:
    """What was asked for and is not known, then what everybody would like to know."""
    labels: Labels = list(fit.unknown)
    told = {fact for fact, _ in fit.told}
    labels += [
        {"message": f"card.unknown.{fact}"}
        for fact in _ALWAYS_TOLD
        if not _values(card, fact) and fact not in told
    ]
    doubts = card.get("doubts") or ()
    if card.get("new_patients") is None and "new_patients" not in {*told, *doubts}:
        labels.append(_NEW_PEOPLE)
    return labels


def _doubts(words: Words, card: Mapping[str, Any]) -> Iterator[str]:
    doubts = as_list(card.get("doubts") or (), "doubts")
    for what in ("number", "new_patients"):
        if what in doubts:
            yield words.say(f"card.doubt.{what}")
    if payers := [doubt for doubt in doubts if doubt.startswith("payer.")]:
        yield words.say("card.doubt.payer", payers=payers)


def _actions(words: Words, card: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    yield from _call(words, card)
    if found := site(card.get("website")):
        yield {"label": words.say("card.website", site=found.host), "href": found.href}


def _call(words: Words, card: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    if card.get("phone"):
        number = phone_number(card["phone"])
        yield {
            "label": words.say("card.call", phone=card["phone"]),
            "href": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966),
        }


def _note(words: Words, card: Mapping[str, Any], today: date) -> str:
    verified = date.fromisoformat(card["verified_on"])
    old = (today - verified).days > OLD_AFTER_DAYS
    parts = [
        words.say("card.verified_old" if old else "card.verified", verified_on=verified.isoformat())
    ]
    if card["sample"]:
        parts.append(words.say("card.sample"))
    elif card.get("sources"):
        named = dict.fromkeys(_source(words, one) for one in as_list(card["sources"], "sources"))
        parts.append(words.say("card.from", sources=[{"message": name} for name in named]))
    parts.append(words.say("card.confirm"))
    return " ".join(parts)


def _source(words: Words, source: str) -> str:
    """The fragment that names a source in plain words, by what stands before its colon."""
    kind = f"card.source.{source.partition(':')[0].replace('-', '_')}"
    try:
        words.say(kind)
    except Withheld:
        return "card.source.other"
    return kind
