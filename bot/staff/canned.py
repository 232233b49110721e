"""Ready replies for staff: those of ``data/content/staff/canned_replies.yml``, then an admin's own.

They go into the box of who answers, to be read over and changed; none is sent by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.settings import PROJECT
from bot.staff.canned_store import own_replies
from bot.widget.assets import load_words
from guardrails.catalogue import CatalogueError

FILE = PROJECT / "data" / "content" / "staff" / "canned_replies.yml"
SLOTS = ("clinic", "phone", "me", "title", "hours", "lines")
"""What a reply may leave open, as ``{clinic}``."""
_LABEL = "_label"
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Canned:
    """``words`` may hold `SLOTS` still open."""

    id: str
    label: str
    words: str


def replies(engine: Engine, clinic: str, language: str) -> list[Canned]:
    """Ours, then the clinic's own in its order. Blocking; raises ``SQLAlchemyError``."""
    own = own_replies(engine, clinic, language)
    return [*ours()[language], *(Canned(one.id, one.label, one.words) for one in own)]


@cache
def ours() -> Mapping[str, tuple[Canned, ...]]:
    return load_canned(FILE)


def load_canned(path: Path) -> Mapping[str, tuple[Canned, ...]]:
    """The file's replies by language. Raises `CatalogueError`, also for a reply without a label
    and for a slot that nothing fills."""
    by_language = load_words(path).by_language
    faults = [
        fault for language in by_language for fault in _faults(path.name, by_language[language])
    ]
    if faults:
        raise CatalogueError(sorted(set(faults)))
    return {
        language: tuple(
            Canned(name, words[name + _LABEL], text)
            for name, text in words.items()
            if not name.endswith(_LABEL)
        )
        for language, words in by_language.items()
    }


def _faults(file: str, words: Mapping[str, str]) -> list[str]:
    names = {name.removesuffix(_LABEL) for name in words}
    lost = [name for name in names if name not in words or name + _LABEL not in words]
    strange = [slot for text in words.values() for slot in _SLOT.findall(text) if slot not in SLOTS]
    return [f"{file}: {name}: needs both {name} and {name}{_LABEL}" for name in lost] + [
        f"{file}: nothing fills {{{slot}}}; there are {', '.join(SLOTS)}" for slot in strange
    ]


def filled(found: Sequence[Canned], slots: Mapping[str, str | None]) -> list[Canned]:
    """The replies with their slots filled, less those that need one we do not have."""
    have = {name: value for name, value in slots.items() if name in SLOTS and value}
    return [
        replace(canned, words=_SLOT.sub(lambda slot: have.get(slot[1], slot[0]), canned.words))
        for canned in found
        if all(slot in have for slot in _SLOT.findall(canned.words) if slot in SLOTS)
    ]
