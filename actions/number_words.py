"""Numbers written in words, as figures: "november twenty-fourth at three", "a las tres"."""

from __future__ import annotations

import re

_ENGLISH = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_ENGLISH_NTH = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth",
]  # fmt: skip
_SPANISH = [
    "cero", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
    "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho",
    "diecinueve", "veinte", "veintiuno", "veintidos", "veintitres", "veinticuatro", "veinticinco",
    "veintiseis", "veintisiete", "veintiocho", "veintinueve", "treinta",
]  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30}
_SPANISH_TENS = {
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90,
}  # fmt: skip
_OTHER_MEANINGS = frozenset({"una", "once"})  # an article; English

_WORDS = {word: str(n) for n, word in enumerate(_ENGLISH) if n}
_WORDS |= {word: f"{n}th" for n, word in enumerate(_ENGLISH_NTH) if n}
_WORDS |= {word: str(n) for n, word in enumerate(_SPANISH) if n and word not in _OTHER_MEANINGS}
_WORDS |= {"uno": "1", "primero": "1", "twentieth": "20th"}
for _ten, _tens in _SPANISH_TENS.items():
    _WORDS |= {_ten: str(_tens)} | {
        f"{_ten} y {_SPANISH[_n]}": str(_tens + _n) for _n in range(2, 10)
    }
    _WORDS |= {f"{_ten} y un{_a}": str(_tens + 1) for _a in ("o", "a", "")}
_WORDS |= {"thirtieth": "30th", **{word: str(n) for word, n in _TENS.items()}}
for _ten, _tens in _TENS.items():
    for _n in range(1, 10):
        for _by in (" ", "-"):
            _WORDS[f"{_ten}{_by}{_ENGLISH[_n]}"] = str(_tens + _n)
            _WORDS[f"{_ten}{_by}{_ENGLISH_NTH[_n]}"] = f"{_tens + _n}th"

_ANY = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")
_AFTER_LA = re.compile(
    r"\b(las?|el|dia)\s+(una|once)\b|\b(de|tiene|cumplio|en)\s+(once)\b(?=\s+(?:an|dia))"
)


def in_figures(text: str) -> str:
    """The text, which is in lower case and without accents, its numbers in figures."""
    text = _AFTER_LA.sub(
        lambda found: f"{found[1] or found[3]} {'1' if found[2] == 'una' else '11'}", text
    )
    return _ANY.sub(lambda found: _WORDS[found[0]], text)
