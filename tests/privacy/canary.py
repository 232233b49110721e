"""Looking for what a person said where it must not be: in every file of a service, in its log and
in its counters, as they wrote it and in the forms that programs turn words into."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import Engine

from bot.store.crypto import Sealer
from tests.privacy.filling import sealed_values

PHRASE = "my marmalade parachute is unrepeatable"
PHONE = "737-555-0186"
E164 = "+17375550186"
"""The same number as Twilio writes it."""
ZIP = "79936"
NUMBERS = {
    *(PHONE, "7375550186", "(737) 555-0186", "737.555.0186", "737 555 0186", "+1 737-555-0186"),
    *("tel:+1-737-555-0186", "555-0186", "5550186"),
}
SHORTEST = 8
"""Letters of base64 or hex that can't stand anywhere by chance."""


def traces(data: bytes) -> list[str]:
    """Which of the three are in it, and in which form."""
    lower = data.lower()
    found = [f"phrase: {name}" for name, form in _forms(PHRASE) if _holds(data, lower, name, form)]
    for number in NUMBERS:
        found += [f"phone: {name}" for name, form in _forms(number) if form in data]
    if re.search(rb"(?<![0-9A-Za-z_+/-])" + ZIP.encode() + rb"(?![0-9A-Za-z_+/-])", data):
        found.append("zip")
    return found


def _holds(data: bytes, lower: bytes, name: str, form: bytes) -> bool:
    return form.lower() in lower if name in ("text", "url", "utf-16") else form in data


def _forms(words: str) -> Iterator[tuple[str, bytes]]:
    plain = words.encode()
    yield "text", plain
    yield "text", json.dumps(words)[1:-1].encode()
    yield "utf-16", words.encode("utf-16-le")
    yield "url", quote(words, safe="").encode()
    yield "url", quote_plus(words).encode()
    yield "hex", plain.hex().encode()
    for before in range(3):  # base64 looks different at each place of three
        head, tail = (0, 2, 3)[before], 1 if (before + len(plain)) % 3 else 0
        code = base64.b64encode(b"\0" * before + plain).rstrip(b"=")
        inner = code[head : len(code) - tail]
        if len(inner) >= SHORTEST:
            yield "base64", inner
            yield "base64", inner.replace(b"+", b"-").replace(b"/", b"_")


def in_files(folders: Iterable[Path], since: float = 0.0) -> list[str]:
    """File and trace, of every file changed since (unix seconds)."""
    found = []
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.is_file() and path.stat().st_mtime >= since:
            found += [f"{path.name}: {trace}" for trace in traces(path.read_bytes())]
    return found


def in_sealed(engine: Engine, sealer: Sealer) -> Mapping[str, set[str]]:
    """What the keys bring to light: by column, the traces found in what is sealed."""
    found: dict[str, set[str]] = {}
    for column, _, sealed in sealed_values(engine):
        opened = sealer.open(sealed)
        if column == "trackers.body":
            opened = zlib.decompress(opened)
        for trace in traces(opened):
            found.setdefault(column, set()).add(trace.partition(":")[0])
    return found
