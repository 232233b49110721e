"""docs/privacy.md names every table, and says of each that is sealed that it is."""

from __future__ import annotations

from bot.settings import PROJECT
from bot.store import retention, retention_texts
from bot.store.sealed import SEALED
from bot.store.tables import metadata
from tests.privacy.filling import of_conversations

PAGE = (PROJECT / "docs" / "privacy.md").read_text("utf-8")


def test_every_table_is_on_the_page() -> None:
    assert [table for table in metadata.tables if f"`{table}`" not in PAGE] == []


def test_what_belongs_to_conversations_is_in_the_first_table_with_what_is_sealed() -> None:
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[3].strip()
        for line in PAGE.splitlines()
        if line.startswith("| `") and line.count("|") == 4
    }
    assert rows.keys() == {*of_conversations(), "erased", "texts_in", "consents"}
    sealed = {column.table.name for column in SEALED} - {"staff"}
    assert {table for table, what in rows.items() if what} == sealed


def test_the_times_on_the_page_are_those_of_the_code() -> None:
    assert f"{retention.DEFAULT_DAYS} unless it says otherwise" in PAGE
    assert f"{retention.SILENCE / 60:.0f} minutes without a word" in PAGE
    assert f"for {retention.LONGEST_HELD / retention.DAY:.0f} days after the last word" in PAGE
    assert f"for {retention.ERASED_KEPT / retention.DAY:.0f} days" in PAGE
    assert f"for {retention_texts.SID_KEPT / retention.DAY:.0f} days after it came" in PAGE
    assert f"{retention_texts.CONSENT_KEPT / retention.DAY / 365:.0f} years" in PAGE
