import pytest

from actions.content import message_ids
from actions.sheet_plan import QUESTIONS, Visit, sheet_plan

PLAN = sheet_plan()
ROLES = PLAN.sections[QUESTIONS]["roles"]
PARTS = {
    part: tuple({key for section in PLAN.sections.values() for key in section.get(part, ())})
    for part in ("kinds", "whom", "needs")
}


def all_ids(section):
    for given in PLAN.sections[section].values():
        yield from (
            (one for ids in given.values() for one in ids) if isinstance(given, dict) else given
        )


def test_every_question_is_written_and_says_why_it_helps():
    for one in all_ids(QUESTIONS):
        assert {f"question.{one}", f"sheet.why.{one}"} <= message_ids(), one


@pytest.mark.parametrize("section", [one for one in PLAN.sections if one != QUESTIONS])
def test_every_other_line_is_written_and_so_is_its_title(section):
    assert f"sheet.section.{section}" in message_ids()
    for one in all_ids(section):
        assert f"sheet.{section}.{one}" in message_ids(), one


def test_every_line_of_a_sheet_is_on_some_sheet():
    planned = {f"sheet.{section}.{one}" for section in PLAN.sections for one in all_ids(section)}
    planned |= {f"question.{one}" for one in all_ids(QUESTIONS)}
    written = {
        one
        for one in message_ids()
        if one.startswith(("question.", *(f"sheet.{section}." for section in PLAN.sections)))
    }
    assert written - planned == {"question.supervision"}


@pytest.mark.parametrize("role", [*ROLES, None])
def test_no_question_is_asked_twice_and_what_was_asked_for_is_always_there(role):
    needs = PARTS["needs"]
    asked = PLAN.questions(Visit(role, "switching", "couple", needs))
    assert len(asked) == len(set(asked))
    wanted = PLAN.sections[QUESTIONS]["needs"]
    assert {one for need in needs for one in wanted.get(need, ())} <= set(asked)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_a_sheet_is_not_endless(role):
    visit = Visit(role, "first", "my_child", ("cost",))
    assert len(PLAN.questions(visit)) <= 12
    lines = [one for section in PLAN.sections if section != QUESTIONS
             for one in PLAN.lines(section, visit)]  # fmt: skip
    assert 15 <= len(lines) <= 65


@pytest.mark.parametrize("whom", sorted(PARTS["whom"]))
def test_whom_it_is_for_changes_what_is_asked_and_brought(whom):
    plain, theirs = Visit("therapist", "first"), Visit("therapist", "first", whom)
    assert PLAN.questions(theirs) != PLAN.questions(plain)
    assert PLAN.lines("bring", theirs) != PLAN.lines("bring", plain)


def test_who_pays_without_a_plan_has_no_call_to_an_insurer():
    assert PLAN.lines("call_insurer", Visit("therapist", "first")) != []
    assert PLAN.lines("call_insurer", Visit("therapist", "first", payers=("self_pay",))) == []
    assert PLAN.lines("call_insurer", Visit("coach", "first")) == []


def test_what_is_filled_is_a_slot_of_its_line():
    for name in PLAN.filled:
        assert f"sheet.{name}" in message_ids()
