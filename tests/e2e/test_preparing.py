"""A person gets ready for a visit: five questions, then a sheet that is theirs to change."""

import re

import pytest

from tests.e2e.words import label

OWN = "I freeze up when strangers ask about my <b>sleep</b> & I lose my words 😬"


def items(heard):
    """The list's lines, without their numbers."""
    return re.findall(r"^\d+\. (.+)$", heard.text, re.MULTILINE)


def sections(heard):
    """The sections of the sheet's card, by id."""
    [card] = heard.messages[-1]["cards"]
    return {one["id"]: [line["text"] for line in one["lines"]] for one in card["sections"]}


@pytest.fixture
def listed(person):
    person.say_all(
        "help me get ready for my appointment", "a psychiatrist", "its my first visit", "skip", OWN
    )
    person.say("cost and evening visits")
    return person


def test_the_whole_way_to_a_list(person):
    assert person.say("help me get ready for my appointment").ids == ["visit.ask_role"]
    assert person.say("psychiatrist").ids == ["visit.ask_kind"]
    assert person.say("first visit").ids == ["visit.ask_whom"]
    assert person.say("my daughter").ids == ["visit.ask_matters"]
    assert person.say(OWN).ids == ["visit.ask_needs"]
    made = person.say("cost and online visits")
    assert made.ids == ["visit.sheet"]
    assert made.messages[-1]["print"] is True
    assert len(items(made)) >= 5


def test_their_own_words_are_kept_as_they_are_at_the_top(listed):
    assert sections(listed.last)["matters"] == [OWN]


def test_role_and_needs_choose_the_questions(person, someone):
    therapist, psychiatrist = someone(), someone()
    answers = ("first visit", "skip", "skip", "none of these")
    for each, role in ((therapist, "therapist"), (psychiatrist, "psychiatrist")):
        each.say_all("help me prepare for a visit", role, *answers)
    assert items(therapist.last) != items(psychiatrist.last)
    person.say_all("help me prepare for a visit", "therapist", *answers[:-1], "cost")
    assert len(items(person.last)) > len(items(therapist.last))


def test_a_line_is_taken_out(listed):
    before = items(listed.last)
    assert items(listed.say("remove 2")) == [before[0], *before[2:]]


def test_several_lines_are_taken_out_at_once(listed):
    before = items(listed.last)
    assert items(listed.say("take out 2 and 4")) == [before[0], before[2], *before[4:]]


def test_a_line_is_added_in_their_own_words(listed):
    added = listed.say("add do you have parking for a wheelchair van?")
    assert "do you have parking for a wheelchair van?" in items(added)[-1]


def test_lines_are_sorted_and_reworded(listed):
    a, b, c, *rest = items(listed.last)
    assert items(listed.say("move 3 to the top")) == [c, a, b, *rest]
    assert items(listed.say("swap 1 and 2")) == [a, c, b, *rest]
    assert items(listed.say("change 2 to What does it COST?"))[1] == "What does it COST?"


def test_a_section_is_left_out_and_put_back(listed):
    listed.tap("visit.sections")
    assert "bring" not in sections(listed.tap("visit.leave_out.bring"))
    listed.tap("visit.sections")
    assert "bring" in sections(listed.tap("visit.put_in.bring"))


def test_the_last_one_is_taken_out_and_brought_back(listed):
    before = items(listed.last)
    assert items(listed.say("take out the last one")) == before[:-1]
    assert items(listed.tap("visit.undo")) == before


def test_a_number_that_is_not_on_the_list_is_explained(listed):
    assert listed.say("remove 40").ids[0] == "visit.no_such_item"


def test_the_list_is_printed(listed):
    printed = listed.say("print my list")
    assert printed.ids == ["visit.print"]
    assert printed.messages[0]["print"] is True
    assert sections(printed)["matters"] == [OWN]


def test_whom_it_is_for_is_known_from_before_and_said(person, someone):
    person.say("what does a psychologist do for my son")
    heard = person.say("prepare for a first visit with a therapist")
    assert heard.ids == ["visit.whom_heard", "visit.ask_matters"]
    other = someone()
    other.say("my mom says i need help")  # who is spoken of is not who it is for
    heard = other.say("prepare for a first visit with a therapist")
    assert heard.ids == ["visit.ask_whom"]


def test_everything_can_be_skipped(person):
    made = person.say_all("prepare for a visit", "skip", "skip", "skip", "skip", "skip")
    assert made.ids == ["visit.sheet"]
    assert len(items(made)) >= 3


def test_changing_from_someone_else_makes_another_list(person, someone):
    switching = someone()
    for each, kind in ((person, "first visit"), (switching, "switching from someone else")):
        each.say_all(
            "help me prepare for a visit", "therapist", kind, "skip", "skip", "none of these"
        )
        assert each.last.ids == ["visit.sheet"]
    assert items(person.last) != items(switching.last)


def test_choices_lead_all_the_way(person):
    person.last = person.first
    assert person.tap("visit.start").ids == ["visit.ask_role"]
    assert person.tap("pick.role.therapist").ids == ["visit.ask_kind"]
    assert person.tap("pick.visit.switching").ids == ["visit.ask_whom"]
    assert person.tap("pick.whom.couple").ids == ["visit.ask_matters"]
    assert person.tap("pick.skip").ids == ["visit.ask_needs"]
    assert person.tap("pick.need.cost").ids == ["visit.sheet"]
    assert label("visit.print") in person.last.choices


def test_without_a_list_there_is_nothing_to_edit(person):
    assert person.say("remove 2 from my list").ids == ["visit.no_list"]


def test_the_questions_can_be_stopped(person):
    person.say_all("prepare for a visit", "therapist")
    assert person.say("stop this").ids == ["visit.cancelled"]
