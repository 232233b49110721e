"""Sheets with a page of their own, put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.clinic import Clinic
from bot.sheet.desk import SheetDesk
from bot.sheet.page import SheetPages
from bot.sheet.store import Sheets
from bot.turn import Turn
from bot.widget.assets import load_words


def open_sheets(
    turn: Turn, clinics: Mapping[str, Clinic], public_url: str, content: Path
) -> SheetPages:
    """The pages; the turn makes and deletes them from now on. Raises `CatalogueError`."""
    record = turn.record
    sheets = Sheets(record.store.engine, record.store.sealer, turn.ids)
    turn.sheets = SheetDesk(sheets, record, clinics, turn.releaser.catalogue, public_url)
    words = load_words(content / "sheet_page.yml").by_language
    return SheetPages(sheets, record, clinics, words, turn.now)
