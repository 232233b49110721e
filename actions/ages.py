"""The age of the person who is to be helped, where a message says it in figures or in words."""

from __future__ import annotations

import re

from actions.number_words import in_figures
from actions.speech import unaccented

# "my 9 yr old", "a 15-year-old", "de 9 años", "tiene 10 meses", "he's 15", "aged 72"
_UNITS = (
    r"(?:min|mile|hour|hr|day|week|month|dollar|buck|time|pound|lb|am\b|pm\b"
    r"|hor|dia|seman|mes|milla|hij|cita)"
)
_AGE = re.compile(
    r"\b(?P<old>\d{1,3})[\s-]*(?:(?:years?|yrs?|yr)[\s-]*olds?|y\W?o\b|an(?:i?o|ito)s\b)"
    r"|\b(?:(?:he|she|who)\W?s|(?:he|she|son|daughter|kid|child|mom|mother|dad|father) is|they are"
    r"|turn(?:s|ed|ing)|aged?|i\W?m|i am|tiene|cumplio|edad(?: de)?)\s+(?P<is>\d{1,3})\b"
    rf"(?!\s*(?:%|:|\$|{_UNITS}))"
    r"|\b(?P<months>\d{1,2})\s+mes(?:es|ecitos)\b"
)
# "I have a 3 year old" says who is at home, not who the care is for.
_AT_HOME = re.compile(r"\b(?:have|got|with)\s+(?:an?|two|2|our)?\s*$|\btengo\s+una?\s*$")
_ADULT, _TEEN, _OLDER = 18, 13, 65  # years; the groups of data/content/terms/age_groups.yml


def age_group(text: str) -> str | None:
    """The id of the age group, or None when no age is said. Adults get none: most listings are
    for them."""
    plain = in_figures(unaccented(text))
    for match in _AGE.finditer(plain):
        if _AT_HOME.search(plain[: match.start()]):
            continue
        years = int(match["old"] or match["is"] or 0)
        if years < _TEEN:
            return "child"
        if years < _ADULT:
            return "teen"
        return "older_adult" if _OLDER <= years <= 115 else None
    return None
