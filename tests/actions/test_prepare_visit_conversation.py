"""Preparing a visit, talked through with the real rules and actions."""

from typing import Any

import pytest

from tests.actions.conversation import Conversation, ids

BEGIN = "help me prepare for my first visit with a therapist, for myself"


async def prepared(talk: Conversation) -> list[dict[str, Any]]:
    """A finished sheet for a first visit to a therapist about cost; the lines that were shown."""
    await talk.says(BEGIN, "prepare_visit")
    await talk.says("I just want to sleep again", "nlu_fallback")
    [shown] = await talk.takes("inform", {"practical": "cost"})
    return list(shown["slots"]["lines"])


def line(question: str) -> dict[str, Any]:
    return {"message": f"question.{question}"}


def sections(shown: dict[str, Any]) -> dict[str, Any]:
    """The sections of the card."""
    [card] = shown["cards"]
    return {one["id"]: one["items"] for one in card["sheet"]["sections"]}


def own(words: str) -> dict[str, Any]:
    return {"message": "visit.own_item", "slots": {"words": words}}


async def test_the_form_asks_five_things_and_then_shows_a_sheet(talk: Conversation) -> None:
    assert ids(await talk.takes("prepare_visit")) == ["visit.ask_role"]
    assert ids(await talk.takes("inform", {"role": "psychiatrist"})) == ["visit.ask_kind"]
    assert ids(await talk.takes("inform", {"visit_kind": "first"})) == ["visit.ask_whom"]
    assert ids(await talk.takes("inform", {"visit_whom": "teen"})) == ["visit.ask_matters"]
    assert ids(await talk.takes("skip")) == ["visit.ask_needs"]
    [shown] = await talk.takes("inform", {"practical": "none"})
    assert shown["message"] == "visit.sheet"
    assert line("medicine_benefits") in shown["slots"]["lines"]
    assert line("teen_private") in shown["slots"]["lines"]
    assert list(sections(shown)) == [
        *("questions", "bring", "asked", "decline", "call_office", "call_insurer", "voicemail"),
    ]
    assert shown["choices"][0] == "sheet.link"


async def test_every_question_can_be_skipped(talk: Conversation) -> None:
    await talk.takes("prepare_visit")
    for asked in ("kind", "whom", "matters", "needs"):
        assert ids(await talk.takes("skip")) == [f"visit.ask_{asked}"]
    [shown] = await talk.takes("skip")
    assert len(shown["slots"]["lines"]) >= 3


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        ("me", "adult"),
        ("i'm a teen", "teen"),
        ("my wife and i", "couple"),
        ("my 16 year old", "my_child"),
        ("mi hija", "my_child"),
        ("my mom", "my_parent"),
        ("my grandfather", "my_parent"),
        ("both of us", "couple"),
    ],
)
async def test_whom_it_is_for_is_heard_in_many_words(
    talk: Conversation, said: str, whom: str
) -> None:
    await talk.takes("prepare_visit", {"role": "therapist"})
    await talk.takes("inform", {"visit_kind": "first"})
    assert ids(await talk.says(said, "inform")) == ["visit.ask_matters"]
    assert await talk.slot("visit_whom") == whom


async def test_whom_it_is_for_is_not_asked_when_it_was_said(talk: Conversation) -> None:
    said = "help me get ready for my son's first visit with a therapist"
    assert ids(await talk.says(said, "prepare_visit")) == ["visit.ask_matters"]
    assert await talk.slot("visit_whom") == "my_child"


async def test_whom_it_is_for_is_known_from_earlier_words_and_said(talk: Conversation) -> None:
    await talk.says("what does a psychologist do for my son", "ask_role")
    said = await talk.says("ok prepare for a first visit with a therapist", "prepare_visit")
    assert ids(said) == ["visit.whom_heard", "visit.ask_matters"]
    assert await talk.slot("visit_whom") == "my_child"


async def test_somebody_who_is_only_spoken_of_is_not_whom_it_is_for(talk: Conversation) -> None:
    await talk.says("my mom says i need help", "ask_bot")
    said = await talk.says("prepare for a first visit with a therapist", "prepare_visit")
    assert ids(said) == ["visit.ask_whom"]


async def test_a_next_visit_has_its_own_questions(talk: Conversation) -> None:
    await talk.says("prepare for a visit with a therapist for myself", "prepare_visit")
    await talk.says("follow up visit", "inform")
    await talk.takes("skip")
    [shown] = await talk.takes("skip")
    assert line("progress") in shown["slots"]["lines"]
    assert "call_insurer" not in sections(shown)


async def test_role_and_kind_named_at_the_start_are_not_asked_again(talk: Conversation) -> None:
    said = "help me get ready for my first visit with a psychologist"
    assert ids(await talk.says(said, "prepare_visit")) == ["visit.ask_whom"]


async def test_what_matters_is_kept_exactly_and_comes_first(talk: Conversation) -> None:
    lines = await prepared(talk)
    assert lines[-2:] == [line("fees"), line("insurance")]
    [shown] = await talk.says("remove 1", "edit_list")
    assert next(iter(sections(shown).items())) == (
        "matters",
        [{"own": "I just want to sleep again"}],
    )


@pytest.mark.parametrize(
    "intent", ["ask_cost", "who_for", "inform", "out_of_scope", "find_provider"]
)
async def test_own_words_are_kept_whatever_intent_was_guessed(
    talk: Conversation, intent: str
) -> None:
    said = "My divorce. And the meds cost too much, so I stopped seeing my psychiatrist"
    await talk.says(BEGIN, "prepare_visit")
    assert ids(await talk.says(said, intent)) == ["visit.ask_needs"]
    assert await talk.slot("visit_matters") == said


@pytest.mark.parametrize("answers", range(5))
async def test_a_question_in_the_form_is_answered_and_the_pending_one_comes_back(
    talk: Conversation, answers: int
) -> None:
    [pending] = await talk.takes("prepare_visit")
    turns = (
        ("inform", {"role": "therapist"}),
        ("inform", {"visit_kind": "first"}),
        ("inform", {"visit_whom": "adult"}),
        ("skip", None),
    )
    for turn in turns[:answers]:
        [pending] = await talk.takes(*turn)
    said = await talk.says("what does a psychiatrist do?", "ask_role")
    assert ids(said) == ["role.psychiatrist", pending["message"]]
    assert await talk.slot("visit_role") == ("therapist" if answers else None)


async def test_several_needs_are_taken_and_others_become_own_questions(talk: Conversation) -> None:
    await talk.says(BEGIN, "prepare_visit")
    await talk.takes("skip")
    [shown] = await talk.says("cost, evenings and spanish", "inform")
    lines = shown["slots"]["lines"]
    assert all(line(one) in lines for one in ("fees", "hours", "language"))


async def test_a_need_in_other_words_becomes_a_question_of_theirs(talk: Conversation) -> None:
    await talk.says(BEGIN, "prepare_visit")
    await talk.takes("skip")
    [shown] = await talk.says("if I can bring my dog", "nlu_fallback")
    assert shown["slots"]["lines"][-1] == own("if I can bring my dog")


async def test_the_list_can_be_edited_and_an_edit_undone(talk: Conversation) -> None:
    lines = await prepared(talk)
    [shown] = await talk.says("remove 2", "edit_list")
    assert shown["slots"]["lines"] == [lines[0], *lines[2:]]
    [shown] = await talk.says("undo", "edit_list")
    assert shown["slots"]["lines"] == lines
    [shown] = await talk.says("take out the last one", "edit_list")
    assert shown["slots"]["lines"] == lines[:-1]
    [shown] = await talk.says("add can I bring my dog", "edit_list")
    assert shown["slots"]["lines"][-1] == own("can I bring my dog")


async def test_undo_is_understood_as_a_change_too(talk: Conversation) -> None:
    lines = await prepared(talk)
    await talk.says("remove 2", "edit_list")
    [shown] = await talk.says("undo", "change_answer")
    assert shown["slots"]["lines"] == lines


async def test_the_sheet_is_sorted_and_reworded_as_they_say(talk: Conversation) -> None:
    a, b, *rest = await prepared(talk)
    [shown] = await talk.says("move 2 up", "edit_list")
    assert shown["slots"]["lines"] == [b, a, *rest]
    [shown] = await talk.says("swap 1 and 2", "change_answer")
    assert shown["slots"]["lines"] == [a, b, *rest]
    [shown] = await talk.says("change 2 to What does it COST in all?", "change_answer")
    assert shown["slots"]["lines"] == [a, own("What does it COST in all?"), *rest]
    [shown] = await talk.says("change what matters to My days", "change_answer")
    assert sections(shown)["matters"] == [{"own": "My days"}]
    assert await talk.slot("visit_matters") == "My days"
    [shown] = await talk.says("undo", "edit_list")
    assert sections(shown)["matters"] == [{"own": "I just want to sleep again"}]


async def test_sections_are_chosen_by_words_and_by_choices(talk: Conversation) -> None:
    await prepared(talk)
    [asked] = await talk.takes("edit_list", {"number": "choose"})
    assert asked["message"] == "visit.sections"
    assert "visit.leave_out.calls" in asked["choices"]
    [shown] = await talk.takes("edit_list", {"section_out": ["call_office", "voicemail"]})
    assert "call_office" not in sections(shown)
    [shown] = await talk.says("leave out what to bring", "edit_list")
    assert not {"bring", "call_office"} & set(sections(shown))
    [shown] = await talk.says("put back what to bring", "edit_list")
    assert "bring" in sections(shown)


async def test_an_edit_that_cannot_be_done_is_explained(talk: Conversation) -> None:
    await prepared(talk)
    assert ids(await talk.says("remove 99", "edit_list")) == ["visit.no_such_item"]
    assert ids(await talk.says("change the list", "edit_list")) == ["visit.how_to_edit"]
    assert ids(await talk.says("undo", "edit_list")) == ["visit.nothing_to_undo"]


async def test_there_is_nothing_to_edit_or_print_before_there_is_a_list(talk: Conversation) -> None:
    assert ids(await talk.says("remove 2", "edit_list")) == ["visit.no_list"]
    assert ids(await talk.says("print it", "print_list")) == ["visit.no_list"]


async def test_in_the_form_the_list_is_said_to_come_later(talk: Conversation) -> None:
    await talk.takes("prepare_visit")
    assert ids(await talk.says("print it", "print_list")) == ["visit.not_yet", "visit.ask_role"]


async def test_an_emptied_list_says_how_to_fill_it(talk: Conversation) -> None:
    await prepared(talk)
    assert ids(await talk.says("remove all of them", "edit_list")) == ["visit.list_empty"]
    assert ids(await talk.says("print", "print_list")) == ["visit.list_empty"]


async def test_the_list_can_be_printed(talk: Conversation) -> None:
    lines = await prepared(talk)
    [printed] = await talk.says("print it", "print_list")
    assert (printed["message"], printed["slots"]) == ("visit.print", {"lines": lines})
    assert "questions" in sections(printed)


async def test_changing_the_role_makes_a_new_list_that_keeps_what_they_added(
    talk: Conversation,
) -> None:
    await prepared(talk)
    await talk.says("add can I bring my dog", "edit_list")
    [shown] = await talk.says("actually it is a psychiatrist", "change_answer")
    lines = shown["slots"]["lines"]
    assert line("medicine_benefits") in lines
    assert lines[-1] == own("can I bring my dog")


async def test_a_new_sheet_leaves_out_what_they_took_out(talk: Conversation) -> None:
    [first, *_] = await prepared(talk)
    await talk.says("remove 1", "edit_list")
    [shown] = await talk.says("actually it is a counselor", "change_answer")
    assert first not in shown["slots"]["lines"]


async def test_a_change_that_names_nothing_asks_how(talk: Conversation) -> None:
    await prepared(talk)
    assert ids(await talk.says("go back", "change_answer")) == ["visit.how_to_edit"]


async def test_a_second_visit_starts_afresh(talk: Conversation) -> None:
    await prepared(talk)
    assert ids(await talk.takes("prepare_visit")) == ["visit.ask_role"]


async def test_to_stop_drops_the_answers_and_says_so(talk: Conversation) -> None:
    await talk.says("prepare for my visit with a therapist", "prepare_visit")
    assert ids(await talk.says("stop", "cancel")) == ["visit.cancelled"]
    assert await talk.slot("visit_role") is None


async def test_stop_is_a_command_even_where_own_words_are_asked_for(talk: Conversation) -> None:
    await talk.says(BEGIN, "prepare_visit")
    assert ids(await talk.says("stop", "cancel")) == ["visit.cancelled"]


async def test_looking_for_a_provider_puts_the_visit_aside(talk: Conversation) -> None:
    await talk.says("prepare for my visit with a therapist", "prepare_visit")
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]
    assert ids(await talk.takes("prepare_visit")) == ["visit.ask_kind"]
