"""Phone numbers and e-mail addresses in what staff are about to send: they may be their own.

A person keeps what they are sent, and calls it at any hour. So the page asks first. The clinic's
own phone and the help lines are public and pass.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

import phonenumbers

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def contacts(words: str, country: str, public: Collection[str] = ()) -> tuple[str, ...]:
    """What was found, as it was typed and in its order. ``public`` are numbers that may be sent.

    ``country`` is the ISO code for numbers written without one.
    """
    passes = {_digits(number, country) for number in public}
    found = [(match.start(), match.group()) for match in _EMAIL.finditer(words)]
    possible = phonenumbers.Leniency.POSSIBLE
    for match in phonenumbers.PhoneNumberMatcher(words, country, leniency=possible):
        if phonenumbers.format_number(match.number, _E164) not in passes:
            found.append((match.start, match.raw_string))
    return tuple(text for _, text in sorted(found))


def confirmation(words: str) -> str:
    """What a page sends back to say that these very words may go out."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


_E164 = phonenumbers.PhoneNumberFormat.E164


def _digits(number: str, country: str) -> str:
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number, country), _E164))
    except phonenumbers.NumberParseException:
        return number
