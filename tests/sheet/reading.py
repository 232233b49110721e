"""Reading a PDF of ours back: the words on each page, through the font's own tables."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_FONT = re.compile(rb"/F(\d+) [\d.]+ Tf")
_TEXT = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", re.S)


def pages(pdf: bytes) -> list[str]:
    """The words of each page, a line for each piece of text as it was set."""
    streams = [_opened(found) for found in _STREAM.findall(pdf)]
    letters = [_letters(one) for one in streams if b"beginbfchar" in one or b"beginbfrange" in one]
    return [_words(one, letters) for one in streams if b" Tj" in one and b"BT" in one]


def _opened(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def _letters(table: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", table)
    known = {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs
    }
    return {code: text for code, text in known.items() if text != "\0"}


def _words(page: bytes, letters: list[dict[int, str]]) -> str:
    said, font = [], 1
    for name, text in _TEXT.findall(page):
        if name:
            font = int(name)
            continue
        raw = re.sub(
            rb"\\(.)", lambda m: {b"r": b"\r", b"n": b"\n"}.get(m[1], m[1]), text, flags=re.S
        )
        codes = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
        said.append("".join(letters[font - 1].get(code, "?") for code in codes))
    return "\n".join(said)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return {b"r": b"\r", b"n": b"\n"}.get(found[1], found[1])
