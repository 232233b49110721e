"""What a message hides from a reader of words: encoded pieces, reversed text, chat markup.

Rules see words. Someone who wants a rule not to see them writes them in base64, hex, percent
signs, HTML entities, bits, rot13 or backwards, in invisible characters, in another script
or as the tags with which language models mark who speaks. `unwrapped` adds, as more sentences,
the words that were meant, and a word of ours for the way they were hidden, which rules can name:

    hiddenwords     some words were encoded         hiddenmarkup    chat tags, code, commands
    hiddenorders    "ignore the instructions", in a script that no rule is written in

One level only, bounded, and never an error: what does not decode to words is left as it is.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import yaml

from guardrails.plain_yaml import PlainLoader

WORDS = Path(__file__).resolve().parent.parent / "data" / "guardrails" / "hidden.yml"

_MOST = 4_000
"""Characters of a message that are looked at."""
_NEAR = 1_000
"""Of those, the ones searched for orders in other scripts."""
_WORDY = 0.8
"""The share of letters and spaces in what is words and not chance."""

# Plain words must leave early: each search below stands behind one of these.
_ANY = re.compile(
    r"[A-Za-z0-9+/_-]{12}|(?:[0-9A-Fa-f]{2}[ :,]){5}|[01]{8}|%[0-9A-Fa-f]{2}|&#|&[a-z]{2,6};"
    r"|[.\-·–_]{2}"
    r"|[<>{}\[\]|`;#&=\\]|[^\x00-ɏ\s]|\b(?:system|assistant|developer|admin)\s*:"
    r"|rot ?-?13|c(?:a)?esar|cipher|cifra|backward|reverse|rev[eé]s|decod|shift",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(
    r"(?<![0-9A-Fa-f])(?:0x)?(?:[0-9A-Fa-f]{2}){6,}(?![0-9A-Fa-f])"
    r"|(?<![0-9A-Fa-f])(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[ :,]{0,2}(?=[0-9A-Fa-f\\])){5,}"
    r"[0-9A-Fa-f]{2}(?![0-9A-Fa-f])"
)
_BITS = re.compile(r"(?:[01]{8}[ ,]?){3,}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}[\w+.\-]{0,20}){2,}")
_ENTITIES = re.compile(r"(?:&(?:#x?[0-9A-Fa-f]{2,6}|[a-z]{2,6});\s?){4,}")
_TAGGED = re.compile("[\U000e0020-\U000e007e]{3,}")
_MARKUP = re.compile(
    r"</?\s*(?:system|sistema|assistant|developer|admin|instructions?|prompt|user|name|nombre|inst|rules?)\b[^>]{0,40}>"
    r"|\[/?\s*(?:inst|system|sistema|developer|admin|assistant|prompt|instructions?)\b[^\]]{0,20}\]"
    r"|<\|[a-z_ ]{2,20}\|>|<<\s*/?sys|<!--"
    r"|</?(?:think|tool_call)"
    r"|[\"'](?:role|action|tool|mode|function|system|override|content|scope|instruction)[\"']\s*:"
    r"|(?:^|\n|[.;!?]\s)\W{0,4}(?:system|sistema|assistant|developer|admin|root|sudo)"
    r"(?: (?:prompt|note|message|override))?\s*:"
    r"|#{2,}\s*(?:system|sistema|instruc|new|nuev|end|fin|prompt|override)"
    r"|={3,}\s*(?:system|end|new|begin)|-{3,}\s*(?:system|end|new|begin|fin|nuev)"
    r"|\b(?:drop|alter|truncate)\s+table\b|\bunion\s+select\b|\bor\s+1\s*=\s*1\b|';\s*--"
    r"|\{\{.{1,40}\}\}|\$\{.{1,40}\}"
    r"|(?:&&|\|\||;)\s*(?:cat|rm|curl|wget|ls|sudo|bash|echo|nc)\b|/etc/passwd|\brm -rf\b",
    re.IGNORECASE,
)
_ROT13_HINT = re.compile(
    r"rot ?-?13|c(?:a)?esar|cipher|cifrad|shift ?13|decod|decipher|descifra", re.I
)
_BACKWARDS_HINT = re.compile(r"backward|revers|al rev[eé]s|right to left|derecha a izquierda", re.I)


@dataclass(frozen=True)
class _Signs:
    """The words of ``data/guardrails/hidden.yml``."""

    rot13: frozenset[str]
    backwards: frozenset[str]
    common: frozenset[str]
    orders: tuple[re.Pattern[str], ...]


@cache
def _signs() -> _Signs:
    data = yaml.load(WORDS.read_text("utf-8"), Loader=PlainLoader)  # noqa: S506 (a safe loader)
    orders = []
    for order in data["orders"]:
        verb, thing = ("(?:" + "|".join(map(re.escape, order[k])) + ")" for k in ("verb", "thing"))
        orders.append(re.compile(f"{verb}.{{0,30}}{thing}|{thing}.{{0,30}}{verb}", re.IGNORECASE))
    rot13, backwards, common = (frozenset(data[k]) for k in ("rot13", "backwards", "common"))
    return _Signs(rot13, backwards, common, tuple(orders))


def unwrapped(text: str) -> str:
    """The message, and after it the words it hides, if any. Never raises."""
    seen = text[:_MOST]
    if not _ANY.search(seen) and not _scrambled(seen):
        return text
    found = list(dict.fromkeys(_found(seen)))
    return ". ".join([text, *found])[: len(text) + 2 * _MOST] if found else text


def _found(text: str) -> Iterator[str]:
    words = [said for said in _decoded(text) if said]
    yield from words
    if words:
        yield "hiddenwords"
    if _MARKUP.search(text):
        yield "hiddenmarkup"
    if not text.isascii() and any(order.search(text, 0, _NEAR) for order in _signs().orders):
        yield "hiddenorders"


def _decoded(text: str) -> Iterator[str | None]:
    for match in _BASE64.finditer(text):
        yield _from_base64(match[0])
    for match in _HEX.finditer(text):
        digits = re.sub(r"\\x|0x|[^0-9A-Fa-f]", "", match[0])
        yield _words(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for match in _BITS.finditer(text):
        bits = re.sub("[^01]", "", match[0])
        yield _words(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8)))
    for match in _PERCENT.finditer(text):
        if match[0].count("%") * 5 >= len(match[0]):  # more than the spaces of a pasted link
            yield _words(unquote(match[0].replace("+", " "), errors="ignore").encode())
    for match in _ENTITIES.finditer(text):
        yield _words(html.unescape(match[0]).encode("utf-8", "ignore"))
    for match in _TAGGED.finditer(text):
        yield "".join(chr(ord(c) - 0xE0000) for c in match[0])
    plain = set(re.findall(r"[a-z]+", text.lower()))
    if _ROT13_HINT.search(text) or len(plain & _signs().rot13) > 1:
        turned = codecs.encode(text, "rot13")
        if len(plain & _signs().rot13) > 1 or _rot13_reads(turned):
            yield turned
    if len(plain & _signs().backwards) > 1 or (
        plain & _signs().backwards and _BACKWARDS_HINT.search(text)
    ):
        yield text[::-1]


def _rot13_reads(turned: str) -> bool:
    """Whether text turned by 13 has a few of the words that most sentences have."""
    common = _signs().common
    return len(common & set(re.findall(r"[a-z]+", turned.lower()))) > 1


def _scrambled(text: str) -> bool:
    """Whether words of rot13 or of text written backwards stand in it."""
    words = text.lower().split()
    return (
        len(_signs().rot13.intersection(words)) > 1
        or len(_signs().backwards.intersection(words)) > 1
    )


def _from_base64(piece: str) -> str | None:
    bare = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) % 4 == 1:
        return None
    try:
        return _words(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return None


def _words(raw: bytes) -> str | None:
    """The bytes as words, when they are: text that can be printed and is mostly letters."""
    try:
        said = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(said) < 3 or not said.isprintable():
        return None
    letters = sum(c.isalpha() or c == " " for c in said)
    return said if letters >= _WORDY * len(said) else None
