"""What messages answer while a visit is prepared, read without Rasa."""

import pytest

from actions.heard import Entity, Heard
from actions.visit_answers import read_visit


@pytest.mark.parametrize(
    ("entity", "need"),
    [
        (Entity("practical", "access"), "access"),
        (Entity("format", "online"), "telehealth"),
        (Entity("time", "weekend"), "evening"),
        (Entity("age_group", "teen"), "child"),
        (Entity("language", "spanish"), "language"),
        (Entity("payer", "aetna"), "cost"),
        (Entity("right", "interpreter"), "language"),
    ],
)
def test_a_practical_need_has_many_names(entity, need):
    assert read_visit(Heard("inform", entities=(entity,)), "visit_needs", {}) == {
        "visit_needs": [need]
    }


def test_needs_are_taken_from_a_statement_whose_intent_was_a_guess():
    named = (Entity("practical", "cost", 0, 4), Entity("language", "spanish", 9, 16))
    heard = Heard("ask_cost", "cost and spanish, since I cannot pay much", named, confidence=0.55)
    assert read_visit(heard, "visit_needs", {}) == {"visit_needs": ["cost", "language"]}


def test_a_row_of_needs_is_an_answer_however_sure_the_guess_was():
    named = (Entity("practical", "cost", 0, 4), Entity("practical", "access", 29, 32))
    heard = Heard("ask_cost", "cost, and how do i get there bus", named, confidence=0.95)
    assert read_visit(heard, "visit_needs", {}) == {"visit_needs": ["cost", "access"]}


def test_a_question_may_be_added_before_there_is_a_list():
    heard = Heard("edit_list", "add can I bring my dog")
    assert read_visit(heard, "visit_needs", {}) == {"visit_needs": [{"own": "can I bring my dog"}]}


def test_none_means_no_needs():
    heard = Heard("inform", entities=(Entity("practical", "none"),))
    assert read_visit(heard, "visit_needs", {}) == {"visit_needs": "any"}


@pytest.mark.parametrize(("intent", "kind"), [("affirm", "first"), ("deny", "switching")])
def test_yes_is_a_first_visit_and_no_a_change(intent, kind):
    assert read_visit(Heard(intent, "x"), "visit_kind", {}) == {"visit_kind": kind}


def test_a_need_named_while_something_else_is_asked_is_not_taken():
    heard = Heard("inform", entities=(Entity("payer", "aetna"),))
    assert read_visit(heard, "visit_kind", {}) == {}


def test_a_clear_question_is_not_own_words():
    heard = Heard("ask_role", "what does a coach do?", confidence=0.9)
    assert read_visit(heard, "visit_matters", {}) == {}


def test_an_unsure_guess_never_takes_away_own_words():
    heard = Heard("ask_cost", "how do I pay for all this?", confidence=0.4)
    assert read_visit(heard, "visit_matters", {}) == {"visit_matters": "how do I pay for all this?"}


def test_a_long_text_is_own_words_even_if_it_sounds_like_a_command():
    text = "I want to stop feeling like I have to cancel on everyone"
    assert read_visit(Heard("cancel", text, confidence=0.9), "visit_matters", {}) == {
        "visit_matters": text
    }


@pytest.mark.parametrize("intent", ["skip", "dont_know", "deny"])
def test_own_words_can_be_skipped(intent):
    assert read_visit(Heard(intent, "no thanks"), "visit_matters", {}) == {"visit_matters": "any"}
