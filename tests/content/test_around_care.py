"""What surrounds care: the tool itself, AI, who people are, starting, work, between visits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from guardrails.catalogue import Catalogue, load_catalogue
from guardrails.screen import load_screener

DATA = Path(__file__).resolve().parents[2] / "data"
CATALOGUE: Catalogue = load_catalogue(DATA / "content")
PREFIXES = ("about", "ai", "culture", "starting", "loved_one", "work_school", "between")
OURS = {
    name: message
    for name, message in CATALOGUE.messages.items()
    if name.split(".")[0] in PREFIXES and name in CATALOGUE.messages
}
LEAST = {"en": 8, "es": 6}  # example questions


def asked(language: str) -> dict[str, list[str]]:
    """The example questions of our messages, by id."""
    folder = DATA / "nlu" / "topics" if language == "en" else DATA / "nlu" / "es" / "topics"
    found: dict[str, list[str]] = {}
    for prefix in PREFIXES:
        document = yaml.safe_load((folder / f"{prefix}.yml").read_text("utf-8"))
        for entry in document["nlu"]:
            lines = entry["examples"].splitlines()
            found[entry["intent"].split("/")[1]] = [line.removeprefix("- ") for line in lines]
    return found


ASKED = {language: asked(language) for language in LEAST}


def test_every_prefix_has_its_messages() -> None:
    assert {name.split(".")[0] for name in OURS} == set(PREFIXES)
    assert len(OURS) >= 70


def test_no_question_is_given_to_two_messages() -> None:
    for language, by_message in ASKED.items():
        every = [question.lower() for questions in by_message.values() for question in questions]
        twice = {question for question in every if every.count(question) > 1}
        assert not twice, language


def test_questions_about_care_are_not_taken_for_danger_or_a_refusal() -> None:
    """One in three of them; but for a few that leave room for danger, where asking is right."""
    screener = load_screener()
    stopped = [
        question
        for language, by_message in ASKED.items()
        for name, questions in by_message.items()
        if not name.startswith("about.")  # those are the edge's own, in part
        for question in questions[::3]
        if screener.screen(question, language).outcome != "none"
    ]
    assert len(stopped) <= 3, stopped


def test_every_answer_names_a_source_and_a_next_step() -> None:
    """R22. What the tool says of itself is a notice: it is its own source."""
    for name, message in OURS.items():
        assert message.kind == ("notice" if name.startswith("about.") else "answer"), name
        assert bool(message.sources) == (message.kind == "answer"), name
        assert message.choices, name
        assert f"see.{name}" not in message.choices, name


def test_what_the_tool_says_of_its_review_is_what_the_safety_page_says() -> None:
    page = (DATA.parent / "docs" / "safety.md").read_text("utf-8")
    assert "By a licensed clinician: **not yet**" in page
    assert "No clinician has reviewed them yet" in OURS["about.review"].words["en"]
    assert "todavía" in OURS["about.review"].words["es"]


def test_nothing_is_promised_about_secrecy() -> None:
    for name in ("about.storage", "privacy.who"):
        words = CATALOGUE.messages[name].words
        assert re.search("can(?:no|')t promise secrecy", words["en"])
        assert "No puedo prometer secreto" in words["es"]


@pytest.mark.parametrize(
    "name",
    ["culture.immigration", "work_school.changes", "loved_one.guardianship", "loved_one.arrest"],
)
def test_where_law_is_touched_somebody_who_may_advise_is_named(name: str) -> None:
    words = OURS[name].words
    assert re.search("legal aid|lawyer", words["en"])
    assert re.search("ayuda legal|abogado", words["es"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_nobody_is_told_what_people_like_them_are_like(language: str) -> None:
    stereotype = re.compile(
        r"\bin your (?:culture|community|faith|religion)\b|\bpeople like you\b|\byour people\b"
        r"|\ben su (?:cultura|religión)\b|\bla gente como usted\b|\bsu gente\b",
        re.IGNORECASE,
    )
    for name, message in OURS.items():
        assert not stereotype.search(message.words[language]), name


def test_helping_somebody_else_and_long_waits_name_the_lines() -> None:
    for name in ("loved_one.overview", "loved_one.refuses", "between.long_wait", "between.contact"):
        for words in OURS[name].words.values():
            assert {"{emergency}", "{crisis_line}"} <= set(re.findall(r"\{\w+\}", words)), name
