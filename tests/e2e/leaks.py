"""The canary check of invariant 6: what the tests sent is in no log, and on disk only sealed."""

from __future__ import annotations

import re

from tests.e2e.person import SENT
from tests.e2e.service import Service

FEWEST = 3
"""Words of a text that can't stand anywhere by chance."""
_NUMBER = re.compile(r"\b(?:\d{5}|\d{3}-\d{3}-\d{4}|\d{10})\b")
"""A ZIP that a test sends is above 60999: a lower one may be a port of the log's, by chance."""


def leaks(service: Service) -> list[str]:
    """What was found, and where."""
    log = service.log.read_text(errors="replace").lower()
    texts = {text for text in SENT if len(text.split()) >= FEWEST}
    numbers = {n for text in SENT for n in _NUMBER.findall(text)} - {"00000"}
    found = [f"log: {text[:80]!r}" for text in texts if text.lower() in log]
    found += [f"log: {number}" for number in numbers if re.search(rf"\b{number}\b", log)]
    for path in service.state.rglob("*"):
        if path.is_file() and "models" not in path.parts:
            kept = path.read_bytes().lower()
            found += [f"{path.name}: {t[:80]!r}" for t in texts if _stored(t) in kept]
    return found


def _stored(text: str) -> bytes:
    return text.lower().encode("utf-8", "replace")
