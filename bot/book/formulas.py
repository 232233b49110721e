"""Readability formulas by language: textstat's, a tool of developers and not of the service."""

from __future__ import annotations

from guardrails.reading import Formulas

_ENGLISH = "en_US"  # what textstat begins with; its "en" counts syllables in another way


class NoFormulas(Exception):
    """textstat is not installed; the message says how to get it."""


def formulas() -> Formulas:
    """School grades: Flesch-Kincaid for English, Crawford's (1989) for Spanish.

    Crawford's gives years of schooling for Spanish; syllables are counted by each language's own
    rules. Raises `NoFormulas`.
    """
    try:
        import textstat
    except ModuleNotFoundError:
        raise NoFormulas("textstat is missing; `make check` brings it") from None

    def english(text: str) -> float:
        textstat.set_lang(_ENGLISH)
        return float(textstat.flesch_kincaid_grade(text))

    def spanish(text: str) -> float:
        textstat.set_lang("es")
        try:
            return float(textstat.crawford(text))
        finally:
            textstat.set_lang(_ENGLISH)

    return {"en": english, "es": spanish}
