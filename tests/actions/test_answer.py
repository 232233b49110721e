import pytest

from actions.answer import answer
from actions.content import message_ids
from actions.fallback import GUESSES, not_understood
from actions.heard import Entity, Heard
from tests.actions.conversation import CATALOGUE

WRITTEN = message_ids()
TERMS = [term.split(".") for term in CATALOGUE.terms]


def heard(intent, *entities):
    return Heard(intent, entities=tuple(Entity(name, value) for name, value in entities))


@pytest.mark.parametrize(
    "intent",
    [
        "ask_role",
        "who_for",
        "first_visit",
        "ask_cost",
        "ask_approach",
        "ask_rights",
        "ask_format",
        "ask_sources",
        "ask_bot",
        "ask_storage",
        "ask_capabilities",
        "ask_human",
        "greet",
        "thank",
        "goodbye",
        "out_of_scope",
        "compare_roles",
    ],
)
def test_every_question_has_a_written_answer(intent):
    assert answer(heard(intent), WRITTEN)["message"] in WRITTEN


@pytest.mark.parametrize(
    ("intent", "entity", "topic"),
    [
        ("ask_role", "role", "role"),
        ("who_for", "need", "who_for"),
        ("ask_cost", "cost_term", "cost"),
        ("ask_approach", "approach", "approach"),
        ("ask_rights", "right", "rights"),
    ],
)
def test_every_name_has_an_answer_of_its_own(intent, entity, topic):
    for name, value in TERMS:
        if name == entity:
            assert answer(heard(intent, (entity, value)), WRITTEN)["message"] == f"{topic}.{value}"


def test_a_first_visit_that_is_not_written_of_gets_the_overview():
    said = answer(heard("first_visit", ("role", "nobody")), WRITTEN)
    assert said == {"message": "first_visit.overview"}


def test_every_guess_is_a_choice():
    assert {f"guess.{intent}" for intent in GUESSES} <= set(CATALOGUE.choices)


def test_the_likeliest_meanings_are_offered_first():
    ranking = (
        ("nlu_fallback", 0.7),
        ("ask_cost", 0.3),
        ("inform", 0.2),
        ("ask_role", 0.1),
        ("greet", 0.01),
    )
    said = not_understood(Heard("nlu_fallback", "?", ranking=ranking), 1, in_task=False)
    assert said["choices"] == ["guess.ask_cost", "guess.ask_role", "guess.something_else"]


@pytest.mark.parametrize(
    ("intent", "named", "message"),
    [
        ("ask_role", ("need", "medication"), "who_for.medication"),
        ("compare_roles", ("need", "couples"), "who_for.couples"),
        ("who_for", ("role", "psychiatrist"), "role.psychiatrist"),
    ],
)
def test_what_is_named_decides_between_who_does_what_and_who_is_it_for(intent, named, message):
    assert answer(heard(intent, named), WRITTEN)["message"] == message


def test_two_roles_and_no_need_are_compared():
    said = answer(heard("who_for", ("role", "therapist"), ("role", "psychiatrist")), WRITTEN)
    assert said["message"] == "compare.roles"
