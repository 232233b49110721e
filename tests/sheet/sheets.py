"""Sheets to release and to print, with reviewed lines of the tests' own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.app import DATA
from bot.widget.assets import load_words
from guardrails.catalogue import Message, load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser

CONTENT = DATA / "content"
WORDS = load_words(CONTENT / "sheet_page.yml").by_language
OWN = 'Will <b>my</b> plan pay?\n  "2 visits" & más… 😴'


def _message(id: str, kind: str, en: str, es: str, slots: dict[str, str] | None = None) -> Message:
    return Message(id, kind, {"en": en, "es": es}, slots or {}, (), (), "2026-11-20")


_OURS = [
    _message("visit.sheet", "notice", "Here is your sheet.", "Aquí está su hoja."),
    _message("sheet.section.matters", "fragment", "What matters", "Lo que importa"),
    _message("sheet.section.questions", "fragment", "To ask", "Para preguntar"),
    _message("sheet.section.bring", "fragment", "To bring", "Para llevar"),
    _message("sheet.section.call_office", "fragment", "To say", "Para decir"),
    _message("sheet.test.how_long", "fragment", "How long is a visit?", "¿Cuánto dura?"),
    _message("sheet.test.card", "fragment", "The plan's card", "La tarjeta del plan"),
    _message(
        *("sheet.test.call", "fragment", "I want to see a {role}.", "Quiero ver a: {role}."),
        {"role": "label"},
    ),
    _message("sheet.why.how_long", "fragment", "So you can plan.", "Para poder planear."),
]
_CATALOGUE = load_catalogue(CONTENT)
CATALOGUE = replace(_CATALOGUE, messages={**_CATALOGUE.messages, **{one.id: one for one in _OURS}})
RELEASER = Releaser(CATALOGUE, load_helplines(CONTENT / "helplines.yml", date.today()))


def a_sheet(*own: str) -> dict[str, Any]:
    """A draft's sheet, with words of the person's."""
    call = {"item": "sheet.test.call", "slots": {"role": "role.psychiatrist"}}
    ask = {"item": "sheet.test.how_long", "why": "sheet.why.how_long"}
    return {
        "role": "psychiatrist",
        "kind": "first",
        "whom": "adult",
        "sections": [
            {"id": "matters", "items": [{"own": text} for text in own or (OWN,)]},
            {"id": "questions", "items": [ask, {"own": "and my job?"}]},
            {"id": "bring", "items": [{"item": "sheet.test.card"}]},
            {"id": "decline", "items": []},
            {"id": "call_office", "items": [call]},
        ],
    }


def draft(sheet: Any = None, **more: Any) -> dict[str, Any]:
    shown = a_sheet() if sheet is None else sheet
    return {"message": "visit.sheet", "slots": {}, "cards": [{"sheet": shown}], **more}


def card(*own: str, language: str = "en") -> Any:
    """As it is released."""
    (made,) = RELEASER.release(draft(a_sheet(*own)), language).cards
    return made
