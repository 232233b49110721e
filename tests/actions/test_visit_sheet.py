"""Sheets made and changed, without Rasa."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.heard import Heard
from actions.memory import ANY
from actions.sheet_plan import sheet_plan
from actions.visit_answers import read_visit
from actions.visit_edits import (
    MOST_ITEMS,
    MOST_OWN,
    Add,
    Change,
    Clear,
    Move,
    Parts,
    PutBack,
    Remove,
    Swap,
    apply_edit,
)
from actions.visit_sheet import SHOWN, Sheet, card, make_sheet, show

PLAN = sheet_plan()
A, B, C = {"item": "license"}, {"own": "My sleep"}, {"item": "fees"}
THREE = Sheet(questions=(A, B, C))
ANSWERS = {
    "visit_role": "coach",
    "visit_kind": "switching",
    "visit_whom": "adult",
    "visit_matters": "My sleep",
    "visit_needs": ["evening"],
}
own_text = st.text(min_size=1, max_size=600).filter(
    lambda text: text.strip() and text != ANY  # by itself it skips the question
)


def sections(sheet, slots):
    return {one["id"]: one["items"] for one in card(PLAN, sheet, slots)["sections"]}


def test_a_sheet_has_the_role_s_questions_then_the_kind_s_then_the_needs():
    made = make_sheet(PLAN, ANSWERS)
    of_role = PLAN.sections["questions"]["roles"]["coach"]
    assert made.matters == "My sleep"
    assert made.questions[0] == {"item": of_role[0]}
    assert made.questions[-1] == {"item": "hours"}


def test_the_card_has_each_question_with_why_it_helps():
    [first, *_] = sections(make_sheet(PLAN, ANSWERS), ANSWERS)["questions"]
    assert first == {"item": "question.training", "why": "sheet.why.training"}


def test_blanks_are_filled_with_what_is_known_and_else_stay_blank():
    slots = {
        "visit_role": "psychiatrist",
        "visit_kind": "first",
        "payment": "aetna",
        "wishes": {"languages": ["spanish"]},
    }
    office = {one["item"]: one for one in sections(make_sheet(PLAN, slots), slots)["call_office"]}
    assert office["sheet.call_office.hello"]["slots"] == {"role": ["role.psychiatrist"]}
    assert office["sheet.call_office.payer"]["slots"] == {"payer": ["payer.aetna"]}
    assert office["sheet.call_office.language"]["slots"] == {"language": ["language.spanish"]}
    assert office["sheet.call_office.times"]["slots"] == {"times": [{"message": "sheet.blank"}]}


def test_a_next_visit_comes_without_a_call_to_the_insurer_until_it_is_put_in():
    slots = {"visit_role": "therapist", "visit_kind": "next"}
    made = make_sheet(PLAN, slots)
    assert "call_insurer" not in sections(made, slots)
    put_in = apply_edit(made, Parts(on=("call_insurer",)))
    assert "call_insurer" in sections(put_in, slots)


def test_a_section_left_out_is_not_on_the_card_and_can_be_put_back():
    made = make_sheet(PLAN, ANSWERS)
    without = apply_edit(made, Parts(off=("matters", "bring")))
    assert not {"matters", "bring"} & set(sections(without, ANSWERS))
    assert sections(apply_edit(without, Parts(on=("matters", "bring"))), ANSWERS) == sections(
        made, ANSWERS
    )


# --- what they wrote --------------------------------------------------------------------------


@given(own_text)
def test_what_matters_is_on_the_sheet_character_for_character(text):
    answer = read_visit(Heard("nlu_fallback", text, confidence=0.4), "visit_matters", {})
    made = make_sheet(PLAN, {**ANSWERS, **answer})
    for edit in (Move(3, to=1), Remove((1,)), Add("one more"), Parts(off=("bring",))):
        made = apply_edit(made, edit)
    assert sections(Sheet.of_slot(made.as_slot()), ANSWERS)["matters"] == [{"own": text}]


@given(own_text, own_text, st.permutations([1, 2, 3]))
def test_their_questions_stay_as_they_wrote_them_wherever_they_are_moved(one, other, order):
    made = apply_edit(apply_edit(THREE, Add(one)), Change(1, other))
    for place in order:
        made = apply_edit(made, Move(place, to=-1))
    own = [item["own"] for item in made.questions if "own" in item]
    assert sorted(own) == sorted([one, other, "My sleep"])
    again = make_sheet(PLAN, {**ANSWERS, "visit_sheet_before": made.as_slot()})
    assert [item["own"] for item in again.questions if "own" in item] == own


def test_a_long_text_is_whole_on_the_card_and_begun_in_the_chat():
    text = "I have a lot to say about this. " * 60
    made = Sheet(questions=({"own": text},))
    assert sections(made, {})["questions"] == [{"own": text}]
    [line] = show(PLAN, made, {})["slots"]["lines"]
    assert line == {"message": "visit.own_item_cut", "slots": {"words": text[:SHOWN]}}


def test_own_words_are_shown_as_they_were_written():
    shown = show(PLAN, Sheet(questions=({"own": "My  SLEEP!!"},)), {})
    assert shown["slots"]["lines"] == [
        {"message": "visit.own_item", "slots": {"words": "My  SLEEP!!"}}
    ]


def test_the_newest_notes_that_fit_are_on_the_sheet():
    notes = [{"day": "2026-11-02", "own": f"{n}" * 1500} for n in range(9)]
    kept = sections(THREE, {"visit_notes": notes})["notes"]
    assert kept == [{"own": note["own"]} for note in notes[-4:]]


# --- edits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (Remove((1, -1)), (B,)),
        (Clear(), ()),
        (Add("x"), (A, B, C, {"own": "x"})),
        (Move(3, steps=-1), (A, C, B)),
        (Move(1, steps=1), (B, A, C)),
        (Move(1, steps=-1), (A, B, C)),
        (Move(3, steps=1), (A, B, C)),
        (Move(3, to=1), (C, A, B)),
        (Move(1, to=-1), (B, C, A)),
        (Swap(1, 3), (C, B, A)),
        (Change(2, "My days"), (A, {"own": "My days"}, C)),
        (Change(1, "Are you licensed?"), ({"own": "Are you licensed?"}, B, C)),
    ],
)
def test_the_questions_after_an_edit(edit, wanted):
    assert apply_edit(THREE, edit).questions == wanted


@pytest.mark.parametrize(
    "edit", [Remove((0,)), Remove((1, 9)), Move(4, to=1), Move(1, to=4), Swap(1, 9), Change(7, "x")]
)
def test_a_number_that_is_not_on_the_sheet_changes_nothing(edit):
    assert apply_edit(THREE, edit) == {"message": "visit.no_such_item", "slots": {"count": 3}}


def test_questions_that_were_taken_out_can_be_put_back():
    out = apply_edit(THREE, Remove((1, 3)))
    assert apply_edit(out, PutBack()).questions == (B, A, C)
    assert apply_edit(THREE, PutBack())["message"] == "visit.nothing_to_undo"


def test_other_words_for_what_matters_come_in_even_if_that_was_left_out():
    left_out = replace(THREE, parts={"matters": False})
    made = apply_edit(left_out, Change(None, "My days"))
    assert sections(made, {})["matters"] == [{"own": "My days"}]


def test_a_full_sheet_takes_no_more():
    full = Sheet(questions=({"own": "x"},) * MOST_ITEMS)
    assert apply_edit(full, Add("one more"))["message"] == "visit.list_full"
    assert apply_edit(THREE, Add("x" * MOST_OWN))["message"] == "visit.too_long"


# --- a sheet made again -----------------------------------------------------------------------


def test_a_sheet_made_again_keeps_what_was_added_taken_out_and_left_out():
    made = make_sheet(PLAN, ANSWERS)
    for edit in (Remove((1,)), Add("Do you text?"), Parts(off=("decline",))):
        made = apply_edit(made, edit)
    slots = {**ANSWERS, "visit_role": "pastoral_counselor", "visit_sheet_before": made.as_slot()}
    again = make_sheet(PLAN, slots)
    assert {"item": "training"} not in again.questions
    assert {"item": "approach"} in again.questions
    assert again.questions[-1] == {"own": "Do you text?"}
    assert "decline" not in sections(again, slots)


def test_a_sheet_made_again_keeps_their_order_where_the_items_still_exist():
    made = apply_edit(make_sheet(PLAN, ANSWERS), Move(-1, to=1))
    slots = {**ANSWERS, "visit_role": "therapist", "visit_sheet_before": made.as_slot()}
    assert make_sheet(PLAN, slots).questions[0] == {"item": "hours"}
