"""R19: our own words are linted, plain, and reviewed within the last twelve months."""

from datetime import date
from pathlib import Path

import pytest

from guardrails.reading import check_length, check_reading, reading_text
from guardrails.wording import (
    check_languages,
    check_review_dates,
    check_wording,
    load_bans,
    read_words,
)

TODAY = date(2026, 11, 21)


def content(folder: Path, text: str, reviewed_on: str = "2026-11-20", kind: str = "answer") -> Path:
    (folder / "messages.yml").write_text(
        f"reviewed_on: {reviewed_on}\nmessages:\n  a.b:\n    kind: {kind}\n    en: {text!r}\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "Hello!",
        "Ask Dr. Lee.",
        "Ask your therapist about it.",
        "I understand how you feel.",
        "Please don't worry.",
        "You should take it at night.",
        "You have depression.",
        "I recommend this one.",
        "We guarantee the price.",
        "I am always here.",
        "I am a nurse.",
        "She committed suicide.",
    ],
)
def test_banned_wording_is_found_and_the_place_is_named(tmp_path: Path, text: str) -> None:
    (fault,) = check_wording(content(tmp_path, text))
    assert fault.startswith("messages.yml: a.b (en): ")


def test_plain_honest_wording_passes(tmp_path: Path) -> None:
    text = "I am a computer program. I cannot diagnose. Ask the office what it costs."
    assert check_wording(content(tmp_path, text)) == []


def test_a_ban_leaves_alone_the_messages_it_names(tmp_path: Path) -> None:
    text = (
        "reviewed_on: 2026-11-20\nmessages:\n  role.x: {kind: answer, en: The letters are LCSW.}\n"
    )
    (tmp_path / "roles.yml").write_text(text, encoding="utf-8")
    assert check_wording(tmp_path) == []
    assert check_wording(content(tmp_path, "The letters are LCSW."))


def test_a_ban_that_fails_its_own_examples_is_a_fault(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(
        "bans:\n  x: {why: w, pattern: cat, catches: [dog], passes: [cats]}\n", encoding="utf-8"
    )
    (tmp_path / "content").mkdir()
    faults = check_wording(tmp_path / "content", rules)
    assert faults == ["x: lets through 'dog'", "x: stops 'cats'"]


def test_every_ban_says_why_and_has_examples_both_ways() -> None:
    assert all(ban.why and ban.catches and ban.passes for ban in load_bans())


def test_labels_and_page_words_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "choices.yml").write_text(
        "choices:\n  go: {label: {en: Go, es: Ir}, intent: x}\nwords:\n  title: {en: Hi}\n",
        encoding="utf-8",
    )
    read = [(words.id, words.language, words.text) for words in read_words(tmp_path)]
    assert read == [("go", "en", "Go"), ("go", "es", "Ir"), ("title", "en", "Hi")]


@pytest.mark.parametrize(
    ("reviewed_on", "today", "fault"),
    [
        ("2026-11-20", date(2027, 11, 20), None),
        ("2026-11-20", date(2027, 11, 21), "over 12 months"),
        ("2028-02-29", date(2029, 2, 28), None),
        ("2028-02-29", date(2029, 3, 1), "over 12 months"),
        ("2026-11-22", TODAY, "in the future"),
        ("soon", TODAY, "not a date"),
    ],
)
def test_a_review_lasts_twelve_months(
    tmp_path: Path, reviewed_on: str, today: date, fault: str | None
) -> None:
    faults = check_review_dates(content(tmp_path, "Hello.", reviewed_on), today)
    if fault is None:
        assert faults == []
    else:
        assert len(faults) == 1
        assert fault in faults[0]


def test_a_message_may_have_a_review_date_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text(
        "reviewed_on: 2026-11-20\nmessages:\n  a.b: {en: Hi, reviewed_on: 2024-01-01}\n",
        encoding="utf-8",
    )
    (fault,) = check_review_dates(tmp_path, TODAY)
    assert fault.startswith("m.yml: a.b: last reviewed 2024-01-01")


def test_a_list_is_read_as_sentences_without_its_marks() -> None:
    text = "Ask {office}:\n\n- the fee\n- is it near?\n1. the hours.\n"
    assert reading_text(text) == "Ask this. the fee. is it near? the hours."


def test_a_hard_message_is_named_with_its_grade(tmp_path: Path) -> None:
    assert check_reading(content(tmp_path, "Hello."), {"en": lambda _: 9.2}) == [
        "messages.yml: a.b (en): reading grade 9.2, over 8",
        "the median of en is grade 9.2, over 6",
    ]


def test_a_very_long_sentence_is_a_fault_at_any_grade(tmp_path: Path) -> None:
    (fault,) = check_reading(content(tmp_path, "so " * 26 + "on."), {"en": lambda _: 1.0})
    assert "27 words in one sentence" in fault


def test_a_message_in_one_language_is_named(tmp_path: Path) -> None:
    (fault,) = check_languages(content(tmp_path, "Only English."))
    assert "is not in es" in fault


def test_a_message_of_placeholders_only_has_no_language(tmp_path: Path) -> None:
    assert check_languages(content(tmp_path, "{name}, {credential}")) == []


def test_english_of_placeholders_only_may_have_words_in_spanish(tmp_path: Path) -> None:
    words = "reviewed_on: 2026-11-20\nwords:\n  day: {en: '%s', es: '%s'}\n"
    page = tmp_path / "page.yml"
    page.write_text(words % ("{month} {day}", "{day} de {month}"), encoding="utf-8")
    assert check_languages(tmp_path) == []
    page.write_text(words % ("on {day}", "{day}"), encoding="utf-8")
    assert check_languages(tmp_path) == ["page.yml: day: is not in es"]


def test_fragments_are_not_graded(tmp_path: Path) -> None:
    assert check_reading(content(tmp_path, "hard", kind="fragment"), {"en": lambda _: 20.0}) == []


def test_a_message_of_more_than_sixty_words_is_named_with_its_count(tmp_path: Path) -> None:
    long = "one two three four five six. " * 10
    assert check_length(content(tmp_path, long)) == []
    (fault,) = check_length(content(tmp_path, long + "And - one more {slot}."))
    assert fault == "messages.yml: a.b (en): 64 words, over 60"
