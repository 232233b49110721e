"""Across turns, with the rules that are really used: what adds up, what is careful, what is asked
once, and that only names are remembered."""

from __future__ import annotations

import dataclasses

import pytest

from bot import care as care_module
from bot.care import Care, Heard
from bot.conversation import Said, Session
from guardrails.types import Outcome, Screening
from tests.bot.edge import QUESTION, Edge, ids

DANGER = "i want to kill myself"
HOPELESS, NUMB = "i feel hopeless", "i feel numb"
LOST, LOST_ES = "i lost my brother to suicide", "mi hermano se suicidó"
RASA = ["about.can_do"]
TURNED = ["language.now", *RASA]
"""What comes when the message is in the other language of the clinic's: the chat goes on in it."""
SECRET = "call me on 512 555 0100, i feel hopeless"


@pytest.mark.parametrize(
    ("language", "first", "between", "second"),
    [
        ("en", HOPELESS, RASA, NUMB),
        ("es", "me siento vacío", TURNED, "estoy muy solo"),
        ("es", "me siento vacío", TURNED, HOPELESS),
    ],
)
async def test_two_different_weak_signs_in_two_messages_ask(edge, language, first, between, second):
    edge.session = Session("c" * 32, "demo", language)
    await edge.begin()
    assert ids(await edge.say(first)) == RASA
    assert ids(await edge.say("what does a psychologist do")) == between
    assert ids(await edge.say(second)) == ["check_in.ask"]


async def test_the_same_weak_sign_twice_asks_nothing(edge):
    await edge.begin()
    for _ in range(3):
        assert ids(await edge.say(HOPELESS)) == RASA


async def test_once_it_has_asked_the_count_begins_anew(edge):
    await edge.begin()
    await edge.say(HOPELESS)
    assert ids(await edge.say(NUMB)) == ["check_in.ask"]
    assert ids(await edge.say("no")) == ["check_in.denied"]
    assert ids(await edge.say(NUMB)) == RASA
    assert ids(await edge.say(HOPELESS)) == ["check_in.ask"]


async def test_after_a_crisis_reply_one_weak_sign_asks(edge):
    await edge.begin()
    await edge.say(DANGER)
    assert ids(await edge.say(HOPELESS)) == ["check_in.ask"]


async def test_a_denial_after_a_crisis_reply_changes_nothing(edge):
    await edge.begin()
    first = (await edge.say(DANGER))[0]
    for _ in range(2):
        denied = await edge.say("no im fine")
        assert ids(denied)[0] == "check_in.denied"
        assert denied[0].cards[0]["actions"][0]["href"] == "tel:911"
        assert ids(await edge.say(HOPELESS)) == ["check_in.ask"]
    again = await edge.say(DANGER)
    assert ids(again) == ["safety.repeat", "human.numbers"]
    assert again[0].cards == first.cards


@pytest.mark.parametrize(
    ("language", "danger", "no"),
    [("en", DANGER, "no im fine"), ("es", "quiero matarme", "no, estoy bien")],
)
@pytest.mark.parametrize("asking", [None, QUESTION])
async def test_a_denial_is_heard_below_a_repeat_a_person_and_a_question(
    edge, language, danger, no, asking
):
    edge.session = Session("c" * 32, "demo", language)
    await edge.begin()
    edge.engine.drafts, edge.engine.asking = [QUESTION], asking
    await edge.say("therapist near me")
    await edge.say(danger)
    repeat = (await edge.say(danger))[0]
    assert repeat.message == "safety.repeat"
    await edge.say("can i talk to a person")
    assert ids(await edge.say(no))[0] == "check_in.denied"
    assert ids(await edge.say("what does a psychologist do")) == [QUESTION["message"]]


async def test_a_denial_is_heard_after_the_button_for_a_person(edge):
    await edge.begin()
    crisis = (await edge.say(DANGER))[0]
    assert ids(await edge.say(choice=f"{crisis.id}-0")) == ["handoff.ask"]
    assert ids(await edge.say("no im fine")) == ["check_in.denied", "handoff.ask"]


async def test_a_no_to_a_forms_question_is_the_forms_again_once_the_denial_is_answered(edge):
    await edge.begin()
    edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
    await edge.say("find me a therapist")
    await edge.say(DANGER)
    assert ids(await edge.say("no")) == ["check_in.denied", QUESTION["message"]]
    assert ids(await edge.say("no")) == [QUESTION["message"]]
    assert edge.engine.asked[-1]["text"] == "no"


async def test_a_denial_leaves_the_lines_of_the_last_danger_in_view(edge):
    await edge.begin()
    assert (await edge.say(DANGER))[0].message == "safety.suicide_self_harm"
    abuse = (await edge.say("my husband is choking me"))[0]
    denied = (await edge.say("i'm fine now"))[0]
    assert denied.message == "check_in.denied"
    assert denied.cards == abuse.cards
    await edge.say(HOPELESS)
    assert (await edge.say("no"))[0].cards == abuse.cards


async def test_a_denial_can_be_taken_back_with_a_tap(edge):
    await edge.begin()
    await edge.say("i can't do this anymore")
    denied = (await edge.say("no"))[0]
    choice = next(f"{denied.id}-{n}" for n, o in enumerate(denied.offers) if o.do == "danger")
    assert ids(await edge.say(choice=choice)) == ["safety.suicide_self_harm"]


async def test_said_again_abuse_brings_the_way_to_delete_the_chat_again(edge):
    await edge.begin()
    await edge.say("my husband is choking me")
    again = (await edge.say("my husband is choking me again"))[0]
    assert again.message == "safety.repeat"
    assert [offer.do for offer in again.offers] == ["erase"]


@pytest.mark.parametrize("before", [[DANGER], [DANGER, "no im fine"], [DANGER, DANGER]])
@pytest.mark.parametrize(
    "asked", ["what does a psychologist do", "find a therapist in 78701", "thank you"]
)
async def test_ordinary_help_goes_on_beside_it(edge, before, asked):
    await edge.begin()
    for text in before:
        await edge.say(text)
    assert ids(await edge.say(asked)) == RASA
    assert edge.engine.asked[-1]["text"] == asked


async def test_the_place_in_a_form_is_kept_through_danger_and_denial(edge):
    await edge.begin()
    edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
    await edge.say("find me a therapist")
    for text in (DANGER, "i really want to kill myself"):
        assert ids(await edge.say(text))[-1] == QUESTION["message"]
    assert edge.engine.forgotten == []


@pytest.mark.parametrize(("again", "then"), [(LOST, RASA), (LOST_ES, TURNED)])
async def test_a_loss_to_suicide_is_answered_once_and_then_by_rasa(edge, again, then):
    await edge.begin()
    first = await edge.say(LOST)
    assert ids(first) == ["bereaved.suicide"]
    assert first[0].kind == "notice"
    assert ids(await edge.say(again)) == then
    assert edge.engine.asked[-1]["text"] == again


async def test_a_loss_told_in_the_other_language_is_comforted_in_it_before_the_notice(edge):
    await edge.begin()
    said = await edge.say(LOST_ES)
    assert ids(said)[:2] == ["bereaved.suicide", "language.now"]
    assert "Lamento" in said[0].text


async def test_danger_of_ones_own_after_a_loss_is_heard(edge):
    await edge.begin()
    await edge.say(LOST)
    assert ids(await edge.say(DANGER)) == ["safety.suicide_self_harm"]


async def test_who_says_unasked_that_they_are_not_suicidal_is_asked_once(edge):
    await edge.begin()
    assert ids(await edge.say("im not suicidal")) == ["check_in.gentle"]
    assert ids(await edge.say("no")) == ["check_in.denied"]
    assert ids(await edge.say("i told you, im not suicidal")) != ["check_in.gentle"]


async def test_nothing_but_names_is_remembered(edge):
    await edge.begin()
    said = (SECRET, LOST, DANGER, DANGER, "no im fine")
    for text in said:
        await edge.say(text)
    heard = edge.turn.care.of(edge.session.conversation)
    assert {field.name for field in dataclasses.fields(Heard)} == {
        "signals",
        "fired",
        "checked",
        "replies",
        "told",
    }
    assert heard.checked is False
    assert heard.signals == {"hopeless"}
    assert heard.replies == ("safety.suicide_self_harm",)
    assert all(name.isidentifier() for name in heard.signals | heard.fired)
    memory = repr(vars(edge.turn.care))
    assert not [text for text in (*said, "512 555 0100") if text in memory]


async def test_nothing_is_remembered_of_an_erased_chat(edge):
    await edge.begin()
    for text in (HOPELESS, DANGER, LOST, "thank you"):
        await edge.say(text)
    assert edge.session.conversation in repr(vars(edge.turn.care))
    await edge.desk.erase(edge.session)
    assert edge.session.conversation not in repr(vars(edge.turn.care))


async def test_nothing_is_remembered_of_a_chat_erased_from_inside(edge):
    await edge.begin()
    await edge.say(DANGER)
    said = (await edge.say("delete everything i told you"))[0]
    choice = next(f"{said.id}-{n}" for n, o in enumerate(said.offers) if o.do == "erase")
    await edge.say(choice=choice)
    assert edge.session.conversation not in repr(vars(edge.turn.care))


async def test_the_same_message_sent_twice_counts_once(edge):
    await edge.begin()
    first = await edge.desk.take(edge.session, Said("a", HOPELESS))
    assert await edge.desk.take(edge.session, Said("a", HOPELESS)) == first
    await edge.settle()
    assert ids(await edge.say(DANGER)) == ["safety.suicide_self_harm"]
    danger = await edge.desk.take(edge.session, Said("b", DANGER))
    assert await edge.desk.take(edge.session, Said("b", DANGER)) == danger
    assert ids(await edge.kept()).count("safety.repeat") == 1


async def test_another_process_knows_nothing_of_it_and_says_everything_again(edge):
    await edge.begin()
    await edge.say(DANGER)
    anew = Edge(edge.url, clock=edge.clock)
    assert ids(await anew.say(HOPELESS)) == RASA
    assert ids(await anew.say(DANGER)) == ["safety.suicide_self_harm"]


# --- memory is bounded --------------------------------------------------------------------------

NOTHING = Screening(Outcome.NONE, None, None, "en")
CRISIS = Screening(Outcome.SUICIDE_SELF_HARM, "a_rule", "safety.suicide_self_harm", "en")


@pytest.fixture
def care(monkeypatch):
    monkeypatch.setattr(care_module, "MOST", 3)
    return Care()


def test_memory_holds_so_many_and_forgets_the_one_longest_silent(care):
    for name in "abcde":
        care.note(name, f"{name}1", CRISIS)
    assert [name for name in "abcde" if care.of(name).replies] == ["c", "d", "e"]


def test_who_goes_on_talking_is_not_the_one_forgotten(care):
    care.note("a", "a1", CRISIS)
    for name in "bcdef":
        care.note(name, f"{name}1", CRISIS)
        care.note("a", f"a{name}", NOTHING)
    assert care.of("a").replies


def test_those_with_nothing_to_remember_take_no_room(care):
    care.note("a", "a1", CRISIS)
    for n in range(10):
        care.note(f"other{n}", f"m{n}", NOTHING)
    assert care.of("a").replies
    assert care.screened("a", "a1") is None
    assert care.screened("other9", "m9") is NOTHING
