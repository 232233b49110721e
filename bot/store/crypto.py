"""Sealing what people write, at rest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unsealable(Exception):
    """The bytes were not sealed with any of our keys, or were changed."""


class Sealer:
    """Authenticated encryption with rotation: the first key seals, every key opens.

    ``keys`` are Fernet keys (32 bytes, url-safe base64). ``ValueError`` on none or a bad one.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("no encryption key")
        self._each = [Fernet(key) for key in keys]
        self._fernet = MultiFernet(self._each)

    def seal(self, data: bytes) -> bytes:
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Unsealable("sealed with another key, or damaged") from None

    def opened_by(self, sealed: bytes) -> int | None:
        """Which key opens it, counted from 0; None when none does. What is sealed names no key."""
        for position, fernet in enumerate(self._each):
            try:
                fernet.decrypt(sealed)
            except InvalidToken:
                continue
            return position
        return None

    def reseal(self, sealed: bytes) -> bytes:
        """The same, sealed with the first key. Raises `Unsealable`."""
        return self.seal(self.open(sealed))


def fingerprint(key: str) -> str:
    """Eight letters to tell keys apart by. They say nothing of the key itself."""
    return hashlib.sha256(b"carenav key " + key.encode()).hexdigest()[:8]
