"""What the turn promises, each promise with the part it depends on broken."""

import asyncio
import threading

import pytest

from bot import metrics
from bot.conversation import Said, Session
from bot.store.record import StoreDown
from bot.turn import TooLong, UnknownChoice
from tests.bot.edge import QUESTION, Edge, ids

DANGER = "i want to kill myself"


async def test_r1_the_first_message_says_what_it_is(edge):
    first = await edge.begin()
    assert ids(first) == ["disclosure.first"]
    assert "not a person" in first[0].text
    assert "988" in first[0].text


async def test_a_question_goes_to_rasa_and_its_answer_comes_back(edge):
    await edge.begin()
    assert ids(await edge.say("what can you do?")) == ["about.can_do"]
    assert edge.engine.asked[0]["text"] == "what can you do?"
    assert [m.sender for m in await edge.kept()] == ["bot", "person", "bot"]


async def test_invariant_1_the_crisis_reply_goes_out_with_everything_dead(edge):
    await edge.begin()
    edge.engine.up = False
    edge.break_database()
    said = await edge.say(DANGER)
    assert ids(said) == ["safety.suicide_self_harm"]
    assert "988" in said[0].text
    assert "911" in said[0].text
    assert any(action["href"] == "tel:988" for card in said[0].cards for action in card["actions"])
    assert edge.engine.asked == []


async def test_a_crisis_message_that_no_database_took_is_kept_once_it_is_back(edge):
    edge.break_database()
    await edge.begin()
    await edge.say(DANGER)
    assert [m.sender for m in await edge.kept()] == ["bot", "person", "bot"]
    edge.mend_database()
    await edge.record.flush()
    assert edge.record.remembered(edge.session.conversation) == []
    assert [m.sender for m in await edge.kept()] == ["bot", "person", "bot"]


async def test_a_stuck_database_does_not_keep_a_crisis_message_waiting(edge):
    await edge.begin()
    let_go = threading.Event()
    add = edge.record.store.add

    def stuck(store, *args):
        let_go.wait(20)
        return add(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(edge.record.store), "add", stuck)
        taken = await edge.desk.take(edge.session, Said("a", DANGER))
        assert not let_go.is_set()
        assert await edge.desk.take(edge.session, Said("a", DANGER)) == taken
        assert [m.message for m in await edge.kept()][-1] == "safety.suicide_self_harm"
        let_go.set()
        await asyncio.gather(*edge.turn.keeping)
    assert [m.sender for m in await edge.kept()] == ["bot", "person", "bot"]


async def test_a_crisis_message_sent_again_while_the_database_slept_does_not_hold_up_others(edge):
    await edge.begin()
    await edge.desk.take(edge.session, Said("a", DANGER))
    edge.break_database()
    await edge.desk.take(edge.session, Said("a", DANGER))
    await edge.desk.take(edge.session, Said("b", DANGER))
    edge.mend_database()
    await edge.record.flush()
    assert edge.record.remembered(edge.session.conversation) == []
    senders = [m.sender for m in await edge.kept()]
    assert senders == ["bot", "person", "bot", "person", "bot", "bot"]


async def test_the_crisis_reply_is_in_the_language_of_the_message(edge):
    await edge.begin()
    said = await edge.say("quiero matarme")
    assert ids(said) == ["safety.suicide_self_harm"]
    assert "llame" in said[0].text.lower()


async def test_danger_wins_over_an_ordinary_request_in_the_same_message(edge):
    await edge.begin()
    said = await edge.say("can you find a therapist near 78701, i want to kill myself")
    assert ids(said)[0] == "safety.suicide_self_harm"


async def test_invariant_5_an_ordinary_message_is_refused_when_it_cannot_be_kept(edge):
    await edge.begin()
    edge.break_database()
    with pytest.raises(StoreDown):
        await edge.desk.take(edge.session, Said("a", "what is a coach?"))


async def test_invariant_5_the_same_client_id_is_the_same_message(edge):
    await edge.begin()
    first = await edge.desk.take(edge.session, Said("a", "what can you do?"))
    again = await edge.desk.take(edge.session, Said("a", "what can you do?"))
    await edge.settle()
    assert first == again
    assert len(edge.engine.asked) == 1
    assert len(await edge.kept()) == 3


async def test_invariant_5_two_at_the_same_moment_are_one(edge):
    await edge.begin()
    taken = await asyncio.gather(
        *(edge.desk.take(edge.session, Said("a", "what can you do?")) for _ in range(8))
    )
    await edge.settle()
    assert len(set(taken)) == 1
    assert len(edge.engine.asked) == 1


async def test_a_repeated_crisis_message_is_answered_once(edge):
    await edge.begin()
    first = await edge.desk.take(edge.session, Said("a", DANGER))
    assert await edge.desk.take(edge.session, Said("a", DANGER)) == first
    assert len(await edge.kept()) == 3


async def test_invariant_5_a_message_outlives_the_process_that_took_it(tmp_path):
    first = Edge.fresh(tmp_path)
    await first.begin()
    first.engine.up = False
    assert ids(await first.say("what can you do?")) == ["notice.starting"]
    second = Edge(first.url, clock=first.clock)
    await second.desk._take_up()
    await second.settle()
    assert ids(await second.kept())[-1] == "about.can_do"
    await first.desk.work(first.session.conversation)
    assert ids(await second.kept()).count("about.can_do") == 1


async def test_while_rasa_is_down_it_says_so_and_answers_when_rasa_is_back(edge):
    await edge.begin()
    await edge.say("what can you do?")
    edge.engine.up = False
    assert ids(await edge.say("and what is a coach?")) == ["notice.down"]
    await edge.desk._take_up()
    await edge.settle()
    edge.engine.up = True
    await edge.desk._take_up()
    await edge.settle()
    assert ids(await edge.kept())[-3:] == [None, "notice.down", "about.can_do"]


async def test_refusals_need_no_rasa(edge):
    await edge.begin()
    edge.engine.up = False
    assert ids(await edge.say("do i have bipolar disorder?")) == ["refusal.diagnosis"]


async def test_a_slow_rasa_is_spoken_of_and_still_waited_for(tmp_path):
    edge = Edge.fresh(tmp_path, patience=0.05)
    await edge.begin()
    edge.engine.gate = asyncio.Event()
    asyncio.get_running_loop().call_later(0.3, edge.engine.gate.set)
    assert ids(await edge.say("what can you do?")) == ["notice.slow", "about.can_do"]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("do i have bipolar disorder?", "refusal.diagnosis"),
        ("are you a real person?", "identity.what"),
        ("should i stop taking my zoloft", "refusal.medication"),
    ],
)
async def test_invariant_8_an_interruption_is_answered_and_the_question_comes_back(
    edge, text, reply
):
    await edge.begin()
    edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
    await edge.say("find me a therapist")
    assert ids(await edge.say(text)) == [reply, QUESTION["message"]]


async def test_invariant_8_a_crisis_in_a_form_keeps_the_place(edge):
    await edge.begin()
    edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
    await edge.say("find me a therapist")
    said = await edge.say(DANGER)
    assert ids(said) == ["safety.suicide_self_harm", "resume.after_danger", QUESTION["message"]]
    assert edge.engine.forgotten == []


async def test_a_yes_to_the_check_in_brings_the_lines_and_a_no_goes_on(edge):
    await edge.begin()
    asked = await edge.say("i can't do this anymore")
    assert ids(asked) == ["check_in.ask"]
    assert ids(await edge.say("yes")) == ["safety.suicide_self_harm"]
    await edge.say("i can't do this anymore")
    assert ids(await edge.say("no")) == ["check_in.denied"]


async def test_one_denial_never_closes_a_crisis(edge):
    await edge.begin()
    await edge.say(DANGER)
    said = await edge.say("no im fine")
    assert ids(said) == ["check_in.denied"]
    assert "988" in said[0].text


async def test_r8_a_repeat_brings_the_lines_again_and_who_is_a_person(edge):
    await edge.begin()
    first = await edge.say(DANGER)
    again = await edge.say("i really am going to kill myself")
    assert ids(again) == ["safety.repeat", "human.numbers"]
    assert again[0].cards == first[0].cards
    assert "911" in again[0].text
    assert "988" in again[0].text


async def test_r8_a_danger_of_another_kind_gets_its_own_reply(edge):
    await edge.begin()
    await edge.say(DANGER)
    said = await edge.say("my husband is choking me")
    assert ids(said) == ["safety.abuse_danger"]
    again = await edge.say("my husband is choking me again")
    assert ids(again)[0] == "safety.repeat"
    assert again[0].cards == said[0].cards


async def test_a_conversation_in_another_tab_knows_nothing_of_this_ones_danger(edge):
    await edge.begin()
    await edge.say(DANGER)
    edge.session = Session("d" * 32, "demo", "en")
    await edge.begin()
    assert ids(await edge.say(DANGER)) == ["safety.suicide_self_harm"]


async def test_the_check_ins_choices_do_what_they_say(edge):
    await edge.begin()
    asked = (await edge.say("i can't do this anymore"))[0]
    choices = {offer.do: f"{asked.id}-{n}" for n, offer in enumerate(asked.offers)}
    assert ids(await edge.say(choice=choices["danger"])) == ["safety.suicide_self_harm"]
    assert ids(await edge.say(choice=choices["safe"])) == ["check_in.denied"]


async def test_invariant_9_only_choices_that_were_issued_here_count(edge):
    first = (await edge.begin())[0]
    await edge.say(choice=f"{first.id}-0")
    assert edge.engine.asked[0]["text"] is None
    assert edge.engine.asked[0]["intent"]
    stranger = Session("d" * 32, "demo", "en")
    for session, choice in [
        (edge.session, f"{first.id}-99"),
        (edge.session, "0" * 24 + "-0"),
        (stranger, f"{first.id}-0"),
    ]:
        with pytest.raises(UnknownChoice):
            await edge.desk.take(session, Said(f"x{choice}", choice=choice))


async def test_a_draft_that_may_not_go_out_is_replaced_and_counted(edge):
    await edge.begin()
    edge.engine.drafts = [{"message": "i.was.made.up", "slots": {"text": "hello"}}]
    before = metrics.WITHHELD._value.get()
    assert ids(await edge.say("hello")) == ["notice.withheld"]
    assert metrics.WITHHELD._value.get() == before + 1


async def test_a_turn_that_always_fails_is_given_up_honestly(edge):
    await edge.begin()
    edge.engine.drafts = None  # type: ignore[assignment] # a fault inside the turn
    assert ids(await edge.say("hello")) == ["notice.withheld"]
    assert await edge.record.call(edge.record.store.pending) == []


@pytest.mark.parametrize(
    ("away", "said"),
    [(7 * 86400 + 1, True), (7 * 86400 - 3600, True), (3 * 3600 + 1, True), (3 * 3600 - 60, False)],
)
async def test_r2_r4_it_says_again_what_it_is(edge, away, said):
    await edge.begin()
    edge.clock.now += away
    assert ("disclosure.again" in ids(await edge.say("what can you do?"))) is said
    assert "disclosure.again" not in ids(await edge.say("what can you do?"))


async def test_a_child_is_asked_nothing_more_and_what_was_collected_goes(edge):
    await edge.begin()
    edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
    await edge.say("find me a therapist")
    assert ids(await edge.say("im 11 years old")) == ["minor.child"]
    assert edge.engine.forgotten == [edge.session.conversation]


async def test_a_teenager_is_told_what_holds_for_them_and_then_answered(edge):
    await edge.begin()
    assert ids(await edge.say("im 15, what can you do?")) == ["minor.teen", "about.can_do"]
    for at_a_loss in ("fallback.clarify", "scope.out"):
        edge.engine.drafts = [{"message": at_a_loss}]
        assert ids(await edge.say("im 15")) == ["minor.teen"]


async def test_questions_beside_one_about_the_bot_are_answered_too(edge):
    await edge.begin()
    said = await edge.say("do you save what i type? what can you do for me? who reads this chat?")
    assert ids(said) == ["privacy.who", "about.can_do"]
    assert edge.engine.asked[-1]["text"] == "what can you do for me?"
    assert ids(await edge.say("do you save what i type? who reads this chat?")) == ["privacy.who"]
    assert len(edge.engine.asked) == 1


async def test_a_fact_about_the_bot_is_told_without_rasa_and_while_something_is_asked(edge):
    await edge.begin()
    two = "are you a real person or a robot? what can you do for me?"
    edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
    await edge.say("find me a therapist")
    assert ids(await edge.say(two)) == ["identity.what", QUESTION["message"]]


async def test_a_person_is_offered_honestly_when_none_is_there(edge):
    edge.use_clinic(handoff=None)
    await edge.begin()
    said = await edge.say("i want to talk to a real human being")
    assert ids(said) == ["human.now"]
    assert "No person is on this chat" in said[0].text
    edge.engine.drafts = [{"message": "human.now"}]
    assert "No person is on this chat" in (await edge.say("hmm"))[0].text


async def test_too_long_is_refused_but_danger_in_it_is_seen(edge):
    await edge.begin()
    with pytest.raises(TooLong):
        await edge.desk.take(edge.session, Said("long", "word " * 1000))
    said = await edge.say("word " * 1000 + DANGER)
    assert ids(said) == ["safety.suicide_self_harm"]


async def test_what_people_write_is_sealed_at_rest(edge, tmp_path):
    await edge.begin()
    await edge.say("my secret sorrow")
    edge.record.store.engine.dispose()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("edge.db*"))
    assert b"sorrow" not in stored
    assert b"Care Navigator" not in stored
