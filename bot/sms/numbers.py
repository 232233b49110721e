"""Phone numbers: read and written by ``phonenumbers`` as E.164, found by a keyed hash, never shown.

A short code (5 or 6 digits) is nobody's phone: it is no number here.
"""

from __future__ import annotations

import hashlib


class Lookup:
    """The keyed hash that a number is found by. Without the secret no hash leads to a number."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(
            secret.encode(), digest_size=32, person=b"carenav.phones"
        ).digest()

    def of(self, number: str) -> str:
        """64 hex digits for a number in E.164."""
        return hashlib.blake2b(number.encode(), digest_size=32, key=self._key).hexdigest()


def e164(number: str, country: str | None = None) -> str | None:
    """The number as ``+15125550100``; None when no phone can have it.

    ``country`` (ISO 3166) is assumed where a number has no ``+``.
    """
    import phonenumbers  # not at the top: its tables delay a start

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def timezones(number: str) -> tuple[str, ...]:
    """The time zones (IANA) that a number in E.164 may be in; () when unknown."""
    import phonenumbers
    from phonenumbers import timezone

    found = timezone.time_zones_for_number(phonenumbers.parse(number))
    return tuple(zone for zone in found if zone != "Etc/Unknown")


def ending(number: str) -> str:
    """The last two digits, for telling a person which of their own phones is meant."""
    return number[-2:]
