"""The plain slot types: each checks a value and says it as a person reads it, or refuses it.

Every function raises ``ValueError`` or ``TypeError`` on a value that is not of its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import phonenumbers

from guardrails.names import public_address, public_name


class Withheld(Exception):
    """A draft that may not go out. The text names ids and types, never a slot's value."""


def as_mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Withheld(f"{what}: not a mapping")
    return value


def as_list(value: Any, what: str) -> Sequence[Any]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise Withheld(f"{what}: not a list")
    return value


def _matching(pattern: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise ValueError
        return value

    return check


def _count(value: Any) -> str:
    number = int(value)
    if isinstance(value, bool) or not 0 <= number <= 99999 or number != value:
        raise ValueError
    return f"{number:,}"


def _miles(value: Any) -> str:
    miles = float(value)
    if not 0 <= miles <= 25_000:
        raise ValueError
    return f"{miles:.1f}" if 0 < miles < 10 and miles != int(miles) else f"{miles:.0f}"


def phone_number(value: Any) -> phonenumbers.PhoneNumber:
    """A US number in ten digits, or any in E.164. Raises ``ValueError``."""
    try:
        number = phonenumbers.parse(str(value), "US")
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a phone number")
    return number


def _phone(value: Any) -> str:
    return phonenumbers.format_number(phone_number(value), phonenumbers.PhoneNumberFormat.NATIONAL)


def _own_words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise ValueError
    return "".join(c for c in value.strip() if c.isprintable() or c == "\n")


PLAIN: dict[str, Callable[[Any], str]] = {
    "count": _count,
    "miles": _miles,
    "zip": _matching(r"\d{5}"),
    "place": _matching(r"[^\W_](?:[^\W_]|[ .'’,()-]){0,59}"),
    "phone": _phone,
    "provider_name": public_name,
    "address": public_address,
    "first_name": _matching(r"[^\W\d_](?:[^\W_]|[ .'’,()&/-]){0,59}"),
    "clock": _matching(r"\d{1,2}:\d{2}"),
    "site": _matching(r"[a-z0-9.-]{4,80}"),
    "year": _matching(r"\d{4}"),
    "ending": _matching(r"\d{2}"),
    "own_words": _own_words,
    "sheet_link": _matching(r"https?://[A-Za-z0-9._~:/\[\]-]{1,200}/s/[A-Za-z0-9_-]{22,64}"),
}
