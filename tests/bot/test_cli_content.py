"""`carenav content`: what is due, the document of all words, and how plain they are."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from guardrails.catalogue import load_catalogue
from guardrails.wording import reviews_due

CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"


def content(*words: str) -> Result:
    return CliRunner().invoke(app, ("content", *words), env={"COLUMNS": "200"})


def test_the_document_holds_every_message_in_each_language_with_its_sources(tmp_path):
    result = content("export", "--to", str(tmp_path / "all.html"))
    assert result.exit_code == 0
    page = html.unescape((tmp_path / "all.html").read_text(encoding="utf-8"))
    for message in load_catalogue(CONTENT).messages.values():
        for language, words in message.words.items():
            assert f">{message.id} · {language} ·" in page
            if not message.slots:
                assert words in page
        assert all(source.url in page for source in message.sources)


def test_a_document_of_one_language_holds_no_other(tmp_path):
    assert content("export", "--language", "es", "--to", str(tmp_path / "x.html")).exit_code == 0
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert '<html lang="es">' in page
    assert " · en · " not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--language", "xx"), "--language xx: one of en, es"),
        (("--to", "/no/such/folder/x.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_told_in_a_line(words, said):
    result = content("export", *words)
    assert result.exit_code == 1
    assert said in result.output


def test_what_is_due_is_listed_with_its_owner_the_longest_due_first(tmp_path):
    (tmp_path / "messages").mkdir()
    for name, day in (("a", "2027-02-01"), ("b", "2027-01-01"), ("c", "2027-03-01")):
        words = f"reviewed_on: 2026-11-20\nreview_by: {day}\nowner: content\nmessages: {{}}\n"
        (tmp_path / "messages" / f"{name}.yml").write_text(words, encoding="utf-8")
    found = [(one.file, one.owner) for one in reviews_due(tmp_path, date(2027, 2, 1))]
    assert found == [("b.yml", "content"), ("a.yml", "content")]


def test_what_is_due_in_a_year_and_more_is_everything_and_fails():
    result = content("due", "--within", "800")
    count = len(list(reviews_due(CONTENT, date(2090, 1, 1))))
    assert f"{count} files are due by" in result.output
    assert result.exit_code == (1 if count else 0)


def test_how_plain_the_words_are_is_told_by_file_and_language():
    result = content("reading")
    assert result.exit_code == 0
    rows = {" ".join(line.split("│")[0].split()) for line in result.output.splitlines()}
    assert {"en roles.yml", "es find.yml", "en", "es"} <= rows
