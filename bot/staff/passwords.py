"""Passwords of staff: kept as argon2id, and refused when they are easy to guess.

At least twelve characters and no rule about which ones (NIST SP 800-63B, 5.1.1.2). One is easy to
guess when too little is left of it without common words, rows of keys, and the member's own name
and address.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

SHORTEST, LONGEST = 12, 200
"""Characters."""
ENOUGH = 5
"""Letters, no two the same, that must be left; a digit or sign counts half."""
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_LOOK_ALIKES = str.maketrans("01345@$!", "oieasasi")
_AT_ONCE = 2
"""Hashes made at the same time: each takes 64 MiB for some 50 ms, by design."""
_WAITING = 20
_HASHER = PasswordHasher()


class Busy(Exception):
    """Too many passwords wait to be checked."""


class Hashing:
    """Threads of their own for hashing, so that many who sign in do not hold up the chat."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="passwords")
        self._waiting = 0

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Raises `Busy` at once when too many wait."""
        if self._waiting >= _WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._waiting -= 1


def hash_password(password: str) -> str:
    return _HASHER.hash(_one_way(password))


def fits(hashed: str | None, password: str) -> bool:
    """Whether this is the password. None takes as long as a wrong one, and never fits."""
    try:
        _HASHER.verify(hashed or _nobodys(), _one_way(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def is_old(hashed: str) -> bool:
    """Whether it was made with weaker parameters than those of now."""
    return _HASHER.check_needs_rehash(hashed)


def weakness(password: str, own: Iterable[str] = ()) -> str | None:
    """Why it cannot be taken: `too_short`, `too_long` or `guessable`; None when it can.

    ``own`` are the member's name and e-mail address.
    """
    if len(_one_way(password)) < SHORTEST:
        return "too_short"
    if len(password) > LONGEST:
        return "too_long"
    text = _plain(password)
    parts = {part for name in own for part in re.split(r"\W+", _plain(name)) if len(part) > 2}
    weak = sorted(_common() | parts, key=len, reverse=True)
    least = min(_worth(spelling, weak) for spelling in (text, text.translate(_LOOK_ALIKES)))
    return "guessable" if least < ENOUGH else None


def _worth(text: str, weak: Sequence[str]) -> float:
    """What is left when the weak words and the rows of keys are taken away."""
    left = _without_rows(text)
    for word in weak:
        left = left.replace(word, " ")
    return sum(1 if sign.isalpha() else 0.5 for sign in set(left) - {" "})


def _without_rows(text: str) -> str:
    """Without three characters or more that run along the alphabet, the keyboard or the digits."""
    rows = [way for row in _ROWS for way in (row * 2, row[::-1] * 2)]
    kept, at = "", 0
    while at < len(text):
        end = at + 3
        while end <= len(text) and any(text[at:end] in row for row in rows):
            end += 1
        if end > at + 3:
            at = end - 1
            kept += " "
        else:
            kept += text[at]
            at += 1
    return kept


def _plain(text: str) -> str:
    """Lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _one_way(password: str) -> str:
    """The same password from every keyboard."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("guessable.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
