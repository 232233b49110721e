"""A provider's card in words. What a source does not say is shown as not known, never claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import phonenumbers

from guardrails.slots import Withheld, as_list, phone_number

OLD_AFTER_DAYS = 90


class Words(Protocol):
    """Where a card's words come from."""

    def say(self, message: str, **slots: Any) -> str: ...
    def label(self, term: Any) -> str: ...
    def joined(self, labels: Sequence[str]) -> str: ...


def provider_card(words: Words, card: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The released card: ``type title lines actions note``. Raises `Withheld` on a faulty one."""
    try:
        return {
            "type": "provider",
            "title": _title(words, card),
            "lines": _lines(words, card),
            "actions": [_call(words, card["phone"])] if card.get("phone") else [],
            "note": _note(words, card, today),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Withheld(f"a provider card: {type(error).__name__}") from None


def _title(words: Words, card: Mapping[str, Any]) -> str:
    if card.get("credential"):
        return words.say("card.title", name=card["name"], credential=card["credential"])
    return words.say("card.title_plain", name=card["name"])


def _lines(words: Words, card: Mapping[str, Any]) -> list[str]:
    lines = [words.say("card.role", role=f"role.{card['role']}")]
    if card.get("organization"):
        lines.append(words.say("card.organization", organization=card["organization"]))
    lines += _where(words, card)
    lines.append(_known(words, "accepts", "payer", card.get("accepts")))
    lines.append(_known(words, "languages", "language", card.get("languages")))
    lines.append(_known(words, "formats", "format", card.get("formats")))
    new = {True: "yes", False: "no", None: "unknown"}[card.get("new_patients")]
    lines.append(words.say(f"card.new_patients.{new}"))
    return lines


def _where(words: Words, card: Mapping[str, Any]) -> list[str]:
    place = ", ".join(card[part] for part in ("city", "state") if card.get(part))
    if not place:
        return []
    miles = card.get("miles")
    if miles is None:
        return [words.say("card.place", place=place)]
    if miles < 1:
        return [words.say("card.place_near", place=place)]
    if miles == 1:
        return [words.say("card.place_one_mile", place=place)]
    return [words.say("card.place_miles", place=place, miles=miles)]


def _known(words: Words, line: str, entity: str, values: Any) -> str:
    """The line for a list of term values; an absent list is "not known"."""
    if not values:
        return words.say(f"card.{line}.unknown")
    return words.say(
        f"card.{line}", **{line: [f"{entity}.{value}" for value in as_list(values, line)]}
    )


def _call(words: Words, phone: str) -> dict[str, str]:
    number = phone_number(phone)
    return {
        "label": words.say("card.call", phone=phone),
        "href": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966),
    }


def _note(words: Words, card: Mapping[str, Any], today: date) -> str:
    verified = date.fromisoformat(card["verified_on"])
    old = (today - verified).days > OLD_AFTER_DAYS
    parts = [
        words.say("card.verified_old" if old else "card.verified", verified_on=verified.isoformat())
    ]
    parts.append(words.say("card.confirm"))
    if card["sample"]:
        parts.append(words.say("card.sample"))
    return " ".join(parts)
