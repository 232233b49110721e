"""A table in words: things side by side, each told in reviewed fragments.

A draft of one holds ids only: ``{"table": caption, "columns": [term, …], "rows": [{"head": …,
"cells": [fragment, …]}, …]}``. It has no slots, so that nothing else can get into it. The caption
names the columns by its slot ``columns``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from guardrails.catalogue import Message
from guardrails.slots import Withheld, as_list, as_mapping

COLUMNS = range(2, 4)
"""Three columns of words are what a phone of 360 pixels has room for."""
MOST_ROWS = 12


class Words(Protocol):
    """Where a table's words come from."""

    def message(self, draft: Mapping[str, Any]) -> Message: ...

    def label(self, term: Any) -> str: ...

    def say(self, message: str, **slots: Any) -> str: ...


def table_card(words: Words, card: Mapping[str, Any]) -> dict[str, Any]:
    """The released card: ``type title columns rows``. Raises `Withheld` on a faulty one."""
    columns = as_list(card.get("columns"), "a table's columns")
    rows = as_list(card.get("rows"), "a table's rows")
    if len(columns) not in COLUMNS or not 1 <= len(rows) <= MOST_ROWS:
        raise Withheld("a table: too few or too many columns or rows")
    return {
        "type": "table",
        "title": words.say(_fragment(words, card.get("table")), columns=columns),
        "columns": [_column(words, term) for term in columns],
        "rows": [_row(words, as_mapping(row, "a table's row"), len(columns)) for row in rows],
    }


def _column(words: Words, term: Any) -> str:
    try:
        return _capital(words.label(term))
    except KeyError:
        raise Withheld("a table: a column that is no term") from None


def _row(words: Words, row: Mapping[str, Any], columns: int) -> dict[str, Any]:
    cells: Sequence[Any] = as_list(row.get("cells"), "a table's cells")
    if len(cells) != columns:
        raise Withheld("a table: a row that has not a cell for each column")
    return {
        "head": words.say(_fragment(words, row.get("head"))),
        "cells": [_capital(words.say(_fragment(words, cell))) for cell in cells],
    }


def _fragment(words: Words, message: Any) -> str:
    """The id, if it is that of a fragment: an answer in a cell would go out without its source."""
    known = words.message({"message": message})
    if known.kind != "fragment":
        raise Withheld("a table: a cell that is not a fragment")
    return known.id


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
