"""What a clinic's page is about is offered first; nothing else of the page is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.app import DATA
from bot.clinic_file import read_clinic
from bot.topics import _ANSWERS, is_topic, opening
from guardrails.release import Releaser
from tests.bot.edge import CATALOGUE, HELPLINES

DEMO = read_clinic(DATA / "clinics" / "demo.yml")
PAGES = replace(DEMO, pages={"/teens": "child_psychiatrist", "/fees": "cost", "/": "therapist"})
USUAL = list(CATALOGUE.messages["disclosure.first"].choices)


def asks(kind: str, name: str) -> dict[str, object]:
    return {"choice": f"page.{kind}", "entities": {kind: name}}


@pytest.mark.parametrize(
    ("topic", "first"),
    [
        ("psychiatrist", asks("role", "psychiatrist")),
        ("role.psychiatrist", asks("role", "psychiatrist")),
        ("emdr", asks("approach", "emdr")),
        ("cost_term.copay", asks("cost_term", "copay")),
        ("first_visit", "menu.first_visit"),
        ("cost", "menu.cost"),
    ],
)
def test_a_topic_that_we_can_answer_comes_first(topic: str, first: object) -> None:
    assert opening(CATALOGUE, DEMO, topic) == [first, *(one for one in USUAL if one != first)]


@pytest.mark.parametrize(
    "topic",
    ["", "nothing", "role.nothing", "language.spanish", "payer.medicaid", "/restart", "a" * 99, 7,
     {"choice": "erase"}, ["psychiatrist"], None, "menu.cost", "role.", ".psychiatrist"],
)  # fmt: skip
def test_anything_else_changes_nothing(topic: object) -> None:
    assert opening(CATALOGUE, DEMO, topic) == USUAL


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("/teens", "child_psychiatrist"),
        ("/teens/", "child_psychiatrist"),
        ("https://elm.example/teens?utm=1#top", "child_psychiatrist"),
        ("https://elm.example", "therapist"),
        ("https://elm.example/", "therapist"),
    ],
)
def test_the_clinic_says_what_its_pages_are_about(page: str, name: str) -> None:
    assert opening(CATALOGUE, PAGES, None, page)[0] == asks("role", name)


@pytest.mark.parametrize("page", ["/other", "", "https://[", None, 3, {"/teens": 1}])
def test_a_page_that_is_not_listed_changes_nothing(page: object) -> None:
    assert opening(CATALOGUE, PAGES, None, page) == USUAL


def test_a_topic_named_by_the_page_itself_wins_over_the_list() -> None:
    assert opening(CATALOGUE, PAGES, "emdr", "/teens")[0] == asks("approach", "emdr")


def test_every_topic_is_released_and_sends_an_intent_with_its_term() -> None:
    releaser = Releaser(CATALOGUE, HELPLINES, date.today)
    topics = [term for term in CATALOGUE.terms if is_topic(CATALOGUE, term)]
    assert {topic.split(".")[0] for topic in topics} == set(_ANSWERS)
    for topic in topics:
        draft = {
            "message": "disclosure.first",
            "slots": {"clinic": "Elm Clinic"},
            "choices": opening(CATALOGUE, DEMO, topic),
        }
        for language in ("en", "es"):
            offer = releaser.release(draft, language).choices[0]
            kind, _, name = topic.partition(".")
            assert offer.entities == {kind: name}
            assert offer.intent
            assert offer.do is None
