import pytest

from actions.heard import hear


def message(text, *entities, intent="inform"):
    """A latest message; each entity is (name, value, the words it stands on)."""
    found = [
        {
            "entity": name,
            "value": value,
            "start": text.index(words),
            "end": text.index(words) + len(words),
        }
        for name, value, words in entities
    ]
    return hear({"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": found})


@pytest.mark.parametrize(
    "text", ["aetna", "it's Aetna please", "maybe aetna", "my insurance is aetna"]
)
def test_a_name_with_little_around_it_is_a_bare_answer(text):
    words = "Aetna" if "Aetna" in text else "aetna"
    assert message(text, ("payer", "aetna", words)).bare


@pytest.mark.parametrize("text", ["what does aetna pay", "aetna?", "is aetna any good"])
def test_a_question_about_a_name_is_not_a_bare_answer(text):
    assert not message(text, ("payer", "aetna", "aetna"), intent="ask_cost").bare


def test_an_answer_with_a_question_mark_is_still_an_answer():
    assert message("aetna?", ("payer", "aetna", "aetna"), intent="nlu_fallback").bare


def test_the_name_of_a_condition_answers_nothing_that_we_ask():
    assert not message("depression", ("condition", "depression", "depression")).bare


def test_text_that_names_nothing_is_not_a_bare_answer():
    assert not message("please").bare


def test_a_list_of_values_is_several_entities():
    heard = hear({"text": None, "entities": [{"entity": "role", "value": ["coach", "therapist"]}]})
    assert heard.values("role") == ["coach", "therapist"]


def test_a_value_said_twice_counts_once():
    heard = message("aetna or aetna", ("payer", "aetna", "aetna"), ("payer", "aetna", "aetna"))
    assert heard.values("payer") == ["aetna"]


def test_a_word_inside_the_name_of_a_role_or_payer_is_not_an_entity_of_its_own():
    heard = message(
        "a child psychiatrist",
        ("role", "child_psychiatrist", "child psychiatrist"),
        ("age_group", "child", "child"),
    )
    assert heard.values("age_group") == []


@pytest.mark.parametrize("text", ["what is emdr", "Emdr?", "¿qué es emdr?", "can you explain"])
def test_a_question_is_seen_by_its_shape(text):
    assert message(text).asks


def test_a_statement_is_not_a_question():
    assert not message("I worry about what my boss thinks").asks


def test_a_way_to_pay_that_is_also_a_cost_word_is_both():
    heard = message(
        "how does a sliding scale work",
        ("payer", "sliding_scale", "a sliding scale"),
        ("cost_term", "sliding_scale", "sliding scale"),
        intent="ask_cost",
    )
    assert heard.values("cost_term") == ["sliding_scale"]


def test_a_choice_has_no_text_and_a_typed_slash_is_text():
    assert message('/inform{"role": "coach"}').text == ""
    assert message("/inform me", intent="nlu_fallback").text == "/inform me"
