"""On paper: every word is there, whatever was written, and nothing is cut or breaks it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sheet.pdf import FONTS, MISSING, pdf_of
from tests.sheet.reading import pages
from tests.sheet.sheets import WORDS, card

MOST_BYTES = 1_000_000  # of a file that is kept in the project


def words_of(pdf: bytes) -> str:
    """All of it as one line, without the breaks of lines."""
    return " ".join(" ".join(pages(pdf)).split())


def test_the_whole_sheet_is_there_with_accents_marks_and_page_numbers():
    made = card("No duermo; ¿está mal? Señor Ñandú, pingüino", language="es")
    said = words_of(pdf_of(made, WORDS["es"], "US"))
    assert "Mi hoja para la cita: psiquiatra" in said
    assert "No duermo; ¿está mal? Señor Ñandú, pingüino" in said
    assert "(mis propias palabras)" in said
    assert "Por qué preguntarlo: Para poder planear." in said
    assert WORDS["es"]["made_with"] in said
    assert re.search(r"Página 1 de\s+1", said)
    assert "1. ¿Cuánto dura?" in said
    assert "2. and my job?" in said
    assert "3. " not in said


def test_a_picture_that_no_letter_stands_for_is_a_box_and_the_paper_says_so():
    said = words_of(pdf_of(card("ugh 🫠🧷 ok 中文"), WORDS["en"], "US"))
    assert f"ugh {MISSING}{MISSING} ok {MISSING}{MISSING}" in said
    assert "stands for a letter or picture" in said
    assert "stands for" not in words_of(pdf_of(card("ok"), WORDS["en"], "US"))


def test_a_word_of_five_hundred_letters_goes_on_in_the_next_line():
    (page,) = pages(pdf_of(card("x" * 500), WORDS["en"], "US"))
    rows = [row for row in page.splitlines() if row and set(row) == {"x"}]
    assert sum(map(len, rows)) == 500
    assert len(rows) > 3


def test_what_is_long_goes_on_over_the_pages_and_each_says_which_it_is():
    lines = [f"line {n}: " + "a thing that matters to me. " * 20 for n in range(14)]
    made = pages(pdf_of(card(*lines), WORDS["en"], "US"))
    assert len(made) > 1
    said = " ".join(" ".join(made).split())
    for n in range(14):
        assert f"line {n}:" in said
    for n, page in enumerate(made, 1):
        assert f"Page {n} of" in " ".join(page.split())
        assert WORDS["en"]["made_with"] in page


def test_an_empty_sheet_is_a_page_that_says_so():
    empty = {"type": "sheet", "title": "My sheet", "language": "en", "sections": []}
    (page,) = pages(pdf_of(empty, WORDS["en"], "US"))
    assert WORDS["en"]["empty"] in page
    assert WORDS["en"]["notes"] in page


@pytest.mark.parametrize(("country", "box"), [("US", "612.00 792.00"), ("ES", "595.28 841.89")])
def test_the_paper_is_that_of_the_clinics_country(country, box):
    assert f"/MediaBox [0 0 {box}]".encode() in pdf_of(card(), WORDS["en"], country)


def test_nothing_in_the_file_says_who_made_it():
    assert b"/Author" not in pdf_of(card(), WORDS["en"], "US")


@given(st.lists(st.text(min_size=1, max_size=80).filter(str.strip), min_size=1, max_size=3))
@settings(max_examples=4, deadline=None)
def test_nothing_that_somebody_writes_breaks_it(own):
    own = [text for text in own if text.encode("utf-8", "ignore").decode() == text] or ["x"]
    assert pdf_of(card(*own), WORDS["en"], "US").startswith(b"%PDF-")


def test_marks_that_steer_a_screen_or_a_program_do_nothing_on_paper():
    own = ["\u202ereverse", "a\0b\x07", "\t\tc", "e\u0301e", "{nb} **b** __u__", "\u00ad" * 9 + "d"]
    said = words_of(pdf_of(card(*own), WORDS["en"], "US"))
    for text in ("reverse (", "• ab (", "• c (", "• ée (", "• {nb} **b** __u__ (", "• d ("):
        assert text in said


def test_the_fonts_come_with_their_licence_and_are_small_enough_to_be_kept():
    fonts = sorted(FONTS.glob("*.ttf"))
    assert len(fonts) == 2
    assert all(font.stat().st_size < MOST_BYTES for font in fonts)
    assert "Bitstream Vera" in (FONTS / "LICENSE").read_text("utf-8")
