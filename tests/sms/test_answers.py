"""Which choice a text means, and which texts are no answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import DATA
from bot.sms.answers import MOST_CHOICES, load_answer_words, read_answer
from guardrails.catalogue import LANGUAGES, CatalogueError, load_catalogue
from guardrails.examples import load_examples
from guardrails.release import Offer

FILE = DATA / "content" / "sms" / "answers.yml"
WORDS = load_answer_words(FILE)
CHOICES = load_catalogue(DATA / "content").choices
PAYMENT = tuple(
    Offer(label, intent="inform")
    for label in (
        "Medicaid",
        "Medicare",
        "I will pay myself",
        "Low cost (sliding scale)",
        "I am not sure",
    )
)
PAGO = tuple(
    Offer(label, intent="inform")
    for label in ("Buscar atención", "Medicare", "Pago yo", "Sí, en español", "No lo sé")
)
RESULTS = (
    Offer("Show more", intent="more_results"),
    Offer("One of these is wrong", intent="report_listing"),
    Offer("Change the place", intent="change_answer"),
    Offer("Change how I pay", intent="change_answer"),
    Offer("Look within 50 miles", intent="change_answer"),
    Offer("Get ready for a visit", intent="prepare_visit"),
)
DANGER_LABELS = {
    words for choice in CHOICES.values() if choice.do == "danger" for words in choice.label.values()
}
CHECK_IN = (Offer("Yes, or I am not sure", do="danger"), Offer("No, I am safe", do="safe"))


@pytest.mark.parametrize(
    "body",
    [
        "2", " 2 ", "2.", "#2", "(2)", "2)", "2!", "2?", "*2*", "\uff12", "2\ufe0f\u20e3", "\u0662",
        "option 2", "Option two", "number 2", "2 please", "2 por favor", "ok 2", "2, thanks 👍",
        "two", "TWO", "dos", "Dos por favor", "the second", "the second one", "second", "2nd",
        "la segunda", "el segundo", "la segunda opción", "opción dos", "la 2", "el 2", "i pick 2",
        "I'll take the second one please", "quiero la segunda", "2 medicare", "2. Medicare",
        "medicare", "MEDICARE", "Medicare.", "medicre", "Medicrae",
    ],
)  # fmt: skip
def test_a_number_a_place_or_the_label_is_the_choice(body):
    assert read_answer(body, PAYMENT, "en", WORDS) == 1


@pytest.mark.parametrize(
    ("body", "index"),
    [
        ("5", 4), ("the last one", 4), ("last", 4), ("el último", 4), ("la ultima", 4),
        ("uno", 0), ("la primera", 0), ("1ro", 0), ("2º", 1), ("la 3ª", 2), ("la tercera", 2),
        ("buscar atencion", 0), ("BUSCAR ATENCIÓN", 0), ("Buscar", 0), ("buscar atensión", 0),
        ("si en espanol", 3), ("no lo sé", 4), ("no lo se", 4), ("one", 0), ("third", 2),
    ],
)  # fmt: skip
def test_the_same_in_spanish_with_or_without_accents_and_mixed(body, index):
    assert read_answer(body, PAGO, "es", WORDS) == index


@pytest.mark.parametrize(
    "body",
    [
        "2 kids", "I have two", "two kids", "12", "22", "0", "02", "6", "9", "six", "1 2", "1,2",
        "1 or 2", "2.5", "$2", "+2", "2%", "2/3", "512-555-0100", "+15125550100", "78701",
        "2 Medicaid", "second thoughts", "my second visit", "the second one was rude",
        "segunda vez", "", "  ", "??", "please", "ok", "option", "the", "the one", "la",
        "one of them", "I", "i am", "I am", "what", "no", "yes", "not medicare", "👍", "2 two",
        "medicaid or medicare", "I can't pay myself", "I want to pay with Medicare", "last week",
        "the last time", "a second", "sixth",
    ],
)  # fmt: skip
def test_what_only_holds_a_number_or_a_label_is_for_the_dialogue(body):
    assert read_answer(body, PAYMENT, "en", WORDS) is None


@pytest.mark.parametrize(
    ("body", "index"),
    [("show", 0), ("one of these", None), ("one of these is wrong", 1), ("change", None),
     ("change the place", 2), ("Change the plce", 2), ("look within 60 miles", None),
     ("look within 5 miles", None), ("get ready", 5), ("6", None), ("the last", 4), ("get", None)],
)  # fmt: skip
def test_a_beginning_counts_when_only_one_label_has_it_and_numbers_must_be_right(body, index):
    assert read_answer(body, RESULTS, "en", WORDS) == index


@pytest.mark.parametrize("body", ["more", "MORE", "más", "next", "Show me more"])
def test_more_is_the_choice_that_shows_more_where_there_is_one(body):
    assert read_answer(body, RESULTS, "en", WORDS) == 0
    assert read_answer(body, PAYMENT, "en", WORDS) is None


def test_a_question_that_begins_like_a_label_is_no_choice():
    offers = (Offer("What a first visit is like", intent="first_visit"), *PAYMENT)
    for body in ("what", "What?", "what a"):
        assert read_answer(body, offers, "en", WORDS) is None


@pytest.mark.parametrize(
    ("body", "index"),
    [
        ("1", 0), ("2", 1), ("two", 1), ("Yes, or I am not sure", 0), ("yes or i am not sure", 0),
        ("no i am safe", 1), ("No, I am safe.", 1),
        ("no", None), ("yes", None), ("no i am", None), ("no i am saf", None),
        ("no i am unsafe", None), ("I am safe", None), ("not safe", None),
        ("no I am not safe", None),
    ],
)  # fmt: skip
def test_danger_and_safety_are_taken_by_number_or_whole_label_and_never_guessed(body, index):
    assert read_answer(body, CHECK_IN, "en", WORDS) == index


def test_neither_erasing_nor_consent_is_guessed():
    offers = (
        Offer("Delete this chat", do="erase"),
        Offer("Show this chat", do="handoff.share_chat"),
    )
    for body in ("delete", "delete this", "delete this chta", "show", "show this"):
        assert read_answer(body, offers, "en", WORDS) is None
    assert read_answer("delete this chat", offers, "en", WORDS) == 0


def test_by_listings_a_place_in_a_row_is_a_listing_and_only_numbers_are_choices():
    for body in ("the second one", "second", "la segunda", "the last one"):
        assert read_answer(body, RESULTS, "en", WORDS, by_place=False) is None
    assert read_answer("two", RESULTS, "en", WORDS, by_place=False) == 1


def test_two_labels_that_read_the_same_are_told_apart_by_number_only():
    offers = (Offer("Springfield, IL", intent="inform"), Offer("Springfield IL", intent="inform"))
    assert read_answer("springfield il", offers, "en", WORDS) is None
    assert read_answer("2", offers, "en", WORDS) == 1


def test_nothing_asked_means_no_answer():
    assert read_answer("1", (), "en", WORDS) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_ours_is_its_own_answer_beside_any_other(language):
    labels = {choice.label.get(language, choice.label["en"]) for choice in CHOICES.values()}
    offers = [Offer(label, intent="inform") for label in sorted(labels) if "{" not in label]
    for index, offer in enumerate(offers):
        said = read_answer(offer.label, offers, language, WORDS)
        assert said == index, offer.label


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_an_index_is_always_one_of_the_offers(body, language):
    found = read_answer(body, PAYMENT, language, WORDS)
    assert found is None or 0 <= found < len(PAYMENT)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=6))
def test_a_number_is_that_choice_or_none(number, offered):
    offers = RESULTS[:offered]
    shown = min(offered, MOST_CHOICES)
    wanted = number - 1 if 1 <= number <= shown else None
    assert read_answer(str(number), offers, "en", WORDS) == wanted


@given(st.lists(st.sampled_from(["have", "kids", "years", "old", "visits"]), min_size=1))
def test_a_number_among_other_words_is_no_answer(others):
    for place in range(len(others) + 1):
        body = " ".join([*others[:place], "2", *others[place:]])
        assert read_answer(body, PAYMENT, "en", WORDS) is None


def test_a_file_with_a_fault_is_named(tmp_path: Path):
    broken = tmp_path / "answers.yml"
    shutil.copy(FILE, broken)
    broken.write_text(broken.read_text("utf-8").replace("    last: [last]\n", ""), "utf-8")
    with pytest.raises(CatalogueError, match="last"):
        load_answer_words(broken)
    with pytest.raises(CatalogueError, match="cannot be read"):
        load_answer_words(tmp_path / "none.yml")


def test_no_message_about_danger_is_taken_for_another_choice():
    """Texting screens a text before it reads it as an answer; this is the second line."""
    labels = {words for choice in CHOICES.values() for words in choice.label.values()}
    offers = [Offer(words, intent="inform") for words in labels if "{" not in words]
    examples = [one for one in load_examples(DATA / "guardrails") if one.wanted == "danger"]
    examples = examples[::10]  # every tenth: all of them take a minute
    assert len(examples) > 100
    for one in examples:
        said = one.text.casefold()
        near = [
            offer
            for offer in offers
            if abs(len(offer.label) - len(said)) < 5 or offer.label.casefold().startswith(said)
        ]
        for offer in near:
            if read_answer(one.text, [offer], one.language, WORDS) is not None:
                assert offer.label in DANGER_LABELS, one.text
