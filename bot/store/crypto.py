"""Sealing what people write, at rest."""

from __future__ import annotations

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
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, data: bytes) -> bytes:
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Unsealable("sealed with another key, or damaged") from None
