"""Which language a text is in: switched on evidence, never on a name or a number."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.sms.language import language_of, load_vocabularies, vocabularies
from guardrails.catalogue import CatalogueError
from guardrails.examples import load_examples
from tests.bot.edge import DATA

BOTH = ("en", "es")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("busco una terapeuta que hable español", "es"),
        ("nesesito ayuda xq no kiero seguir asi", "es"),
        ("¿cuánto cuesta?", "es"),
        ("no hablo ingles", "es"),
        ("no se que hacer", "es"),
        ("i need a therapist for my son", "en"),
        ("can u help me pls", "en"),
        ("how much does it cost", "en"),
        ("I don't speak Spanish", "en"),
    ],
)
def test_a_clear_text_is_heard_whatever_was_spoken(text, heard):
    for spoken in BOTH:
        for first in (False, True):
            assert language_of(text, spoken, BOTH, first=first) == heard


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2",
            "78701",
            "",
            "🙏",
            "ok",
            "no",
            "Medicaid",
            "El Paso",
            "Las Vegas",
            "Los Angeles, CA",
        ),
        *(
            "Rosa Peña",
            "Maria del Carmen de los Santos",
            "Muñoz",
            "San Antonio, Texas",
            "La Quinta",
        ),
        *("Sunshine Health", "Dr. Will de la Cruz", "123 Camino Real", "Blue Cross"),
        *("tengo un appointment for my hijo", "quiero talk with somebody pero no se who"),
    ],
)
def test_names_numbers_and_spanglish_change_nothing(text):
    for spoken in BOTH:
        for first in (False, True):
            assert language_of(text, spoken, BOTH, first=first) == spoken


@pytest.mark.parametrize(("text", "spoken", "heard"), [("hola", "en", "es"), ("Hi", "es", "en")])
def test_a_greeting_is_enough_of_a_first_text_and_too_little_later(text, spoken, heard):
    """What a number was set to is only a guess; what was spoken all along is not."""
    assert language_of(text, spoken, BOTH, first=True) == heard
    assert language_of(text, spoken, BOTH) == spoken


def test_a_language_that_the_clinic_does_not_offer_is_never_answered_in():
    assert language_of("busco una terapeuta que hable español", "en", ["en"]) == "en"


def test_no_word_is_clear_in_one_language_and_known_in_the_other():
    english, spanish = vocabularies()["en"], vocabularies()["es"]
    assert not english.clear & (spanish.clear | spanish.faint)
    assert not spanish.clear & (english.clear | english.faint)


@given(st.text(), st.sampled_from(BOTH), st.booleans())
def test_whatever_the_text_it_is_one_of_the_languages_offered(text, spoken, first):
    assert language_of(text, spoken, BOTH, first=first) in BOTH
    assert language_of(text, spoken, [spoken], first=first) == spoken


def test_of_our_own_examples_most_are_heard_and_next_to_none_taken_for_the_other_language():
    """Voices that mix the two are left out. Measured 2026-11-21: see docs/sms.md."""
    short = [
        example
        for example in load_examples(DATA / "guardrails")
        if example.voice not in ("mixed", "us_spanish") and 4 <= len(example.text.split()) <= 30
    ]
    assert len(short) > 10_000
    heard = {False: 0, True: 0}
    for example in short:
        other = "es" if example.language == "en" else "en"
        heard[True] += language_of(example.text, other, BOTH) == example.language
        heard[False] += language_of(example.text, example.language, BOTH) == other
    assert heard[True] / len(short) > 0.93
    assert heard[False] / len(short) < 0.0005


def test_a_file_that_lacks_a_language_is_refused(tmp_path):
    document = yaml.safe_load((DATA / "content" / "sms" / "languages.yml").read_text("utf-8"))
    document["reviewed_on"] = str(document["reviewed_on"])
    del document["languages"]["es"]
    path = tmp_path / "languages.yml"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(CatalogueError):
        load_vocabularies(path)
