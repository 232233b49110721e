"""Finds ZIP codes, distances and item numbers in what a person wrote.

A number means an item of a list only where the sentence says so ("remove 2", "the third one",
"#4", or nothing else in the message): ages, times and prices are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine.gazetteer import Found, fold

_CARDINALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
    "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
}  # fmt: skip
_DISTANCES = _CARDINALS | {
    "a": 1, "una": 1, "fifteen": 15, "twenty": 20, "twenty five": 25, "twenty-five": 25,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100, "a hundred": 100,
    "quince": 15, "veinte": 20, "veinticinco": 25, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
    "cien": 100,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "primera": 1, "primero": 1, "segunda": 2, "segundo": 2,
    "tercera": 3, "tercero": 3, "cuarta": 4, "cuarto": 4, "quinta": 5, "quinto": 5, "sexta": 6,
    "septima": 7, "octava": 8, "novena": 9, "decima": 10,
}  # fmt: skip
_LAST = {"last": "last", "bottom": "last", "ultima": "last", "ultimo": "last"}


def _any(words: dict[str, int] | dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_ZIP = re.compile(
    r"(?<![\w$#.,/+-])(?P<zip>\d{5})(?:-\d{4})?(?![\w%-]|[.,]\d)(?!\s(?:dollars|bucks|miles)\b)"
)
# "9 4 1 1 0", as speech input writes it
_SPACED_ZIP = re.compile(r"(?<![\w$#.,/+-])(?<!\d )(?P<zip>(?:\d ){4}\d)(?![\w%-]| \d)")

_DISTANCE = rf"(?P<miles>\d{{1,3}}(?:\.\d+)?|{_any(_DISTANCES)})"
_MILES = re.compile(
    rf"(?<![\w.,$]){_DISTANCE}[\s-]*(?:more\s+|mas\s+)?(?:miles?|mi|millas?)\b(?!\s+(?:hij|mam|pap|seguro|casa|espos))"
)
_OTHER_UNIT = r"(?!\s*(?:[a-z%$:]|\d))"
_WITHIN = re.compile(
    rf"\b(?:within|radius(?:\s+(?:of|to))?|distance\s+(?:of|to)|make\s+(?:it|that)|radio\s+de|distancia\s+(?:de|a))\s+{_DISTANCE}\b"
    rf"(?![.,:/-]\d){_OTHER_UNIT}"
)

_ITEM = (
    rf"(?:#\s?)?(?:\d{{1,2}}(?:st|nd|rd|th)?|{_any(_ORDINALS)}|{_any(_LAST)}|{_any(_CARDINALS)})"
)
_ALSO = r"\s*(?:,\s*and|,|&|and|y)\s*(?:the\s+|number\s+|la\s+|el\s+)?"
_ITEMS = rf"(?P<items>{_ITEM}\b(?:{_ALSO}{_ITEM}\b)*)"
_NOT_ITEMS = (
    r"(?![.,:/]\d|\s*(?:%|miles?\b|mi\b|years?\b|yrs?\b|dollars?\b|minutes?\b|mins?\b|hours?\b|weeks?\b"
    r"|months?\b|am\b|pm\b|visits?\b|times?\b|appointments?\b|sessions?\b|opinions?\b|languages?\b"
    r"|more\b|visitas?\b|citas?\b|vez\b|veces\b|opinion\b|millas?\b|anos?\b|horas?\b|dias?\b|semanas?\b|mes(?:es)?\b|mas\b))"
)
_VERB = (
    r"(?:remove|delete|dlete|drop|erase|scratch|cut|lose|change|edit|reword|replace|move|swap|keep"
    r"|cross\s+(?:out|off)|take\s+(?:out|off|away)|get\s+rid\s+of|leave\s+out"
    r"|quit[ae]r?|quit[ae]me|borr[ae]r?|borr[ae]me|elimin[ae]r?|sac[ae]r?|saque|cambi[ae]r?|muev[ae]|mover)"
)
_NOUN = r"(?:number|num|no\.|item|question|line|point|numero|pregunta)"
_FILLER = rf"(?:\s+(?:the|that|out|also|el|la|los|las|de|{_NOUN}))*"
_AFTER_VERB = re.compile(rf"\b{_VERB}{_FILLER}\s*[\s#]\s*{_ITEMS}{_NOT_ITEMS}")
_AFTER_NOUN = re.compile(rf"(?<!\w)(?:{_NOUN}\s+|#\s?){_ITEMS}{_NOT_ITEMS}")
_THE_ONE = re.compile(
    rf"\b(?:the|that|la|el)\s+(?P<items>(?:\d{{1,2}}(?:st|nd|rd|th)|{_any(_ORDINALS)}|{_any(_LAST)}))"
    r"\s+(?:one|question|item|line|point|pregunta|opcion|de la lista)\b"
)
_WHOLE = re.compile(
    rf"^\W*(?:the\s+|just\s+|only\s+|la\s+|el\s+|opcion\s+)*{_ITEMS}(?:\s+one)?"
    r"(?:\s+(?:please|por favor|porfa|de la lista))?\W*$"
)
_EACH = re.compile(rf"\b(?:\d{{1,2}}|{_any(_ORDINALS)}|{_any(_LAST)}|{_any(_CARDINALS)})")


def find_figures(text: str) -> list[Found]:
    """`zip` (five digits), `miles` (like 25 or 2.5) and `number` (like 3, or `last`) of a text."""
    folded = fold(text)
    zips = list(_zips(folded))
    miles = [one for one in _miles(folded) if not _touches(one, zips)]
    numbers = [one for one in _numbers(folded) if not _touches(one, zips + miles)]
    return sorted(zips + miles + numbers, key=lambda one: one.start)


def _zips(text: str) -> Iterator[Found]:
    for pattern in (_ZIP, _SPACED_ZIP):
        for match in pattern.finditer(text):
            yield Found("zip", match["zip"].replace(" ", ""), match.start(), match.end())


def _miles(text: str) -> Iterator[Found]:
    seen: set[int] = set()
    for pattern in (_MILES, _WITHIN):
        for match in pattern.finditer(text):
            start = match.start("miles")
            if start not in seen:
                seen.add(start)
                said = match["miles"]
                miles = str(_DISTANCES.get(said, said))
                yield Found("miles", miles, start, match.end())


def _numbers(text: str) -> Iterator[Found]:
    seen: set[int] = set()
    for pattern in (_WHOLE, _AFTER_VERB, _AFTER_NOUN, _THE_ONE):
        for match in pattern.finditer(text):
            bare_one = match["items"] in ("one", "uno", "una") and pattern is not _AFTER_NOUN
            if bare_one:  # "the one about cost", "remove one": no item is named
                continue
            for item in _EACH.finditer(text, match.start("items"), match.end("items")):
                if item.start() not in seen:
                    seen.add(item.start())
                    yield Found("number", _item(item.group()), item.start(), item.end())


def _item(said: str) -> str:
    value = _ORDINALS.get(said) or _CARDINALS.get(said) or _LAST.get(said) or int(said)
    return str(value)


def _touches(one: Found, others: list[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)
