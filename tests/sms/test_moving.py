"""The page's side of going on by text: what is offered, asked, said and kept to itself."""

import pytest

from bot.clinic import Texts
from bot.conversation import Said, Session
from bot.sms.requests import DAY
from bot.sms.segments import segments
from bot.store.record import StoreDown
from tests.bot.edge import QUESTION
from tests.sms.mover import LIST, NUMBER, Mover
from tests.sms.texter import OURS, THEIRS

HOUR = 3600.0


def offers(mover: Mover) -> list[str | None]:
    return [offer.do for message in mover.heard for offer in message.offers]


# --- what is offered ----------------------------------------------------------------------------


async def test_a_list_can_be_texted_where_the_clinic_has_texts(mover):
    await mover.lists()
    assert offers(mover)[-1] == "text_me"


async def test_it_is_not_offered_without_texts_or_without_a_way_to_send_them(mover):
    mover.edge.use_clinic(texts=None)
    await mover.lists()
    assert "text_me" not in offers(mover)
    mover.edge.use_clinic(texts=Texts((OURS,)))
    mover.moving.ready = False
    await mover.say("again")
    assert "text_me" not in offers(mover)


async def test_it_is_not_offered_to_somebody_who_texts(mover):
    mover.edge.engine.drafts = [LIST]
    assert "Ask about cost" in await mover.texter.text("make me a list")
    (listed,) = [m for m in await mover.texter.said() if m.message == "visit.sheet"]
    assert "text_me" not in [offer.do for offer in listed.offers]


async def test_who_asks_for_it_where_it_can_not_be_done_is_told_so(mover):
    mover.edge.use_clinic(texts=None)
    await mover.lists(form=True)
    assert await mover.say("text me this list") == ["text_me.not_here", QUESTION["message"]]


# --- the number ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["text me this list", "can we go on by text", "envíame esto al celular"]
)
async def test_whoever_asks_for_it_is_asked_for_a_number(mover, typed):
    await mover.lists()
    assert await mover.say(typed) == ["text_me.ask_number"]
    assert mover.states() == ["asked"]


async def test_the_number_is_read_here_and_goes_no_further(mover, caplog):
    await mover.lists()
    await mover.tap("text_me")
    assert await mover.say(f"it's {NUMBER}") == ["text_me.sent"]
    assert "23" in mover.heard[0].text
    assert "0123" not in mover.heard[0].text
    assert mover.states() == ["dropped", "sent"]
    assert "0123" not in mover.at_rasa()
    assert "0123" not in caplog.text


async def test_one_text_goes_there_and_says_nothing_about_anybody(mover):
    await mover.asks()
    assert await mover.texter.bring() == [
        "Demo Community Clinic: someone, we hope you, asked for this chat by text. Reply 1 to get"
        " it. If it wasn't you, do nothing. STOP to get no texts. Msg & data rates may apply."
    ]
    assert mover.texter.api.sent[0][:2] == (THEIRS, OURS)
    assert mover.phones() == [None]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_it_is_at_most_two_segments_for_a_clinic_of_a_long_name(mover, language):
    mover.edge.use_clinic(texts=Texts((OURS,)), name="M" * 60)
    mover.edge.session = Session("e" * 32, "demo", language)
    await mover.asks()
    (said,) = await mover.texter.bring()
    assert segments(said) <= 2


async def test_request_and_number_in_one_message(mover):
    await mover.lists()
    assert await mover.say(f"text me this list at {NUMBER}") == ["text_me.sent"]
    assert "0123" not in mover.at_rasa()


async def test_what_is_no_number_is_asked_about_again_kindly(mover):
    await mover.lists()
    await mover.say("text me this list")
    assert await mover.say("512 555 01") == ["text_me.ask_again"]
    assert await mover.say("800 555 0100") == ["text_me.cannot"]
    assert await mover.say(OURS) == ["text_me.cannot"]
    assert await mover.say(NUMBER) == ["text_me.sent"]
    assert "555" not in mover.at_rasa()


@pytest.mark.parametrize("typed", ["no", "never mind", "I'd rather not give my number"])
async def test_no_drops_it_and_the_forms_question_comes_back(mover, typed):
    await mover.lists(form=True)
    await mover.say("text me this list")
    assert await mover.say(typed) == ["text_me.dropped", QUESTION["message"]]
    assert mover.states() == ["dropped"]


async def test_after_the_number_the_forms_question_comes_back(mover):
    assert await mover.asks(form=True) == ["text_me.sent", QUESTION["message"]]


async def test_something_else_drops_it_and_is_answered(mover):
    await mover.lists()
    await mover.say("text me this list")
    mover.edge.engine.drafts = [{"message": "about.can_do"}]
    assert await mover.say("what can you do") == ["about.can_do"]
    assert mover.states() == ["dropped"]
    assert mover.invites() == 0


async def test_a_question_about_the_bot_is_answered_and_the_number_asked_for_again(mover):
    await mover.lists()
    await mover.say("text me this list")
    assert await mover.say("what do you store about me") == ["privacy.who", "text_me.ask_number"]
    assert await mover.say(NUMBER) == ["text_me.sent"]


async def test_danger_comes_first_and_a_number_beside_it_is_not_used(mover):
    await mover.lists()
    await mover.say("text me this list")
    told = await mover.say(f"{NUMBER} i want to kill myself")
    assert told == ["safety.suicide_self_harm", "resume.after_danger", "text_me.ask_number"]
    assert mover.invites() == 0


async def test_r10_a_child_is_asked_for_no_number(mover):
    await mover.lists()
    await mover.say("text me this list")
    await mover.say("im 11 years old")
    assert mover.states() == ["dropped"]
    assert await mover.say("text me this list") == ["minor.child"]


async def test_a_number_typed_an_hour_later_is_no_answer(mover):
    await mover.lists()
    await mover.say("text me this list")
    mover.edge.clock.now += HOUR + 1
    assert await mover.say(NUMBER) != ["text_me.sent"]
    assert mover.invites() == 0


# --- another number -----------------------------------------------------------------------------


async def test_a_corrected_number_takes_the_place_of_the_first(mover):
    await mover.asks("512 555 0199")
    assert await mover.say(f"sorry it is {NUMBER}") == ["text_me.sent"]
    assert mover.states() == ["dropped", "dropped", "sent"]
    assert mover.numbers_kept() == 1
    assert "555" not in mover.at_rasa()


async def test_a_chat_may_name_three_phones(mover):
    await mover.asks("512 555 0101".replace("0101", "0102"))
    for last in ("0103", "0104"):
        assert await mover.say(f"512 555 {last}") == ["text_me.sent"]
    assert await mover.say("512 555 0105") == ["text_me.enough"]
    assert await mover.say("512 555 0104") == ["text_me.sent"]


async def test_a_phone_gets_two_such_texts_a_day_whoever_asks_and_nobody_can_tell(mover):
    for n in range(4):
        mover.edge.session = Session(f"{n:032x}", "demo", "en")
        assert await mover.asks() == ["text_me.sent"]
    assert mover.invites() == 2
    mover.edge.clock.now += DAY
    mover.edge.session = Session("d" * 32, "demo", "en")
    await mover.asks()
    assert mover.invites() == 3


async def test_erasing_the_chat_does_not_make_room_for_more_of_them(mover):
    for n in range(4):
        mover.edge.session = Session(f"{n:032x}", "demo", "en")
        await mover.asks()
        await mover.edge.desk.erase(mover.edge.session)
    assert mover.invites() == 2


async def test_a_phone_that_wants_no_texts_gets_none_and_the_page_can_not_tell(mover):
    await mover.texter.text("hello")
    await mover.texter.text("STOP")
    assert await mover.asks() == ["text_me.sent"]
    assert mover.invites() == 0
    assert "0123" not in mover.at_rasa()


# --- whatever dies ------------------------------------------------------------------------------


async def test_with_rasa_dead_the_number_is_still_taken(mover):
    await mover.lists()
    mover.edge.engine.up = False
    await mover.say("text me this list")
    assert await mover.say(NUMBER) == ["text_me.sent"]


async def test_with_the_database_dead_the_number_is_not_taken(mover):
    await mover.lists()
    await mover.say("text me this list")
    mover.texter.break_database()
    with pytest.raises(StoreDown):
        await mover.edge.desk.take(mover.edge.session, Said("n", text=NUMBER))
    mover.texter.mend_database()
    assert mover.states() == ["asked"]


async def test_a_death_between_the_text_and_the_answer_makes_no_second_text(mover, monkeypatch):
    await mover.lists()
    await mover.say("text me this list")
    answer, store = mover.edge.record.store.answer, type(mover.edge.record.store)
    monkeypatch.setattr(store, "answer", _dies)
    assert await mover.say(NUMBER) == []
    monkeypatch.setattr(store, "answer", lambda _self, *args, **kw: answer(*args, **kw))
    await mover.edge.desk.work(mover.edge.session.conversation)
    assert (await mover.edge.kept())[-1].message == "text_me.sent"
    assert mover.invites() == 1
    assert "0123" not in mover.at_rasa()


def _dies(*_args: object, **_kw: object) -> bool:
    raise OSError
