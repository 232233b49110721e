import pytest

from actions.content import message_ids, question_plan
from actions.heard import Entity, Heard
from actions.visit_list import MOST_ITEMS, Edit, apply_edit, make_list, own_items, read_edit, show

PLAN = question_plan()
THREE = [{"question": "license"}, {"own": "My sleep"}, {"question": "fees"}]


def edit(text, *numbers):
    return read_edit(Heard("edit_list", text, tuple(Entity("number", one) for one in numbers)))


def test_every_planned_question_is_written():
    planned = [
        one for part in (PLAN.roles, PLAN.kinds, PLAN.needs) for ids in part.values() for one in ids
    ]
    assert {f"question.{one}" for one in planned} <= message_ids()


def test_a_list_has_own_words_first_then_the_role_the_kind_and_the_needs():
    answers = {
        "visit_role": "coach",
        "visit_kind": "switching",
        "visit_matters": "My sleep",
        "visit_needs": ["evening"],
    }
    made = make_list(PLAN, answers)
    assert made[0] == {"own": "My sleep"}
    assert made[1] == {"question": PLAN.roles["coach"][0]}
    assert made[-1] == {"question": "hours"}


def test_no_question_is_on_a_list_twice():
    made = make_list(PLAN, {"visit_role": "child_psychiatrist", "visit_needs": ["child", "cost"]})
    asked = [item["question"] for item in made]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("role", [*PLAN.roles, None])
def test_what_was_asked_for_is_always_on_the_list(role):
    needs = list(PLAN.needs)
    made = make_list(PLAN, {"visit_role": role, "visit_kind": "switching", "visit_needs": needs})
    assert {one for need in needs for one in PLAN.needs[need]} <= {
        item["question"] for item in made
    }


def test_long_own_words_are_cut_between_words_and_nothing_is_lost():
    text = "I have a lot to say about this. " * 60
    pieces = [item["own"] for item in own_items(text)]
    assert all(len(piece) <= 500 for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


def test_a_word_longer_than_an_item_is_cut_too():
    assert [len(item["own"]) for item in own_items("a" * 1200)] == [500, 500, 200]


@pytest.mark.parametrize(
    ("text", "numbers", "wanted"),
    [
        ("remove 2", ["2"], Edit(remove=(2,))),
        ("get rid of 1 and 3", ["1", "3"], Edit(remove=(1, 3))),
        ("take out the last one", ["last"], Edit(remove=(-1,))),
        ("add can I bring my dog", [], Edit(add="can I bring my dog")),
        ("please add: do you text?", [], Edit(add="do you text?")),
        ('add "what if I miss a visit"', [], Edit(add="what if I miss a visit")),
        ("add a question about my 2 kids", ["2"], Edit(add="about my 2 kids")),
        ("agrega cuánto cuesta", [], Edit(add="cuánto cuesta")),
        ("quita la 2", ["2"], Edit(remove=(2,))),
        ("undo that", [], Edit(undo=True)),
        ("remove all of them", [], Edit(clear=True)),
        ("change the list", [], None),
        ("move 3 to the top", ["3"], None),
        ("add", [], None),
    ],
)
def test_an_edit_is_read_from_a_sentence(text, numbers, wanted):
    assert edit(text, *numbers) == wanted


@pytest.mark.parametrize(
    ("number", "wanted"), [("last", Edit(remove=(-1,))), ("undo", Edit(undo=True))]
)
def test_an_edit_is_read_from_a_choice(number, wanted):
    assert edit("", number) == wanted


def test_items_are_taken_out_by_their_numbers():
    assert apply_edit(THREE, Edit(remove=(1, -1))) == [{"own": "My sleep"}]


@pytest.mark.parametrize("places", [(0,), (4,), (1, 9)])
def test_a_number_that_is_not_on_the_list_changes_nothing(places):
    said = apply_edit(THREE, Edit(remove=places))
    assert said == {"message": "visit.no_such_item", "slots": {"count": 3}}


def test_a_full_list_takes_no_more():
    said = apply_edit([{"own": "x"}] * MOST_ITEMS, Edit(add="one more"))
    assert said["message"] == "visit.list_full"


def test_own_words_are_shown_as_they_were_written():
    shown = show([{"own": "My  SLEEP!!"}])
    assert shown["slots"]["lines"] == [
        {"message": "visit.own_item", "slots": {"words": "My  SLEEP!!"}}
    ]
