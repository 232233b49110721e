"""Notes between visits, talked through with the real rules and actions."""

from datetime import date

import pytest

from actions.heard import Heard
from actions.notes import note_wanted, read_past_day
from tests.actions.conversation import Conversation, ids

SATURDAY = date(2026, 11, 21)


async def noting(talk: Conversation) -> None:
    assert ids(await talk.takes("edit_list", {"note": "start"})) == ["notes.on"]


async def test_nothing_is_noted_before_notes_are_turned_on(talk: Conversation) -> None:
    assert ids(await talk.says("note: she said to walk", "edit_list")) == ["notes.are_off"]
    assert await talk.slot("visit_notes") is None


async def test_a_note_has_their_own_words_a_day_and_a_question(talk: Conversation) -> None:
    await noting(talk)
    assert ids(await talk.takes("edit_list", {"note": "add"})) == ["notes.ask_own"]
    own = "We talked about  MY JOB. stop. it was ok?"
    assert ids(await talk.says(own, "share_feelings")) == ["notes.ask_day"]
    assert ids(await talk.says("2026-11-02", "inform")) == ["notes.ask_question"]
    [listed] = await talk.says("Can I come every two weeks?", "ask_cost")
    assert listed["message"] == "notes.list"
    assert await talk.slot("visit_notes") == [
        {"day": "2026-11-02", "own": own, "question": "Can I come every two weeks?"}
    ]


async def test_a_note_is_of_today_and_without_a_question_when_those_are_skipped(
    talk: Conversation,
) -> None:
    await noting(talk)
    assert ids(await talk.says("note: she said to walk", "edit_list")) == ["notes.ask_day"]
    await talk.takes("skip")
    assert ids(await talk.takes("skip")) == ["notes.list"]
    [note] = await talk.slot("visit_notes")
    assert note == {"day": date.today().isoformat(), "own": "she said to walk"}


async def test_a_note_that_is_called_off_is_not_kept(talk: Conversation) -> None:
    await noting(talk)
    await talk.takes("edit_list", {"note": "add"})
    assert ids(await talk.says("no thanks", "deny")) == ["notes.not_kept"]
    await talk.takes("edit_list", {"note": "add"})
    assert ids(await talk.says("stop", "cancel")) == ["notes.not_kept"]
    assert await talk.slot("visit_notes") == []


async def test_notes_are_deleted_one_by_one_and_with_being_turned_off(talk: Conversation) -> None:
    await noting(talk)
    for own in ("one", "two"):
        await talk.says(f"note: {own}", "edit_list")
        await talk.takes("skip")
        await talk.takes("skip")
    assert ids(await talk.says("delete note 5", "edit_list")) == ["notes.no_such"]
    await talk.says("delete note 1", "edit_list")
    assert [note["own"] for note in await talk.slot("visit_notes")] == ["two"]
    assert ids(await talk.says("turn off notes", "edit_list")) == ["notes.off"]
    assert await talk.slot("visit_notes") is None


async def test_questions_and_notes_go_on_the_sheet(talk: Conversation) -> None:
    await talk.says("prepare for my first visit with a therapist, for myself", "prepare_visit")
    await talk.takes("skip")
    await talk.takes("skip")
    await noting(talk)
    await talk.says("note: it went well", "edit_list")
    await talk.takes("skip")
    await talk.says("Do we go on like this?", "nlu_fallback")
    [shown] = await talk.takes("edit_list", {"note": "to_sheet"})
    sections = {one["id"]: one["items"] for one in shown["cards"][0]["sheet"]["sections"]}
    assert sections["questions"][-1] == {"own": "Do we go on like this?"}
    assert sections["notes"] == [{"own": "it went well"}]


async def test_in_the_middle_of_something_a_note_waits(talk: Conversation) -> None:
    await noting(talk)
    await talk.takes("prepare_visit")
    said = await talk.says("note: call them", "edit_list")
    assert ids(said) == ["notes.later", "visit.ask_role"]


@pytest.mark.parametrize(
    "text", ["add do you take notes", "add who sees my notes", "remove 2", "change 2 to my notes"]
)
def test_a_question_about_notes_is_no_command(text):
    assert note_wanted(Heard("edit_list", text), on=True) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-21"),
        ("yesterday", "2026-11-20"),
        ("ayer", "2026-11-20"),
        ("3 days ago", "2026-11-18"),
        ("hace una semana", "2026-11-14"),
        ("last monday", "2026-11-16"),
        ("the 15th", "2026-11-15"),
        ("november 30", "2025-11-30"),
        ("el 3 de octubre", "2026-10-03"),
        ("tomorrow", None),
        ("banana", None),
    ],
)
def test_the_day_of_a_note_is_the_latest_that_is_not_ahead(text, day):
    assert read_past_day(text, SATURDAY) == (date.fromisoformat(day) if day else None)
