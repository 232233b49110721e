"""Working out who to see, talked through with the real rules and actions."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("rasa", reason="the dialogue runs on Python 3.10, with Rasa")

from actions.heard import Entity, Heard
from actions.who_answers import read_who
from actions.who_plan import who_plan
from tests.actions.conversation import CATALOGUE, RELEASER, Conversation, ids

HELP = "help me work out who to see"


async def roles(talk: Conversation, *answers: str) -> dict[str, Any]:
    """What comes out after four answers by choice."""
    [shown] = [(await talk.takes("who_to_see", {"who": one}))[-1] for one in answers][-1:]
    return shown


def reasons(shown: dict[str, Any]) -> list[str]:
    return [line["message"].removeprefix("who.why.") for line in shown["slots"]["lines"]]


def offered(shown: dict[str, Any]) -> list[str]:
    return [one if isinstance(one, str) else one["choice"] for one in shown["choices"]]


async def test_four_questions_and_then_roles_with_reasons(talk: Conversation) -> None:
    assert ids(await talk.says(HELP, "who_to_see")) == ["who.ask_wish"]
    assert ids(await talk.says("testing", "inform")) == ["who.ask_whom"]
    assert ids(await talk.says("me", "nlu_fallback")) == ["who.ask_payment"]
    assert ids(await talk.says("aetna", "inform")) == ["who.ask_access"]
    [shown] = await talk.says("online please, in spanish", "inform")
    assert reasons(shown) == ["testing.psychologist", "testing.neuropsychologist"]
    assert offered(shown) == [
        "who.call.psychologist", "who.call.neuropsychologist", "who.compare", "who.again",
    ]  # fmt: skip
    text = RELEASER.release(shown).text
    assert "because you want testing" in text
    assert "not a clinical judgement" in text


async def test_the_words_for_a_call_are_filled_with_the_answers(talk: Conversation) -> None:
    await talk.says("help me choose who to see for testing for my son, aetna", "who_to_see")
    await talk.says("spanish and an interpreter", "inform")
    [words] = await talk.takes("who_to_see", {"who": "call.psychologist"})
    assert ids(words["slots"]["lines"]) == [
        "who.say.hello_for", "who.say.new", "who.say.testing", "who.say.pay.plan",
        "who.say.language",
    ]  # fmt: skip
    text = RELEASER.release(words).text
    assert all(one in text for one in ("for my child", "Aetna", "Spanish"))
    assert offered(words)[:2] == ["find.role.psychologist", "who.prepare"]


async def test_everything_said_at_once_is_not_asked_again(talk: Conversation) -> None:
    said = "help me work out who to see, my mom wants medicine and has medicare"
    assert ids(await talk.says(said, "who_to_see")) == ["who.ask_access"]
    assert await talk.slot("who_whom") == "parent"
    assert await talk.slot("who_payment") == "payer.medicare"


async def test_every_question_can_be_skipped(talk: Conversation) -> None:
    await talk.takes("who_to_see")
    for _ in range(3):
        await talk.says("skip", "skip")
    [shown] = await talk.says("skip", "skip")
    assert shown["message"] == "who.roles_to_start"
    assert len(shown["slots"]["lines"]) == 3


async def test_the_other_wishes_come_in_a_second_list_and_by_number(talk: Conversation) -> None:
    await talk.takes("who_to_see")
    assert ids(await talk.says("6", "nlu_fallback")) == ["who.ask_wish_more"]
    assert ids(await talk.says("go back", "go_back")) == ["who.ask_wish"]
    await talk.says("6", "nlu_fallback")
    assert ids(await talk.says("4", "nlu_fallback")) == ["who.ask_whom"]
    assert await talk.slot("who_wish") == ["benefits"]


async def test_a_wish_may_say_who_it_is_for(talk: Conversation) -> None:
    await talk.takes("who_to_see")
    assert ids(await talk.says("couples counseling", "who_for")) == ["who.ask_payment"]
    assert await talk.slot("who_whom") == "couple"
    assert ids(await talk.says("go back", "go_back")) == ["who.ask_wish"]
    assert ids(await talk.says("go back", "go_back")) == ["find.first_question", "who.ask_wish"]


@pytest.mark.parametrize(
    "told",
    [
        "i cry every night and i cant get up",
        "i think its depression or maybe adhd",
    ],
)
async def test_nothing_is_drawn_from_symptoms(talk: Conversation, told: str) -> None:
    await talk.takes("who_to_see")
    assert ids(await talk.says(told, "nlu_fallback")) == ["who.only_wishes", "who.ask_wish"]
    assert await talk.slot("who_wish") is None
    assert ids(await talk.says(told, "inform")) == ["who.going_on", "who.ask_whom"]
    assert await talk.slot("who_wish") == ["not_sure"]


async def test_whoever_says_how_they_are_is_heard_and_asked_again(talk: Conversation) -> None:
    await talk.takes("who_to_see")
    said = await talk.says("i feel so alone since my dad died", "share_feelings")
    assert ids(said) == ["feelings.reply", "who.ask_wish"]
    assert await talk.slot("who_wish") is None


@pytest.mark.parametrize("answers", [0, 3])
async def test_a_question_in_between_is_answered_and_the_pending_one_comes_back(
    talk: Conversation, answers: int
) -> None:
    [pending] = await talk.takes("who_to_see")
    for one in ("wish.talk", "whom.me", "pay.insurance")[:answers]:
        [pending] = await talk.takes("who_to_see", {"who": one})
    said = await talk.says("what is a copay?", "ask_cost")
    assert ids(said) == ["cost.copay", pending["message"]]


async def test_to_stop_lets_go_of_the_answers(talk: Conversation) -> None:
    await talk.takes("who_to_see", {"who": "wish.talk"})
    assert ids(await talk.says("stop", "cancel")) == ["who.cancelled"]
    assert await talk.slot("who_wish") is None


async def test_where_we_were_is_told_with_what_is_known(talk: Conversation) -> None:
    await talk.takes("who_to_see")
    said = await talk.says("where were we", "where_were_we")
    assert ids(said) == ["who.nothing_so_far", "who.ask_wish"]
    await talk.takes("who_to_see", {"who": "wish.talk"})
    said = await talk.says("where were we", "where_were_we")
    assert ids(said) == ["who.so_far", "who.ask_whom"]


async def test_other_forms_take_its_place_and_it_goes_on_afterwards(talk: Conversation) -> None:
    await talk.takes("who_to_see", {"who": "wish.talk"})
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]
    assert ids(await talk.takes("who_to_see")) == ["who.ask_whom"]
    assert ids(await talk.takes("prepare_visit")) == ["visit.ask_role"]
    assert ids(await talk.takes("who_to_see")) == ["who.ask_whom"]


async def test_a_wrong_listing_told_in_between_comes_back_to_the_question(
    talk: Conversation,
) -> None:
    await talk.says("therapist near 94110, aetna, either, nothing else", "find_provider")
    await talk.takes("skip")
    await talk.takes("who_to_see")
    await talk.takes("report_listing")
    assert ids(await talk.takes("deny"))[-1] == "who.ask_wish"


async def test_the_search_goes_on_with_the_role_and_what_was_said(talk: Conversation) -> None:
    await roles(talk, "wish.medicine", "whom.me", "pay.insurance", "access.online")
    said = await talk.takes("find_provider", {"role": "psychiatrist"})
    assert ids(said) == ["find.ask_state"]
    assert await talk.slot("help_role") == ["psychiatrist"]
    assert await talk.slot("format") == "online"


async def test_a_visit_is_prepared_with_the_role(talk: Conversation) -> None:
    await roles(talk, "wish.medicine", "whom.me", "pay.any", "access.any")
    [words] = await talk.takes("who_to_see", {"who": "call.psychiatrist"})
    prepare = next(one for one in words["choices"] if "prepare" in str(one))
    assert prepare["entities"] == {"role": "psychiatrist"}
    assert ids(await talk.takes("prepare_visit", prepare["entities"])) == ["visit.ask_kind"]


async def test_the_roles_can_be_compared(talk: Conversation) -> None:
    shown = await roles(talk, "wish.testing", "whom.me", "pay.any", "access.any")
    compare = next(one for one in shown["choices"] if "compare" in str(one))
    assert ids(await talk.takes("compare_roles", compare["entities"])) == ["compare.roles"]


async def test_asked_again_it_starts_afresh_and_an_old_choice_changes_one_answer(
    talk: Conversation,
) -> None:
    await roles(talk, "wish.testing", "whom.me", "pay.any", "access.any")
    [shown] = await talk.takes("who_to_see", {"who": "whom.child"})
    assert reasons(shown) == ["testing.psychologist", "testing.school_counselor"]
    assert ids(await talk.takes("who_to_see")) == ["who.ask_wish"]
    assert await talk.slot("who_whom") is None


async def test_two_wishes_give_roles_for_both(talk: Conversation) -> None:
    await talk.takes("who_to_see")
    await talk.says("therapy and medicine", "inform")
    shown = await roles(talk, "whom.me", "pay.any", "access.any")
    assert {reason.split(".")[0] for reason in reasons(shown)} == {"talk", "medicine"}


async def test_a_wish_for_the_visit_that_we_do_not_know_is_left_to_the_call(
    talk: Conversation,
) -> None:
    await talk.takes("who_to_see", {"who": "wish.talk"})
    await talk.says("just me", "inform")
    assert ids(await talk.says("no", "deny")) == ["who.ask_access"]
    assert await talk.slot("who_payment") == "none"
    said = ids(await talk.says("somebody calm and older", "nlu_fallback"))
    assert said == ["who.ask_them", "who.roles"]


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("something to help me, like meds", ["medicine"]),
        ("quiero hablar con alguien", ["talk"]),
        ("i want to stop drinking", ["recovery"]),
        ("a letter for my college", ["letter"]),
        ("someone whos been through it", ["peer"]),
        ("necesito ayuda con la renta y beneficios", ["benefits"]),
        ("a psychiatrist", ["medicine"]),
        ("i drink too much", None),
        ("i feel anxious all day", None),
        ("my heart races and i am scared of people", None),
        ("no puedo dormir y me siento muy mal", None),
    ],
)
def test_a_wish_is_read_and_a_complaint_is_not(said: str, wish: list[str] | None) -> None:
    named = (Entity("role", "psychiatrist", 2, 14),) if "psychiatrist" in said else ()
    read = read_who(Heard("inform", said, named), "who_wish", {})
    assert read.slots.get("who_wish") == wish


@pytest.mark.parametrize("wish", who_plan().wishes)
def test_each_wish_has_two_or_three_roles_with_reasons_and_words(wish: str) -> None:
    plan = who_plan()
    for whom in ("any", "me", "child", "couple", "parent"):
        found = plan.reasons([wish], whom)
        assert 2 <= len(found) <= 3
        for _, role in found:
            reason = CATALOGUE.messages[f"who.why.{wish}.{role}"].words
            assert " because " in reason["en"]
            assert " porque " in reason["es"]
            assert f"who.a.{role}" in CATALOGUE.messages
            assert f"who.call.{role}" in CATALOGUE.choices
    assert f"who.say.{wish}" in CATALOGUE.messages
