"""Taking answers in any order, taking words back, losing the thread, and finding it again."""

import pytest

from tests.actions.conversation import Conversation, ids


async def test_an_answer_to_what_was_not_asked_is_acknowledged(talk: Conversation) -> None:
    await talk.takes("find_provider")
    said = await talk.says("i have aetna", "inform")
    assert ids(said) == ["find.noted.said", "find.ask_role"]
    assert said[0]["slots"] == {"said": ["payer.aetna"]}
    said = await talk.says("online and near 94110", "inform")
    assert ids(said) == ["find.noted", "find.ask_role"]


async def test_the_same_answer_again_is_not_noted_twice(talk: Conversation) -> None:
    await talk.takes("find_provider")
    await talk.says("in person please", "inform")
    said = await talk.says("i already told you in person", "not_that")
    assert ids(said) == ["find.ask_role"]


@pytest.mark.parametrize(
    ("said", "intent", "slot", "value"),
    [
        ("online because i can't leave the baby", "ask_format", "format", "online"),
        ("either a psychologist or a counselor would do", "compare_roles", "help_role",
         ["psychologist", "counselor"]),
        ("thanks, i have cigna", "thank", "payment", ["cigna"]),
        ("my insurance is medicaid now", "ask_cost", "payment", ["medicaid"]),
    ],
)  # fmt: skip
async def test_a_statement_that_names_an_answer_is_one_whatever_it_was_taken_for(
    talk: Conversation, said: str, intent: str, slot: str, value: object
) -> None:
    await talk.takes("find_provider")
    await talk.says(said, intent, 0.95)
    assert await talk.slot(slot) == value


async def test_what_is_added_comes_beside_what_was_said(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    await talk.says("cigna", "inform")
    await talk.says("or aetna", "inform")
    assert await talk.slot("payment") == ["cigna", "aetna"]


async def test_what_is_said_no_to_is_let_go_of(talk: Conversation) -> None:
    await talk.says("therapist for kids near 94110", "find_provider")
    said = await talk.says("not kids", "change_answer")
    assert ids(said) == ["find.let_go", "find.ask_payment"]
    assert await talk.slot("wishes") is None


async def test_an_age_in_figures_is_a_wish(talk: Conversation) -> None:
    await talk.says("someone for my son, he's 15", "find_provider")
    assert await talk.slot("wishes") == {"age_groups": ["teen"]}


async def test_go_back_asks_the_question_before_again(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    await talk.says("aetna", "inform")
    assert ids(await talk.says("go back", "go_back")) == ["find.ask_payment"]
    assert ids(await talk.says("go back", "go_back")) == ["find.ask_place"]
    assert ids(await talk.says("back", "go_back")) == ["find.ask_role"]
    assert ids(await talk.says("back", "go_back")) == ["find.first_question", "find.ask_role"]


async def test_go_back_while_getting_ready_for_a_visit(talk: Conversation) -> None:
    await talk.takes("prepare_visit")
    assert ids(await talk.says("go back", "go_back")) == ["find.first_question", "visit.ask_role"]
    await talk.takes("inform", {"role": "therapist"})
    assert ids(await talk.says("go back", "go_back")) == ["visit.ask_role"]


async def test_go_back_with_nothing_before_says_so(talk: Conversation) -> None:
    assert ids(await talk.says("go back", "go_back")) == ["fallback.nothing_before"]


async def test_where_we_were_is_told_with_what_is_known(talk: Conversation) -> None:
    assert ids(await talk.says("what were we doing", "where_were_we")) == [
        "fallback.nothing_under_way"
    ]
    await talk.says("therapist near 94110 with aetna", "find_provider")
    said = await talk.says("what were we doing", "where_were_we")
    assert ids(said) == ["find.so_far", "find.ask_format"]
    assert ids(said[0]["slots"]["lines"]) == [
        "find.so_far.help_role",
        "find.so_far.zip",
        "find.so_far.payment",
    ]


async def test_where_we_were_with_a_visit(talk: Conversation) -> None:
    await talk.takes("prepare_visit", {"role": "therapist"})
    said = await talk.says("where were we", "where_were_we")
    assert ids(said) == ["visit.so_far", "visit.ask_kind"]


async def test_that_is_not_what_i_asked_is_taken_back_and_then_a_person_is_offered(
    talk: Conversation,
) -> None:
    assert ids(await talk.says("thats not what i asked", "not_that")) == ["fallback.sorry"]
    assert ids(await talk.says("no thats wrong", "not_that")) == ["fallback.human"]


async def test_in_a_task_the_place_in_it_is_kept(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    said = await talk.says("thats not what i meant", "not_that")
    assert ids(said) == ["fallback.sorry_in_task", "find.so_far", "find.ask_payment"]


async def test_the_long_list_of_helpers_is_shown_once(talk: Conversation) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.says("not sure", "dont_know")) == ["find.ask_role_unsure"]
    said = await talk.says("how much is a copay", "ask_cost")
    assert ids(said) == ["cost.copay", "find.ask_role_again"]


async def test_a_number_alone_picks_a_choice(talk: Conversation) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.says("2", "edit_list")) == ["find.ask_place"]
    assert await talk.slot("help_role") == ["psychiatrist"]
    await talk.says("94110", "inform")
    await talk.says("1.", "nlu_fallback", 0.2)
    assert await talk.slot("payment") == ["medicaid"]


async def test_a_number_alone_picks_a_place_that_was_offered(talk: Conversation) -> None:
    await talk.says("find me a therapist", "find_provider")
    await talk.says("Springfield", "inform")
    await talk.says("3", "edit_list")
    assert await talk.slot("place") == {"city": "Springfield", "state": "MO"}


async def test_a_number_alone_picks_a_choice_of_the_visit(talk: Conversation) -> None:
    await talk.takes("prepare_visit")
    assert ids(await talk.says("1", "edit_list")) == ["visit.ask_kind"]
    assert ids(await talk.says("1", "edit_list")) == ["visit.ask_whom"]
    assert ids(await talk.says("3", "edit_list")) == ["visit.ask_matters"]
    assert await talk.slot("visit_kind") == "first"
    assert await talk.slot("visit_whom") == "couple"


async def test_another_town_after_a_no_is_taken_whatever_is_asked(talk: Conversation) -> None:
    await talk.says("therapist in boston", "find_provider")
    for intent in ("deny", "nlu_fallback"):
        await talk.says("no new york", intent)
        assert await talk.slot("place") == {"city": "New York", "state": "NY"}
        assert await talk.slot("payment") is None


async def test_an_age_told_with_a_question_is_not_asked_for_again(talk: Conversation) -> None:
    said = await talk.says("need help for my son hes 15 wont go to school", "who_for")
    assert ids(said) == ["who_for.teen"]
    await talk.takes("find_provider")
    assert await talk.slot("wishes") == {"age_groups": ["teen"]}


async def test_what_only_looks_like_an_edit_of_a_list_is_no_edit(talk: Conversation) -> None:
    said = await talk.says("veteran here. dont want the VA", "edit_list")
    assert ids(said) != ["visit.no_list"]


async def test_what_was_gathered_already_is_not_taken_for_own_words(talk: Conversation) -> None:
    await talk.takes("prepare_visit", {"role": "psychologist"})
    await talk.says("first", "inform")
    await talk.takes("inform", {"visit_kind": "first"})
    await talk.takes("inform", {"visit_whom": "adult"})
    assert ids(await talk.says("its my first visit", "inform")) == ["visit.ask_matters"]
    assert ids(await talk.says("for myself", "inform")) == ["visit.ask_matters"]
