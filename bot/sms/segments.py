"""How many segments a text is sent in, and the plain letters that keep it cheap.

A text of the GSM 03.38 alphabet holds 160 characters, or 153 in each of several segments; any other
letter makes the whole of it UCS-2: 70, or 67 UTF-16 units (3GPP TS 23.038).
"""

from __future__ import annotations

import math
import unicodedata

LONGEST = 1_600
"""Characters that Twilio takes (error 21617)."""
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€\f")
"""Letters that take the place of two."""
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛´`ʼ", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("–—‒―−‐‑", "-"),
        **dict.fromkeys("•·▪", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\r", ""),
        "…": "...",
    }
)


def is_gsm(text: str) -> bool:
    """Whether the whole text can go as GSM-7."""
    return all(letter in _BASIC or letter in _TWICE for letter in text)


def length(text: str) -> int:
    """In the units that a segment holds: GSM-7 places, or UTF-16 code units."""
    if is_gsm(text):
        return sum(2 if letter in _TWICE else 1 for letter in text)
    return len(text.encode("utf-16-le")) // 2


def segments(text: str) -> int:
    """0 for no text."""
    one, each = (160, 153) if is_gsm(text) else (70, 67)
    n = length(text)
    return math.ceil(n / each) if n > one else min(n, 1)


def plain(text: str) -> str:
    """The same words in letters a text can carry cheaply: plain quotes and dashes, and letters
    without the accents that GSM-7 lacks (it has é, à, ñ and ü, but not í, á, ó and ú). Letters of
    other scripts stay as they are."""
    kept = (_plain_letter(letter) for letter in text.translate(_PLAIN))
    return "".join(kept)


def _plain_letter(letter: str) -> str:
    if letter in _BASIC or letter in _TWICE:
        return letter
    first = unicodedata.normalize("NFKD", letter)[:1]
    return first if first in _BASIC else letter
