"""A person asks for a person: what they are asked, what they are told, what staff may then see."""

import pytest

from bot.handoff.hours import hours_from
from bot.handoff.states import State
from tests.bot.edge import QUESTION
from tests.handoff.visit import texts

CLOSED = hours_from({"timezone": "America/Chicago", "weekly": {}, "closed": []})
MONDAYS = hours_from({"timezone": "America/Chicago", "weekly": {"monday": ["09:00-17:00"]}})


async def seen(visit, handoff):
    return texts(await visit.edge.handoffs.transcript(handoff))


# --- consent comes first (R13) ------------------------------------------------------------------


async def test_r13_a_person_is_asked_what_may_be_shown_before_anybody_sees_anything(visit):
    await visit.edge.begin()
    assert await visit.say("can i talk to a real person") == ["handoff.ask"]
    assert (await visit.handoff()).state is State.ASKED
    assert await visit.edge.handoffs.inbox(["demo"]) == []


async def test_the_chat_is_shown_when_they_choose_so(visit):
    handoff = await visit.waits("what can you do")
    assert handoff.state is State.WAITING
    assert "what can you do" in await seen(visit, handoff)


async def test_with_a_note_only_the_note_and_what_comes_after_it_are_shown(visit):
    await visit.edge.begin()
    await visit.say("my landlord knows my sister")
    await visit.say("let me talk to someone")
    assert await visit.tap("handoff.share_note") == ["handoff.ask_note"]
    assert await visit.say("please help me change my appointment") == [
        "handoff.waiting_first",
        "human.numbers",
    ]
    handoff = await visit.handoff()
    await visit.say("it is on tuesday")
    shown = await seen(visit, handoff)
    assert handoff.note == "please help me change my appointment"
    assert "it is on tuesday" in shown
    assert not [text for text in shown if "landlord" in text or "appointment" in text]


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("show them the chat", "handoff.waiting_first"),
        ("just a note", "handoff.ask_note"),
        ("no thanks", "handoff.withdrawn"),
        ("never mind", "handoff.withdrawn"),
    ],
)
async def test_typed_answers_count_as_taps(visit, typed, then):
    await visit.edge.begin()
    await visit.say("i want a human")
    assert (await visit.say(typed))[0] == then


async def test_an_unclear_answer_is_never_a_consent(visit):
    await visit.edge.begin()
    await visit.say("i want a human")
    for unclear in ("yes", "ok", "what will they see", "hmm"):
        await visit.say(unclear)
        assert (await visit.handoff()).state is State.ASKED


async def test_what_is_not_understood_gets_the_question_in_other_words(visit):
    await visit.edge.begin()
    await visit.say("i want a human")
    visit.edge.engine.drafts = [{"message": "fallback.affirm"}]
    assert await visit.say("yes") == ["handoff.ask_again"]
    assert await visit.say("idk what do they see") == ["handoff.ask_again"]
    assert await visit.say("just a note pls") == ["handoff.ask_note"]


async def test_a_kind_word_comes_with_the_question_and_anything_else_goes_on(visit):
    await visit.edge.begin()
    await visit.say("i want a human")
    visit.edge.engine.drafts = [{"message": "smalltalk.thank"}]
    assert await visit.say("thank you so much") == ["smalltalk.thank", "handoff.ask"]
    visit.edge.engine.drafts = [{"message": "about.can_do"}]
    assert await visit.say("what can you do") == ["about.can_do"]
    assert (await visit.say("show them the chat"))[0] == "handoff.waiting_first"


@pytest.mark.parametrize("typed", ["stop waiting", "nvm stop waiting", "ya no quiero esperar"])
async def test_a_person_who_is_still_asked_can_stop_it(visit, typed):
    await visit.edge.begin()
    await visit.say("i want a human")
    assert await visit.say(typed) == ["handoff.withdrawn", "human.numbers"]


async def test_no_still_gives_the_numbers_and_the_form_comes_back(visit):
    visit.edge.engine.drafts, visit.edge.engine.asking = [QUESTION], QUESTION
    await visit.edge.begin()
    await visit.say("find me a therapist")
    await visit.say("can i talk to a real person")
    assert await visit.tap("handoff.no") == [
        "handoff.withdrawn",
        "human.numbers",
        QUESTION["message"],
    ]
    assert "512" in visit.heard[1].text


async def test_the_consent_question_outlives_a_crisis(visit):
    await visit.edge.begin()
    await visit.say("can i talk to a real person")
    told = await visit.say("i want to kill myself")
    assert told == ["safety.suicide_self_harm", "resume.after_danger", "handoff.ask"]


async def test_r10_a_child_is_never_put_in_line(visit):
    await visit.edge.begin()
    await visit.say("im 11 years old")
    assert await visit.say("can i talk to a real person") == ["human.now"]


async def test_r10_a_child_who_waits_is_taken_out_of_line(visit):
    handoff = await visit.waits()
    await visit.say("im 11 years old")
    assert (await visit.edge.handoffs.get(handoff.id)).state is State.WITHDRAWN


async def test_what_is_said_to_something_else_is_never_taken_for_the_note(visit):
    await visit.edge.begin()
    await visit.say("let me talk to someone")
    await visit.tap("handoff.share_note")
    question = visit.heard
    assert await visit.say("what do you store about me") == ["privacy.who", "handoff.ask_note"]
    await visit.edge.turn.tell(visit.edge.session, [QUESTION])  # a form has gone on
    await visit.say("my own words for the form")
    assert (await visit.handoff()).state is State.ASKED
    assert question


async def test_a_choice_of_an_earlier_question_only_says_where_it_stands(visit):
    await visit.edge.begin()
    await visit.say("let me talk to someone")
    asked = list(visit.heard)
    await visit.tap("handoff.share_note")
    visit.heard = asked
    assert await visit.tap("handoff.share_note") == ["handoff.ask_note"]
    await visit.say("please call me")
    visit.heard = asked
    assert await visit.tap("handoff.share_chat") == ["handoff.waiting_first", "human.numbers"]
    assert (await visit.handoff()).shares == "note", "nothing more is shown for it"


async def test_the_language_can_change_while_they_wait(visit):
    handoff = await visit.waits()
    visit.edge.session = await visit.edge.turn.speak(visit.edge.session, "es")
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ana", "enfermera"))
    assert (await visit.edge.kept())[-1].text.startswith("Ya está aquí Ana (enfermera).")


# --- alcohol and drugs (42 CFR Part 2) ----------------------------------------------------------


async def test_words_on_alcohol_or_drugs_are_asked_about_apart(visit):
    await visit.edge.begin()
    await visit.say("i relapsed last week and need a therapist")
    await visit.say("my zip is in austin")
    await visit.say("can i talk to a real person")
    assert await visit.tap("handoff.share_chat") == ["handoff.ask_substance"]
    assert (await visit.handoff()).state is State.ASKED
    await visit.tap("handoff.leave_out")
    handoff = await visit.handoff()
    shown = await visit.edge.handoffs.transcript(handoff)
    assert not [text for text in texts(shown) if "relapse" in text]
    assert "my zip is in austin" in texts(shown)
    assert next(m.kind for m in shown if m.sender == "person") == "left_out"


async def test_they_are_shown_with_a_consent_of_their_own(visit):
    await visit.edge.begin()
    await visit.say("i relapsed last week and need a therapist")
    await visit.say("can i talk to a real person")
    await visit.tap("handoff.share_chat")
    await visit.tap("handoff.include")
    handoff = await visit.handoff()
    assert handoff.substance
    assert "i relapsed last week and need a therapist" in await seen(visit, handoff)


async def test_a_note_about_them_that_may_not_go_along_is_not_kept(visit):
    await visit.edge.begin()
    await visit.say("can i talk to a real person")
    await visit.tap("handoff.share_note")
    assert await visit.say("my drinking is out of hand") == ["handoff.ask_substance"]
    await visit.tap("handoff.leave_out")
    handoff = await visit.handoff()
    assert (handoff.state, handoff.note) == (State.WAITING, None)


# --- waiting ------------------------------------------------------------------------------------


async def test_only_what_is_true_is_said_of_the_line(visit):
    first, second, third = visit, visit.another(2), visit.another(3)
    for n, one in enumerate((first, second, third)):
        visit.edge.session = one.another(n + 1).edge.session
        await one.waits()
    assert await third.told() != []
    visit.another(3)
    assert await visit.say("i want a human") == ["handoff.waiting", "human.numbers"]
    assert "2 people are ahead of you" in visit.heard[0].text
    assert "No one has answered yet" in visit.heard[0].text
    visit.another(2)
    assert "One person is ahead" in (await visit.edge.say("i want a human"))[0].text


async def test_while_they_wait_what_they_write_is_for_staff_and_is_said_once(visit):
    handoff = await visit.waits()
    asked = len(visit.edge.engine.asked)
    assert await visit.say("it is about my appointment") == ["handoff.you_wait"]
    assert await visit.say("on tuesday") == []
    assert len(visit.edge.engine.asked) == asked, "the bot answers nothing of it"
    assert "on tuesday" in await seen(visit, handoff)


@pytest.mark.parametrize("typed", ["stop waiting", "never mind", "i don't want to wait"])
async def test_they_stop_waiting_in_their_own_words(visit, typed):
    handoff = await visit.waits()
    assert (await visit.say(typed))[0] == "handoff.withdrawn"
    assert (await visit.edge.handoffs.get(handoff.id)).state is State.WITHDRAWN


async def test_they_stop_waiting_whatever_was_said_last(visit):
    await visit.waits()
    await visit.say("are you a real person?")
    assert (await visit.say("nvm stop waiting"))[0] == "handoff.withdrawn"


async def test_r3_what_it_is_is_still_told_while_they_wait(visit):
    visit.edge.engine.drafts, visit.edge.engine.asking = [QUESTION], QUESTION
    await visit.waits("find me a therapist")
    what, where = await visit.say("are you a real person?")
    assert what.startswith("identity.")
    assert where == "handoff.waiting_first", "and where the line stands, not the form's question"


# --- with a person ------------------------------------------------------------------------------


async def test_invariant_4_the_bot_is_silent_while_a_person_has_it(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    asked = len(visit.edge.engine.asked)
    for text in ("find me a therapist", "are you a robot", "thanks", "do i have adhd?", "/restart"):
        assert await visit.say(text) == []
    assert len(visit.edge.engine.asked) == asked


async def test_danger_still_brings_the_lines_and_alerts_staff_at_once(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.handoffs.say(handoff.id, ana, "Hello", "1")
    with visit.edge.turn.hub.listening("clinic:demo") as events:
        assert await visit.say("i want to kill myself") == ["safety.suicide_self_harm"]
        await visit.edge.settle_kept()
        alerts = [e for e in _drained(events) if getattr(e, "alert", False)]
    assert [alert.handoff for alert in alerts] == [handoff.id]
    assert (await visit.edge.handoffs.get(handoff.id)).alerted


async def test_what_could_be_danger_brings_the_lines_and_leaves_the_asking_to_staff(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    assert await visit.say("i cant do this anymore") == ["handoff.lines"]
    assert visit.heard[0].cards


async def test_with_the_database_dead_the_lines_come_all_the_same(visit):
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ana"))
    visit.edge.break_database()
    assert (await visit.say("i want to kill myself"))[0] == "safety.suicide_self_harm"


async def test_erasing_works_while_a_person_has_it(visit):
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ana"))
    assert await visit.say("delete everything about me") == ["privacy.erase"]
    await visit.tap("erase")
    assert await visit.edge.turn.reception.open_of(visit.edge.session.conversation) is None


# --- the end ------------------------------------------------------------------------------------


async def test_when_staff_end_it_the_bot_goes_on_where_the_form_was(visit):
    visit.edge.engine.drafts, visit.edge.engine.asking = [QUESTION], QUESTION
    ana = visit.member("Ana")
    handoff = await visit.waits("find me a therapist")
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.handoffs.say(handoff.id, ana, "All done?", "1")
    await visit.edge.handoffs.end(handoff.id, ana, "answered")
    assert (await visit.told())[-2:] == ["handoff.ended_staff", QUESTION["message"]]
    asked = len(visit.edge.engine.asked)
    await visit.say("78701")
    assert len(visit.edge.engine.asked) == asked + 1, "the bot answers again"


async def test_when_the_person_ends_it_too(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.handoffs.say(handoff.id, ana, "Hello", "1")
    await visit.edge.turn.leave(visit.edge.session)
    assert (await visit.told())[-1] == "handoff.ended_person"
    assert (await visit.edge.handoffs.get(handoff.id)).ended_by == "person"


async def test_what_is_said_after_the_end_is_not_shown_to_staff(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.turn.leave(visit.edge.session)
    visit.later(1)
    await visit.say("between you and me")
    after = await visit.edge.handoffs.get(handoff.id)
    assert "between you and me" not in await seen(visit, after)


async def test_leaving_twice_is_leaving_once(visit):
    await visit.waits()
    await visit.edge.turn.leave(visit.edge.session)
    told = await visit.told()
    await visit.edge.turn.leave(visit.edge.session)
    assert await visit.told() == told


# --- out of hours -------------------------------------------------------------------------------


async def test_out_of_hours_it_says_when_they_are_back_and_takes_a_message(visit):
    visit.edge.use_clinic(hours=MONDAYS)
    await visit.edge.begin()
    assert await visit.say("can i talk to a real person") == [
        "human.numbers",
        "handoff.ask_message",
    ]
    assert "on Monday at 9:00 am" in visit.heard[1].text
    assert "within 24 hours" in visit.heard[1].text
    kept = await visit.say("please call me about my referral")
    assert kept == ["handoff.message_kept", "human.numbers"]
    handoff = await visit.handoff()
    assert (handoff.kind, handoff.note) == ("message", "please call me about my referral")
    assert "could not" not in visit.heard[0].text


async def test_after_a_message_is_left_the_bot_goes_on(visit):
    visit.edge.use_clinic(hours=MONDAYS)
    await visit.edge.begin()
    await visit.say("can i talk to a real person")
    await visit.say("please call me about my referral")
    assert await visit.say("what can you do") == ["about.can_do"]


async def test_when_they_never_open_no_day_is_named(visit):
    visit.edge.use_clinic(hours=CLOSED)
    await visit.edge.begin()
    assert (await visit.say("can i talk to a real person"))[-1] == "handoff.ask_message_no_day"


async def test_r14_a_clinic_without_a_hand_off_says_so_and_names_who_can_be_reached(visit):
    visit.edge.use_clinic(handoff=None)
    await visit.edge.begin()
    assert await visit.say("can i talk to a real person") == ["human.now"]


def _drained(queue):
    while not queue.empty():
        yield queue.get_nowait()
