"""The sections of a visit sheet, by the names that people give them in English and Spanish."""

from __future__ import annotations

import re

CALLS = ("call_office", "call_insurer", "voicemail")
"""What "the calls" are, when no one of them is named."""
MATTERS_WORDS = (
    r"(?:what matters(?: (?:most )?to me)?|my (?:own )?words|lo que (?:más )?me importa|"
    r"mis palabras)"
)
_INSURER = r"(?:insur\w+|plan)"
_WORDS = {
    "matters": rf"{MATTERS_WORDS}|what i wrote|lo que escribí",
    "bring": r"(?:what|things?|papers|stuff) (?:to|i) (?:bring|take|have to bring)|bring list|"
    r"(?:qué|que) (?:llevar|llevo|traer)|lo que (?:llevo|debo llevar)",
    "asked": r"what (?:they|he|she|the office)?\s*(?:'ll|will|may|might|could)?\s*(?:be )?"
    r"ask(?:ed)?(?: me)?|lo que (?:me )?(?:van a preguntar|pueden preguntar|preguntan)",
    "decline": r"(?:what|things?) i (?:can|may) (?:decline|refuse|say no to)|"
    r"say(?:ing)? no(?: to)?|(?:lo|a lo|a)?\s*que puedo (?:decir que no|rechazar|negarme)|"
    r"decir que no",
    "call_insurer": rf"{_INSURER} (?:call|script|part)|call(?:ing)? (?:to )?(?:the |my )?"
    rf"{_INSURER}|(?:script|words) for (?:the |my )?{_INSURER}|llamada (?:al|a mi) seguro",
    "call_office": r"office (?:call|script|part)|call(?:ing)? (?:to )?the office|"
    r"(?:script|words) for the office|llamada al consultorio|llamada a la oficina",
    "voicemail": r"voice ?mail|answering machine|buzón|buzon|mensaje de voz",
    "notes": r"(?:my|the) notes|(?:mis|las) notas",
    "calls": r"(?:call|phone|calling) (?:script|part|words)s?|the calls?|las llamadas|"
    r"la llamada|guion(?:es)?",
}
_PART = {part: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for part, words in _WORDS.items()}


def parts_in(text: str) -> tuple[str, ...]:
    """The ids of the sections that a text names."""
    found = [part for part, words in _PART.items() if words.search(text)]
    if "calls" in found:
        others = [part for part in found if part in CALLS]
        found = [part for part in found if part != "calls"] + ([] if others else list(CALLS))
    return tuple(found)


def is_part(text: str) -> bool:
    """Whether a text is the name of a section and nothing else."""
    bare = re.sub(r"^(?:the|la|el|lo|los|las)\s+", "", text.strip(" .!"), flags=re.IGNORECASE)
    return any(words.fullmatch(bare) for words in _PART.values())
