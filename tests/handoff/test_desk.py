"""Staff's side: each step once however many click, and nothing said twice or lost."""

import asyncio

import pytest

from bot.handoff.desk import Gone, NotAllowed
from bot.handoff.handoff import Answerer
from bot.handoff.states import State
from tests.handoff.visit import texts


async def test_of_ten_who_click_at_once_one_gets_it(visit):
    handoff = await visit.waits()
    staff = [visit.member(f"Ana{n}") for n in range(10)]
    desk = visit.edge.handoffs
    results = await asyncio.gather(
        *(desk.claim(handoff.id, one) for one in staff), return_exceptions=True
    )
    won = [result for result in results if not isinstance(result, BaseException)]
    assert len(won) == 1
    lost = [result for result in results if isinstance(result, NotAllowed)]
    assert len(lost) == 9
    assert {one.now.staff_id for one in lost} == {won[0].staff_id}
    assert (await visit.told()).count("handoff.joined") == 1


async def test_the_person_is_told_who_joined(visit):
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ana", "nurse"))
    last = (await visit.edge.kept())[-1]
    assert last.text.startswith("Ana is here now (nurse).")


async def test_the_first_words_make_it_a_talk_and_are_shown_as_a_persons(visit):
    ana = visit.member("Ana", "nurse")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    said = await visit.edge.handoffs.say(handoff.id, ana, "Hello, how can I help?", "k1")
    assert said.public()["from"] == "staff"
    assert said.public()["author"] == "Ana, nurse"
    assert (await visit.edge.handoffs.get(handoff.id)).state is State.ACTIVE


async def test_a_doubled_click_says_it_once(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    desk = visit.edge.handoffs
    first = await desk.say(handoff.id, ana, "Hello", "same")
    again = await desk.say(handoff.id, ana, "Hello", "same")
    both = await asyncio.gather(*(desk.say(handoff.id, ana, "Bye", "once") for _ in range(5)))
    assert first.id == again.id
    assert len({one.id for one in both}) == 1
    kept = [m.text for m in await visit.edge.kept() if m.sender == "staff"]
    assert kept == ["Hello", "Bye"]


async def test_only_who_has_it_may_speak_or_end_it(visit):
    ana, ben = visit.member("Ana"), visit.member("Ben")
    handoff = await visit.waits()
    desk = visit.edge.handoffs
    await desk.claim(handoff.id, ana)
    for refused in (
        desk.say(handoff.id, ben, "Hi", "1"),
        desk.end(handoff.id, ben, "answered"),
        desk.transfer(handoff.id, ben, None),
        desk.claim(handoff.id, ben),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert [m for m in await visit.edge.kept() if m.sender == "staff"] == []


async def test_it_is_handed_to_a_colleague_and_the_person_is_told(visit):
    ana, ben = visit.member("Ana"), visit.member("Ben")
    handoff = await visit.waits()
    desk = visit.edge.handoffs
    await desk.claim(handoff.id, ana)
    await desk.say(handoff.id, ana, "Ben knows more", "1")
    await desk.transfer(handoff.id, ana, ben)
    assert (await visit.told()).count("handoff.joined") == 2
    await desk.say(handoff.id, ben, "Hi, Ben here", "2")
    with pytest.raises(NotAllowed):
        await desk.say(handoff.id, ana, "one more", "3")


async def test_back_in_line_it_keeps_its_place(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    back = await visit.edge.handoffs.transfer(handoff.id, ana, None)
    assert (back.state, back.waiting_at, back.staff_id) == (
        State.WAITING,
        handoff.waiting_at,
        None,
    )
    assert (await visit.told())[-1] == "handoff.released"


async def test_an_outside_agent_answers_without_an_account(visit):
    handoff = await visit.waits()
    agent = Answerer(None, "Maria", "front desk")
    await visit.edge.handoffs.claim(handoff.id, agent)
    await visit.edge.handoffs.say(handoff.id, agent, "Hello", "a1")
    assert "Hello" in texts(await visit.edge.kept())


@pytest.mark.parametrize(
    ("name", "title", "told"),
    [
        ("Maria ✨", "", "Maria is here now (Demo Community Clinic)."),
        ("007 <b>", "24h – desk", "b is here now (h desk)."),
        ("", "🙂", "Demo Community Clinic is here now (Demo Community Clinic)."),
    ],
)
async def test_a_name_of_any_kind_is_told_as_plain_words(visit, name, title, told):
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, Answerer(None, name, title))
    assert (await visit.edge.kept())[-1].text.startswith(told)


async def test_unread_marks_follow_what_was_read(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.say("are you there")
    desk = visit.edge.handoffs

    async def unread():
        return (await desk.inbox(["demo"], reader=ana.id))[0].unread

    assert await unread()
    row = (await desk.inbox(["demo"], reader=ana.id))[0]
    await desk.seen(handoff.id, ana, row.last_message_id)
    assert not await unread()
    await visit.say("hello?")
    assert await unread()


async def test_an_alert_stays_until_somebody_looks(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.say("i want to kill myself")
    await visit.edge.settle_kept()
    desk = visit.edge.handoffs
    assert (await desk.get(handoff.id)).alerted
    visit.later(1)
    await desk.seen(handoff.id, ana, "")
    assert not (await desk.get(handoff.id)).alerted


async def test_an_earlier_talk_does_not_show_what_was_said_in_a_later_one(visit):
    ana = visit.member("Ana")
    earlier = await visit.waits()
    await visit.edge.handoffs.claim(earlier.id, ana)
    await visit.edge.handoffs.end(earlier.id, ana, "answered")
    visit.later(1)
    await visit.say("can i talk to a real person")
    await visit.tap("handoff.share_chat")
    later = await visit.handoff()
    await visit.edge.handoffs.claim(later.id, ana)
    await visit.edge.handoffs.say(later.id, ana, "hello again", "1")
    earlier = await visit.edge.handoffs.get(earlier.id)
    assert "hello again" not in texts(await visit.edge.handoffs.transcript(earlier))


async def test_private_notes_are_sealed_and_never_in_the_chat(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    desk = visit.edge.handoffs
    await desk.note(handoff.id, ana, "call back on Tuesday")
    assert [note.words for note in await desk.notes(handoff)] == ["call back on Tuesday"]
    assert "call back on Tuesday" not in texts(await visit.edge.kept())


async def test_only_hand_offs_of_ones_own_clinics_are_in_the_inbox(visit):
    await visit.waits()
    assert len(await visit.edge.handoffs.inbox(["demo"])) == 1
    assert len(await visit.edge.handoffs.inbox(["*"])) == 1
    assert await visit.edge.handoffs.inbox(["other"]) == []


async def test_nothing_or_too_much_is_not_sent(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    for words in ("", "  \n", "x" * 5000, "\0"):
        with pytest.raises(ValueError, match="words"):
            await visit.edge.handoffs.say(handoff.id, ana, words, "1")


async def test_after_an_erasure_there_is_nothing_to_answer(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.desk.erase(visit.edge.session)
    for gone in (
        visit.edge.handoffs.claim(handoff.id, ana),
        visit.edge.handoffs.say(handoff.id, ana, "Hi", "1"),
        visit.edge.handoffs.note(handoff.id, ana, "x"),
    ):
        with pytest.raises(Gone):
            await gone


async def test_typing_reaches_the_other_side_only_while_somebody_has_it(visit):
    handoff = await visit.waits()
    conversation = visit.edge.session.conversation
    with visit.edge.turn.hub.listening(conversation) as events:
        await visit.edge.handoffs.typing(handoff.id, True)
        assert events.empty()
        await visit.edge.handoffs.claim(handoff.id, visit.member("Ana"))
        while not events.empty():
            events.get_nowait()
        await visit.edge.handoffs.typing(handoff.id, True)
        assert (events.get_nowait().who) == "staff"


async def test_how_fast_people_were_answered_is_counted_without_saying_who(visit):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    visit.later(3)
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.handoffs.say(handoff.id, ana, "Hello", "1")
    counted = {name: n for (_, _, name), n in visit.edge.counts._gathered.items()}
    assert counted["answered.within_5"] == counted["handoff.answered"] == 1
    assert 180 <= counted["answered.seconds"] < 190
