"""How people write places: the words of a text, the ZIP in it, the names of states.

What is not in a rule is in `data/providers/places.yml`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

_SPELLINGS = Path(__file__).resolve().parent.parent / "data" / "providers" / "places.yml"
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-?\d{4})?(?!\d)")
_APART = re.compile(r"(?<!\d)\d(?:[ .,-]\d){4}(?!\d|[ .,-]\d)")  # "9 4 1 1 0"
_WITH_LETTERS = re.compile(r"\b(?=(?:\w?\d){3})[\doOlI]{5}\b")  # "6O614"
_ZIP_DIGITS = 5

# A misspelt state has as many letters, is one letter off (a long one two), and begins and ends as
# the right name does: "Californa", but not "Indian".
_LEAST_LETTERS, _LONG = 6, 9


@dataclass(frozen=True)
class Spellings:
    """`data/providers/places.yml`."""

    around: frozenset[str]
    short: dict[str, str]
    nicknames: dict[str, str]
    spoken: dict[str, int]
    city_first: frozenset[str]
    everyday: frozenset[str]
    everyday_cities: frozenset[str]
    states: dict[str, str]  # every name, and the letters in lower case → letters
    names: dict[str, str]  # letters → the state's name


@cache
def spellings() -> Spellings:
    told = yaml.safe_load(_SPELLINGS.read_text(encoding="utf-8"))
    states = {code.casefold(): code for code in told["states"]}
    for code, names in told["states"].items():
        # The first state to claim a name keeps it.
        states |= {name: code for name in names if name not in states}
    return Spellings(
        around=frozenset(told["around"]),
        short=told["short"],
        nicknames=told["nicknames"],
        spoken=told["spoken"],
        city_first=frozenset(told["city_first"]),
        everyday=frozenset(told["everyday"]),
        everyday_cities=frozenset(told["everyday_cities"]),
        states=states,
        names={code: _titled(names[0]) for code, names in told["states"].items()},
    )


def _titled(name: str) -> str:
    return name.title().replace(" Of ", " of ").replace("Us ", "US ")


def plain(text: str) -> str:
    """Without accents and other marks; digits of every script and width as plain ones."""
    apart = unicodedata.normalize("NFKD", text)
    kept = (letter for letter in apart if unicodedata.category(letter)[0] != "M")
    return "".join(str(unicodedata.digit(one)) if one.isdigit() else one for one in kept)


def words(text: str) -> list[str]:
    joined = re.sub(r"\b([a-z])\.\s?([a-z])\b\.?", r"\1\2", plain(text).casefold())  # d.c. → dc
    return re.findall(r"[a-z0-9&]+", joined.replace("i'm", "im").replace("i’m", "im"))


def capitals(text: str) -> frozenset[str]:
    """Words of two letters that were typed in capitals, as people type a state."""
    return frozenset(re.findall(r"\b[A-Z]{2}\b", plain(text)))


def name_of(words: list[str]) -> str:
    """The words as one name, its short forms spelt out ("st paul" → "saint paul")."""
    short = spellings().short
    return " ".join(short.get(word, word) for word in words)


def zip_in(text: str) -> str | None:
    """The five digits of a ZIP or ZIP+4 in a text, also when they are spaced out, spoken ("nine
    four one one oh") or typed with the letter O."""
    written = plain(text)
    if given := _ZIP.search(written):
        return given[1]
    if given := _APART.search(written):
        return re.sub(r"\D", "", given[0])
    if given := _WITH_LETTERS.search(written):
        return given[0].translate(str.maketrans("oOlI", "0011"))
    return _spoken(words(text))


def _spoken(words: list[str]) -> str | None:
    """The ZIP that number words spell, digit by digit or in pairs ("ninety four one ten")."""
    spoken, runs = spellings().spoken, [""]
    tens = False
    for word in words:
        number = spoken.get(word)
        if number is None:
            runs.append("")
        elif tens and 0 < number < 10:  # "ninety four"
            runs[-1] = runs[-1][:-1] + str(number)
        else:
            runs[-1] += str(number)
        tens = number is not None and number >= 20
    return next((run for run in runs if len(run) == _ZIP_DIGITS), None)


def trimmed(words: list[str]) -> Iterator[list[str]]:
    """The words, then with fewer and fewer words around the name, least taken off first."""
    around = spellings().around
    lead = next((i for i, word in enumerate(words) if word not in around), len(words))
    trail = next((i for i, word in enumerate(reversed(words)) if word not in around), 0)
    for start in range(lead + 1):
        for end in range(trail + 1):
            yield words[start : len(words) - end]


def nicknamed(words: list[str]) -> str | None:
    """What the words, or those left when the words around are taken off, are a nickname of."""
    nicknames = spellings().nicknames
    return next(
        (nicknames[name] for tried in trimmed(words) if (name := " ".join(tried)) in nicknames),
        None,
    )


def state_named(words: list[str], capitals: frozenset[str]) -> str | None:
    """The state these words name; "me" or "ok" only when typed in capitals."""
    name = " ".join(words)
    state = spellings().states.get(name)
    return None if name in spellings().everyday and state not in capitals else state


def state_misspelt(words: list[str]) -> str | None:
    """The state whose name these words nearly spell, when there is one such."""
    name = " ".join(words)
    if len(name) < _LEAST_LETTERS:
        return None
    states = spellings().states
    allowed = 2 if len(name) >= _LONG else 1
    near = process.extract(name, list(states), scorer=OSA.distance, score_cutoff=allowed, limit=3)
    meant = {states[one] for one, _, _ in near if one[0] == name[0] and one[-1] == name[-1]}
    return meant.pop() if len(meant) == 1 else None
