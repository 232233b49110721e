"""What messages answer of a search, read without Rasa."""

import pytest

from actions.heard import Entity, Heard
from actions.search_answers import read_search


def choice(intent, **entities):
    return Heard(intent, entities=tuple(Entity(name, value) for name, value in entities.items()))


def test_a_choice_sets_its_slot_and_calls_for_a_new_search():
    reading = read_search(choice("inform", role="psychiatrist"), "help_role", {})
    assert reading.slots == {"help_role": ["psychiatrist"], "results_shown": None}


@pytest.mark.parametrize("slot", ["help_role", "place", "payment", "format", "wishes"])
def test_skip_answers_any_question(slot):
    assert read_search(choice("skip"), slot, {}).slots[slot] == "any"


def test_not_sure_how_to_pay_is_no_filter():
    assert read_search(choice("inform", payer="not_sure"), "payment", {}).slots["payment"] == "any"


def test_medicaid_as_a_cost_word_is_a_payer_here():
    reading = read_search(choice("inform", cost_term="medicaid"), "payment", {})
    assert reading.slots["payment"] == ["medicaid"]


def test_either_is_said_of_what_was_asked():
    reading = read_search(choice("inform", format="either"), "payment", {})
    assert reading.slots["payment"] == "any"
    assert "format" not in reading.slots


def test_wishes_add_up():
    known = {"wishes": {"times": ["evening"]}}
    reading = read_search(choice("change_answer", language="spanish"), None, known)
    assert reading.slots["wishes"] == {"times": ["evening"], "languages": ["spanish"]}


def test_a_way_in_is_a_wish():
    reading = read_search(choice("find_provider", access="wheelchair"), None, {})
    assert reading.slots["wishes"] == {"access": ["wheelchair"]}


def test_who_the_care_is_for_is_a_wish():
    reading = read_search(choice("find_provider", need="teen"), None, {})
    assert reading.slots["wishes"] == {"age_groups": ["teen"]}


def test_the_first_not_sure_about_the_role_asks_for_an_explanation():
    reading = read_search(choice("dont_know"), "help_role", {})
    assert reading.slots["role_unsure"] is True
    assert reading.slots["help_role"] is None


def test_a_field_named_without_a_value_is_asked_again():
    reading = read_search(
        choice("change_answer", search_field="place"), None, {"place": {"zip": "94110"}}
    )
    assert reading.slots["place"] is None


def test_any_of_a_field_lets_it_go():
    reading = read_search(choice("skip", search_field="payment"), "format", {"payment": ["aetna"]})
    assert reading.slots["payment"] == "any"


@pytest.mark.parametrize("intent", ["ask_role", "ask_cost", "who_for", "greet", "thank", "ask_bot"])
def test_a_question_to_the_bot_answers_nothing(intent):
    heard = Heard(
        intent, "tell me about medicaid and therapists", (Entity("payer", "medicaid", 14, 22),)
    )
    for slot in ("help_role", "place", "payment", "format", "wishes"):
        assert read_search(heard, slot, {}).empty


@pytest.mark.parametrize("intent", ["affirm", "deny"])
def test_yes_and_no_do_not_answer_an_open_question(intent):
    assert read_search(Heard(intent, intent), "payment", {}).empty


def test_no_means_no_wishes():
    assert read_search(Heard("deny", "no"), "wishes", {}).slots["wishes"] == "any"


def test_a_long_text_is_not_taken_for_the_name_of_a_plan_or_town():
    heard = Heard("nlu_fallback", "well it is all rather hard to say right now")
    assert read_search(heard, "payment", {}).empty
    assert read_search(heard, "place", {}).empty


def test_only_listed_roles_are_searched_when_several_are_named():
    heard = Heard("inform", entities=(Entity("role", "coach"), Entity("role", "therapist")))
    assert read_search(heard, "help_role", {}).slots["help_role"] == ["therapist"]


def test_a_statement_whose_intent_was_a_guess_is_read_for_what_it_names():
    heard = Heard(
        "ask_cost", "medicaid through the state", (Entity("payer", "medicaid", 0, 8),), 0.5
    )
    assert read_search(heard, "payment", {}).slots["payment"] == ["medicaid"]


@pytest.mark.parametrize(
    ("need", "roles"),
    [
        ("talk", ["therapist"]),
        ("medication", ["psychiatrist", "psychiatric_nurse_practitioner"]),
        ("couples", ["marriage_family_therapist"]),
    ],
)
def test_what_help_is_for_names_who_does_it_when_the_role_is_asked(need, roles):
    assert read_search(choice("inform", need=need), "help_role", {}).slots["help_role"] == roles
    assert read_search(choice("find_provider", need=need), None, {}).slots["help_role"] == roles
    assert read_search(choice("inform", need=need), "payment", {}).empty


def test_nothing_else_ends_the_wishes():
    heard = Heard("goodbye", "nothing else", (Entity("practical", "none", 0, 12),))
    assert read_search(heard, "wishes", {}).slots["wishes"] == "any"


def test_a_wish_can_be_let_go_of():
    known = {"wishes": {"times": ["evening"], "languages": ["spanish"]}}
    heard = Heard(
        "change_answer", "never mind the evening part", (Entity("time", "evening", 15, 22),)
    )
    assert read_search(heard, None, known).slots["wishes"] == {"languages": ["spanish"]}


def test_the_last_wish_let_go_of_leaves_none():
    known = {"wishes": {"times": ["evening"]}}
    heard = Heard("change_answer", "forget evenings", (Entity("time", "evening", 7, 15),))
    assert read_search(heard, None, known).slots["wishes"] == "any"


def test_a_field_can_be_let_go_of():
    heard = Heard("change_answer", "drop my insurance", (Entity("search_field", "payment", 5, 17),))
    assert read_search(heard, None, {"payment": ["aetna"]}).slots["payment"] == "any"
