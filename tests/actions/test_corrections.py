import pytest

from actions.heard import hear


def heard(text, *names):
    entities = [
        {"entity": kind, "value": value, "start": (at := text.index(word)), "end": at + len(word)}
        for kind, value, word in names
    ]
    return hear({"text": text, "intent": {"name": "inform"}, "entities": entities})


@pytest.mark.parametrize(
    "text",
    [
        "aetna i think. wait no. its bcbs",
        "aetna, sorry, bcbs",
        "aetna actually bcbs",
        "bcbs not aetna",
        "i don't have aetna, i have bcbs",
    ],
)
def test_only_what_is_meant_in_the_end_counts(text):
    said = heard(text, ("payer", "aetna", "aetna"), ("payer", "bcbs", "bcbs"))
    assert said.values("payer") == ["bcbs"]


def test_what_is_named_to_say_no_to_it_is_known_to_be():
    said = heard("not kids", ("age_group", "child", "kids"))
    assert said.values("age_group") == []
    assert [one.value for one in said.negated] == ["child"]


def test_other_kinds_before_a_correction_stay():
    said = heard(
        "a therapist with aetna, no wait, cigna",
        ("role", "therapist", "therapist"),
        ("payer", "aetna", "aetna"),
        ("payer", "cigna", "cigna"),
    )
    assert (said.values("role"), said.values("payer")) == (["therapist"], ["cigna"])


def test_either_of_two_stays_two():
    said = heard("aetna or cigna", ("payer", "aetna", "aetna"), ("payer", "cigna", "cigna"))
    assert said.values("payer") == ["aetna", "cigna"]
