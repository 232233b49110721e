"""Somebody says how they are: heard, told what this is, and offered a person."""

import pytest

from actions.content import cues, message_ids
from actions.feelings import kind_reply
from actions.heard import Heard
from tests.actions.conversation import CATALOGUE, RELEASER, Conversation, ids

SAD = "i feel so alone"


def said(text: str, times: int = 1, in_task: bool = False) -> str:
    return RELEASER.release(kind_reply(Heard("share_feelings", text), times, in_task)).text


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("my mom died last month and i cant stop crying", "grief"),
        ("since my husband passed my family and i fight about the house", "grief"),
        ("rent is due and im freaking out", "money"),
        ("work has been so stressful lately", "work"),
        ("finals are next week and i cant breathe", "work"),
        ("he left me after nine years", "family"),
        ("i feel so alone", "lonely"),
        ("looking after my dad wears me out", "caring"),
        ("my son wont talk to me", "caring"),
        ("se murió mi papá", "grief"),
        ("sad", "general"),
        ("😭", "general"),
        ("my phone died and im late", "general"),
    ],
)
def test_the_reply_takes_up_what_was_brought(text: str, concern: str) -> None:
    reply = kind_reply(Heard("share_feelings", text), 1, in_task=False)
    assert reply["slots"]["heard"] == f"feelings.heard.{concern}"


@pytest.mark.parametrize("concern", ["general", *cues("concern")])
def test_every_concern_has_two_ways_to_be_heard(concern: str) -> None:
    assert {f"feelings.heard.{concern}", f"feelings.heard_more.{concern}"} <= message_ids()
    for part in ("heard", "heard_more"):
        assert set(CATALOGUE.messages[f"feelings.{part}.{concern}"].words) == {"en", "es"}


def test_the_first_reply_says_what_this_is_and_who_listens_at_any_time() -> None:
    text = said(SAD)
    assert "I am software" in text
    assert "988" in text
    assert "not only for emergencies" in text
    assert text.count("988") == 1


@pytest.mark.parametrize("in_task", [False, True])
def test_six_replies_in_a_row_are_all_different(in_task: bool) -> None:
    replies = [said(SAD, times, in_task) for times in range(1, 7)]
    assert len(set(replies)) == 6
    assert all("person" in reply for reply in replies)


@pytest.mark.parametrize("times", range(1, 7))
def test_a_person_is_always_a_choice_and_later_the_first(times: int) -> None:
    choices = kind_reply(Heard("share_feelings", SAD), times, in_task=False)["choices"]
    assert "human" in choices
    assert "find.start" in choices
    assert times == 1 or choices[0] == "human"


async def test_told_again_and_again_it_does_not_repeat_itself(talk: Conversation) -> None:
    drafts = [(await talk.says(SAD, "share_feelings"))[0] for _ in range(3)]
    assert len({draft["slots"]["next"] for draft in drafts}) == 3


async def test_only_how_often_is_remembered(talk: Conversation) -> None:
    await talk.says("my mom died", "share_feelings")
    assert await talk.slot("times_confided") == 1


@pytest.mark.parametrize("text", [SAD, "me and my husband fight all day", "sad"])
async def test_in_a_search_the_question_comes_back(talk: Conversation, text: str) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.says(text, "share_feelings")) == ["feelings.reply", "find.ask_role"]
    await talk.says("a therapist", "inform")
    assert ids(await talk.says(text, "share_feelings")) == ["feelings.reply", "find.ask_place"]


async def test_an_unsure_guess_is_no_answer_to_the_search(talk: Conversation) -> None:
    await talk.takes("find_provider")
    said = await talk.says("me and my husband fight all day", "share_feelings", confidence=0.55)
    assert ids(said) == ["feelings.reply", "find.ask_role"]


async def test_while_a_visit_is_prepared_the_question_comes_back(talk: Conversation) -> None:
    await talk.takes("prepare_visit")
    assert ids(await talk.says(SAD, "share_feelings")) == ["feelings.reply", "visit.ask_role"]


async def test_as_what_matters_for_a_visit_it_is_kept_word_for_word(talk: Conversation) -> None:
    await talk.takes("prepare_visit")
    await talk.says("a therapist", "inform")
    await talk.takes("inform", {"visit_kind": "first"})
    await talk.takes("skip")
    text = "My mom died, and I can't stop crying…"
    assert ids(await talk.says(text, "share_feelings")) == ["visit.ask_needs"]
    assert await talk.slot("visit_matters") == text


async def test_what_may_be_a_confidence_is_not_called_unclear(talk: Conversation) -> None:
    rival = ("share_feelings", 0.4)
    said = await talk.says("its just so much these days", "nlu_fallback", 0.55, rival)
    assert ids(said) == ["feelings.reply"]
    assert await talk.slot("misses") is None


@pytest.mark.parametrize(
    ("text", "rival"),
    [("blorp", ("share_feelings", 0.1)), ("does it hurt so much?", ("share_feelings", 0.4))],
)
async def test_what_is_no_confidence_stays_unclear(
    talk: Conversation, text: str, rival: tuple[str, float]
) -> None:
    assert ids(await talk.says(text, "nlu_fallback", 0.55, rival)) == ["fallback.clarify"]
