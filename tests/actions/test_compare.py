"""Which roles a comparison puts side by side, and that what it drafts may go out."""

import pytest

from actions.answer import answer
from actions.compare import ASPECTS, comparison
from actions.content import message_ids
from actions.heard import Entity, Heard
from tests.actions.conversation import CATALOGUE, RELEASER

WRITTEN = message_ids()
ROLES = [term.removeprefix("role.") for term in CATALOGUE.terms if term.startswith("role.")]


def columns(said):
    (table,) = said["cards"]
    return table["columns"]


def heard(intent, **named):
    entities = [Entity(name, value) for name, values in named.items() for value in values]
    return Heard(intent, entities=tuple(entities))


def test_two_roles_are_side_by_side_in_the_order_they_were_named():
    said = comparison(["coach", "therapist"], WRITTEN)
    assert said["message"] == "compare.roles"
    assert columns(said) == said["slots"]["roles"] == ["role.coach", "role.therapist"]
    assert [row["head"] for row in said["cards"][0]["rows"]] == [
        f"compare.aspect.{aspect}" for aspect in ASPECTS
    ]


def test_three_roles_are_side_by_side_and_a_fourth_is_left_out():
    said = comparison(["psychologist", "psychiatrist", "coach", "clinic"], WRITTEN)
    assert columns(said) == ["role.psychologist", "role.psychiatrist", "role.coach"]
    assert not any("compare.add" in str(choice) for choice in said["choices"])


def test_a_role_named_twice_is_one_role():
    assert comparison(["coach", "coach"], WRITTEN) == {"message": "compare.which"}


@pytest.mark.parametrize("roles", [[], ["coach"], ["coach", "nobody we know"]])
def test_fewer_than_two_roles_are_asked_for(roles):
    assert comparison(roles, WRITTEN) == {"message": "compare.which"}


def test_a_third_is_offered_beside_two_and_brings_all_three():
    said = comparison(["psychologist", "therapist"], WRITTEN)
    (added,) = [choice for choice in said["choices"] if isinstance(choice, dict)]
    offers = RELEASER.release(said).choices
    assert added["entities"]["role"] == ["psychologist", "therapist", "psychiatrist"]
    assert "Add: psychiatrist" in [offer.label for offer in offers]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_role_can_be_compared_with_another_in_words(language):
    for role in ROLES:
        other = "coach" if role != "coach" else "clinic"
        released = RELEASER.release(comparison([role, other], WRITTEN), language)
        (table,) = released.cards
        assert len(table["rows"]) == len(ASPECTS)
        assert all(cell for row in table["rows"] for cell in row["cells"])
        assert released.sources


def test_a_question_with_two_or_three_roles_is_a_comparison():
    three = heard("compare_roles", role=["therapist", "psychologist", "psychiatrist"])
    assert len(columns(answer(three, WRITTEN))) == 3
    assert (
        answer(heard("ask_role", role=["coach", "clinic"]), WRITTEN)["message"] == "compare.roles"
    )


def test_the_topic_of_comparing_compares_what_is_named_and_else_asks():
    named = heard("ask_care", topic=["compare.roles"], role=["coach", "clinic"])
    assert columns(answer(named, WRITTEN)) == ["role.coach", "role.clinic"]
    alone = heard("ask_care", topic=["compare.roles"])
    assert answer(alone, WRITTEN) == {"message": "compare.which"}
