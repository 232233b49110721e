"""A phone number in what a person typed, read here so that nothing behind the edge sees it."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_DIGITS = 4
"""Fewer are no try at a phone number."""
ALSO = {"US": frozenset({"US", "PR", "VI", "GU", "AS", "MP"})}
"""Countries by the plan of their numbers that count as one: with its territories."""
MOST_BESIDE = 20
"""Letters beside a number with which a message is still little else: "sorry it is …"."""


@dataclass(frozen=True)
class Typed:
    """What was read: ``number`` in E.164 when there is exactly one that can be texted.

    ``rest`` is the message without it. ``tried``: somebody tried to give a number. ``cannot``: it
    is of a kind or a country that we do not text.
    """

    number: str | None
    rest: str
    tried: bool
    cannot: bool = False

    @property
    def alone(self) -> bool:
        """The message is the number and little else."""
        return sum(map(str.isalpha, self.rest)) <= MOST_BESIDE


def read_number(text: str, country: str) -> Typed:
    """``country`` (ISO 3166) is the clinic's: where a number has no ``+``, and the one we text to.

    Texts to other countries cost what a stranger likes, so nobody may make us send them.
    """
    import phonenumbers as known  # not at the top: its tables delay a start

    matcher = known.PhoneNumberMatcher(text, country, leniency=known.Leniency.POSSIBLE)
    found = {match.number.national_number: match for match in matcher}
    valid = [match for match in found.values() if known.is_valid_number(match.number)]
    if len(found) != 1 or not valid:
        return Typed(None, text, _tried(text))
    (match,) = valid
    rest = f"{text[: match.start]} {text[match.end :]}".strip()
    kinds = known.PhoneNumberType
    texted = {kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE, kinds.VOIP, kinds.PERSONAL_NUMBER}
    here = known.region_code_for_number(match.number) in ALSO.get(country, {country})
    if not here or known.number_type(match.number) not in texted:
        return Typed(None, rest, True, cannot=True)
    number = known.format_number(match.number, known.PhoneNumberFormat.E164)
    return Typed(number, rest, True)


def _tried(text: str) -> bool:
    """Mostly digits, and enough of them."""
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return digits >= LEAST_DIGITS and 2 * digits >= letters
