"""What only a text says: what carriers ask for is there, the lines too, and it fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.clinics import load_clinics
from bot.settings import PROJECT
from bot.sms.keywords import Keyword, load_keywords
from bot.sms.segments import is_gsm, plain, segments
from bot.sms.twilio_texts import KINDS, print_twilio_texts, twilio_texts
from guardrails.catalogue import LANGUAGES, load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser

CONTENT = PROJECT / "data" / "content"
RELEASER = Releaser(
    load_catalogue(CONTENT), load_helplines(CONTENT / "helplines.yml", date(2026, 11, 21))
)
CLINIC = load_clinics(PROJECT / "data" / "clinics")["demo"]
LONG = "Saint Bartholomew Community Behavioral Health Center of Ohio"
OURS = [
    *("sms.first", "sms.help", "sms.opted_out", "sms.opted_in", "sms.no_words"),
    *("sms.nothing_more", "sms.unknown_number"),
]
DOCS = (PROJECT / "docs" / "sms.md").read_text("utf-8")


def words(message: str, language: str, country: str = "US") -> str:
    draft = {"message": message, "slots": {"clinic": LONG}}
    return plain(RELEASER.release(draft, language, country, short=True).text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", OURS)
def test_each_fits_two_segments_with_a_clinics_name_of_sixty_letters(message, language):
    assert len(LONG) == 60
    for country in ("US", "CA", "GB", "MX"):
        text = words(message, language, country)
        assert is_gsm(text)
        assert segments(text) <= 2, len(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", [one for one in OURS if one != "sms.nothing_more"])
def test_each_has_the_emergency_number_and_the_crisis_line(message, language):
    text = words(message, language)
    assert "911" in text
    assert "988" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", ["sms.first", "sms.help", "sms.opted_in"])
def test_r22_programme_name_rates_frequency_and_the_way_out(message, language):
    text = words(message, language)
    for asked in ("Care Navigator", LONG, "STOP", "msj" if language == "es" else "rates"):
        assert asked in text
    assert ("varia" if language == "es" else "varies") in text


@pytest.mark.parametrize(("language", "said"), [("en", "not a person"), ("es", "no una persona")])
def test_r1_the_first_says_that_no_person_writes(language, said):
    assert said in words("sms.first", language)
    assert "HELP" in words("sms.first", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_r12_the_confirmation_names_only_the_way_back(language):
    text = words("sms.opted_out", language)
    assert "START" in text
    assert "STOP" not in text
    assert "HELP" not in text


# --- what Twilio says for us -----------------------------------------------------------------


@pytest.mark.parametrize("name", [CLINIC.name, LONG, "Ñandú & Días {Clínica}", "A"])
def test_twilios_texts_fit_one_segment_and_have_the_name_the_numbers_and_the_lines(name):
    made = twilio_texts(replace(CLINIC, name=name))
    assert [(one.kind, one.language) for one in made] == [
        (kind, language) for language in CLINIC.languages for kind in KINDS
    ]
    for one in made:
        assert is_gsm(one.text)
        assert len(one.text) <= 160
        assert segments(one.text) == 1
        assert "Care Navigator" in one.text
        assert "911" in one.text
        assert "988" in one.text
        assert "{clinic" not in one.text
    assert any(plain(name) in one.text for one in made)


def test_they_have_the_lines_of_the_clinics_country():
    canada = twilio_texts(replace(CLINIC, country="GB", languages=("en",)))
    assert all("999" in one.text and "116 123" in one.text for one in canada)


def test_they_can_be_printed_to_be_copied():
    lines: list[str] = []
    print_twilio_texts(CLINIC, lines.append)
    assert len(lines) == 6
    assert all("  Care Navigator" in line for line in lines)


# --- the page --------------------------------------------------------------------------------


def test_the_page_names_every_word_that_twilio_acts_on_and_ours_in_spanish():
    lists = load_keywords(CONTENT).lists
    twilios = list(lists[Keyword.STOP][:8])
    ours = [word for word in lists[Keyword.STOP] if word in ("ALTO", "BAJA", "PARAR", "CANCELAR")]
    others = [*lists[Keyword.START], *lists[Keyword.HELP]]
    assert len(twilios) + len(ours) == 12
    assert [word for word in (*twilios, *ours, *others) if word not in DOCS] == []


def test_words_that_the_page_calls_no_opt_out_are_none():
    keywords = load_keywords(CONTENT)
    for text in ("make it stop", "end it all", "FIN", "BASTA", "TERMINAR"):
        assert text in DOCS
        assert keywords.of(text) is None
    assert keywords.of("please stop") is Keyword.STOP
