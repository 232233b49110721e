"""What is about alcohol or drugs is found, in both languages and however it is spelled."""

import pytest

from guardrails.substances import load_substances

SUBSTANCES = load_substances()
CATCHES = [text for book in SUBSTANCES.books for text in book.catches]
PASSES = [text for book in SUBSTANCES.books for text in book.passes]


@pytest.mark.parametrize("text", CATCHES)
def test_what_is_about_alcohol_or_drugs_is_found(text):
    assert SUBSTANCES.mentioned(text)


@pytest.mark.parametrize("text", PASSES)
def test_other_things_are_not(text):
    assert not SUBSTANCES.mentioned(text)


@pytest.mark.parametrize(
    "text",
    ["I RELAPSED!!", "my dad's an alcoholik", "estoy en rehabilitación", "c0caine", "Methadone?"],
)
def test_shouting_accents_and_slips_do_not_hide_it(text):
    assert SUBSTANCES.mentioned(text)


def test_nothing_is_in_an_empty_text():
    assert not SUBSTANCES.mentioned("")
