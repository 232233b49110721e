"""What a text does: one answer to one text, whatever comes twice, late, or with parts dead."""

import asyncio
import threading
from dataclasses import replace

import pytest

from bot.clinic import Texts
from bot.sms.segments import plain, segments
from bot.sms.texting import Replayed
from bot.store.record import StoreDown
from tests.bot.edge import QUESTION
from tests.handoff.conftest import edge  # noqa: F401 - on both databases
from tests.sms.texter import OURS, THEIRS

DANGER = "i want to kill myself"


async def test_r22_the_first_answer_says_what_this_is_and_how_to_leave(texter):
    first = await texter.text("what can you do?")
    assert "software" in first
    assert "STOP" in first
    assert "HELP" in first
    assert "rates" in first
    assert "Demo Community Clinic" in first
    second = await texter.text("what can you do?")
    assert second
    assert "rates" not in second


async def test_an_answer_goes_back_with_the_response_and_is_sent_by_nothing_else(texter):
    assert await texter.text("what can you do?")
    assert await texter.bring() == []
    assert [(row.state, row.reply_to is not None) for row in texter.rows()] == [("given", True)]


async def test_r7_danger_is_answered_in_the_response_with_everything_dead(texter):
    texter.edge.engine.up = False
    texter.break_database()
    answer = await texter.text(DANGER)
    assert "911" in answer
    assert "988" in answer
    again = await texter.text("i have the pills in my hand")
    assert "911" in again


async def test_r7_a_stuck_database_does_not_hold_up_the_answer_to_danger(texter, monkeypatch):
    await texter.text("what can you do?")
    let_go = threading.Event()

    def stuck(*_args, **_kw):
        let_go.wait(30)

    for part, names in (
        (type(texter.texting.book), ("of", "open", "came", "post", "unsent")),
        (type(texter.texting.consents), ("latest", "agree_first")),
        (type(texter.edge.record.store), ("add", "known", "find", "last_from_bot", "speak")),
    ):
        for name in names:
            monkeypatch.setattr(part, name, stuck)
    began = asyncio.get_running_loop().time()
    answer = await texter.text(DANGER)
    took = asyncio.get_running_loop().time() - began
    let_go.set()
    assert "988" in answer
    assert took < 14, "Twilio gives up after 15 seconds"


async def test_a_crisis_text_that_no_database_took_is_kept_once_it_is_back(texter):
    texter.break_database()
    await texter.text(DANGER)
    await texter.edge.settle_kept()
    texter.mend_database()
    await texter.edge.record.flush()
    (session,) = texter.texting._homeless.values()
    kept = await texter.edge.record.after(session.conversation, "")
    assert [m.sender for m in kept] == ["person", "bot"]
    await texter.text("what can you do?")
    assert [m.sender for m in await texter.said()][:2] == ["person", "bot"], "it is theirs"


async def test_the_same_text_again_gets_the_same_answer_and_is_one_message(texter):
    sid = "SM" + "a" * 32
    first = await texter.text("what can you do?", sid=sid)
    assert await texter.text("what can you do?", sid=sid) == first
    assert len(texter.edge.engine.asked) == 1
    assert len(texter.rows()) == 1


async def test_the_same_text_again_is_answered_with_nothing_once_twilio_has_the_answer(texter):
    sid = "SM" + "b" * 32
    await texter.text("what can you do?", sid=sid)
    row = texter.rows()[0].id
    texter.sms.texting.outbox.heard(
        text=row, sid="SM" + "c" * 32, status="sent", error=None, now=texter.edge.clock()
    )
    assert await texter.text("what can you do?", sid=sid) == ""


async def test_a_text_that_comes_again_long_after_is_a_replay(texter):
    sid = "SM" + "d" * 32
    await texter.text("what can you do?", sid=sid)
    texter.edge.clock.now += 601
    with pytest.raises(Replayed):
        await texter.text("what can you do?", sid=sid)


async def test_an_answer_that_is_not_ready_comes_by_itself(texter, monkeypatch):
    monkeypatch.setattr("bot.sms.texting.READY", 0.05)
    await texter.text(DANGER)
    texter.edge.engine.gate = asyncio.Event()
    assert await texter.text("what can you do?") == ""
    texter.edge.engine.gate.set()
    (late,) = await texter.bring()
    assert late
    assert texter.api.sent[0][:2] == (THEIRS, OURS)
    assert await texter.bring() == []


async def test_texts_of_one_person_at_the_same_time_are_all_answered(texter):
    answers = await asyncio.gather(*(texter.text(f"what can you do? {n}") for n in range(5)))
    late = await texter.bring()
    said = await texter.said()
    assert sum(one.sender == "person" for one in said) == 5
    assert sum(one.message == "about.can_do" for one in said) == 5
    assert any(answers) or late
    assert {one.state for one in texter.rows()} <= {"given", "queued"}


async def test_danger_is_answered_while_another_answer_is_worked_on(texter):
    await texter.text("what can you do?")
    texter.edge.engine.gate = asyncio.Event()
    slow = asyncio.create_task(texter.text("what can you do now?"))
    await asyncio.sleep(0.1)
    assert "988" in await texter.text(DANGER)
    texter.edge.engine.gate.set()
    assert await slow


async def test_without_a_database_a_text_is_not_taken_and_its_person_is_told(texter):
    texter.break_database()
    with pytest.raises(StoreDown):
        await texter.text("what can you do?")
    ((words, row),) = texter.texting.not_taken(texter.inbound("what can you do?"))
    assert row == ""
    assert "911" in words


async def test_a_number_of_the_list_is_that_choice_and_so_are_its_words(texter):
    texter.edge.engine.drafts = [{"message": "about.can_do"}]
    await texter.text("what can you do?")
    offers = next(m for m in reversed(await texter.said()) if m.sender == "bot").offers
    await texter.text("2")
    assert texter.edge.engine.asked[-1]["intent"] == offers[1].intent
    await texter.text(offers[0].label.upper())
    assert texter.edge.engine.asked[-1]["intent"] == offers[0].intent
    await texter.text("2 kids")
    assert texter.edge.engine.asked[-1]["text"] == "2 kids"


async def test_an_interruption_brings_the_question_back(texter):
    texter.edge.engine.drafts, texter.edge.engine.asking = [QUESTION], QUESTION
    await texter.text("find me a therapist")
    answer = await texter.text("what meds should i take for it")
    asked = texter.edge.turn.releaser.release(QUESTION, short=True).text
    assert plain(asked).strip() in answer


@pytest.mark.parametrize("body", ["", "   ", "\n"])
async def test_a_picture_without_words_is_answered_kindly(texter, body):
    answer = await texter.text(body, media=2)
    assert "words" in answer
    assert texter.edge.engine.asked == []


async def test_the_longest_text_is_fine(texter):
    assert await texter.text("what can you do? " + "x " * 780)


async def test_more_gives_the_next_part_and_then_is_only_a_word(texter):
    messages = texter.edge.turn.releaser.catalogue.messages.values()
    answers = [m for m in messages if m.kind == "answer" and not m.slots and not m.short]
    long = max(answers, key=lambda m: len(m.words["en"]))
    texter.edge.engine.drafts = [{"message": long.id}]
    first = await texter.text("tell me")
    assert "MORE" in first
    second = await texter.text("more")
    assert second
    assert second not in first
    for _ in range(12):
        if "MORE" not in second:
            break
        second = await texter.text("MORE!")
    texter.edge.engine.drafts = [{"message": "about.can_do"}]
    await texter.text("more")
    assert texter.edge.engine.asked[-1]["text"] == "more"


# --- opting out ------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["STOP", "stop.", "Unsubscribe", "END", "baja"])
async def test_r12_after_a_stop_there_is_one_confirmation_and_then_nothing(texter, word):
    await texter.text("what can you do?")
    confirmed = await texter.text(word)
    assert "START" in confirmed
    assert "988" in confirmed
    assert await texter.text("what can you do?") == ""
    assert await texter.text(word) == ""
    assert await texter.bring() == []


async def test_r12_wanting_no_more_in_ones_own_words_counts_too(texter):
    await texter.text("what can you do?")
    confirmed = await texter.text("please stop texting me")
    assert "988" in confirmed
    assert await texter.text("what can you do?") == ""


async def test_where_twilio_has_answered_we_do_not(texter):
    await texter.text("what can you do?")
    assert await texter.text("STOP", opt_out="STOP") == ""
    assert await texter.text("what can you do?") == ""
    assert await texter.text("START", opt_out="START") == ""
    assert await texter.text("what can you do?")
    assert await texter.text("HELP", opt_out="HELP") == ""
    assert [m.text for m in await texter.said()][-1] == "HELP"


async def test_what_waits_is_dropped_by_an_opt_out(texter, monkeypatch):
    monkeypatch.setattr("bot.sms.texting.READY", 0.05)
    await texter.text(DANGER)
    texter.edge.engine.gate = asyncio.Event()
    await texter.text("what can you do?")
    await texter.text("STOP")
    texter.edge.engine.gate.set()
    assert await texter.bring() == []
    assert "dropped" in {row.state for row in texter.rows()}


async def test_somebody_in_danger_is_answered_even_after_an_opt_out(texter):
    await texter.text("what can you do?")
    await texter.text("STOP")
    assert "988" in await texter.text(DANGER)
    assert await texter.bring() == []


async def test_help_is_answered_even_after_an_opt_out(texter):
    await texter.text("what can you do?")
    await texter.text("STOP")
    assert "988" in await texter.text("help!!")
    assert await texter.text("what can you do?") == ""


async def test_start_brings_the_texts_back(texter):
    await texter.text("what can you do?")
    await texter.text("STOP")
    assert await texter.text("start")
    assert await texter.text("what can you do?")


async def test_help_alone_names_the_lines_and_what_this_is(texter):
    answer = await texter.text("HELP")
    assert "911" in answer
    assert "988" in answer
    assert "Demo Community Clinic" in answer


async def test_twilio_saying_that_they_opted_out_ends_it(texter):
    await texter.text("what can you do?")
    await texter.texting.refused("demo", texter.texting.lookup.of(THEIRS), "21610")
    assert await texter.text("what can you do?") == ""


# --- languages, erasing ----------------------------------------------------------------------


async def test_a_text_in_spanish_is_answered_in_spanish(texter):
    first = await texter.text("hola necesito ayuda para encontrar un psicologo para mi hija")
    assert "programa" in first
    assert await texter.text("English")
    assert "software" in await texter.text("are you a real person")


async def test_erasing_by_text_leaves_nothing_of_the_phone(texter):
    await texter.text("what can you do?")
    await texter.text("delete everything you have about me")
    gone = await texter.text("1")
    assert gone
    lookup = texter.texting.lookup.of(THEIRS)
    assert texter.texting.book.of("demo", lookup) is None
    assert "rates" in await texter.text("what can you do?"), "they begin anew"


async def test_crisis_is_one_segment(texter):
    assert segments(await texter.text(DANGER)) == 1


# --- clinics ---------------------------------------------------------------------------------


async def test_each_number_is_its_clinics_with_its_language_and_its_providers(texter):
    demo = texter.edge.turn.clinics["demo"]
    service = "MG" + "1" * 32
    other = replace(
        demo,
        key="otra",
        name="Clinica Otra",
        languages=("es", "en"),
        texts=Texts(("+15125550102", "+15125550103"), service, {"+15125550103": "en"}),
        providers="only_ours",
        provider_source="own-list:otra",
    )
    texter.edge.turn.clinics["otra"] = other
    assert "Clinica Otra" in await texter.text("ok", to="+15125550102")
    asked = texter.edge.engine.asked[-1]
    assert (asked["clinic"], asked["language"]) == ("otra", "es")
    assert (asked["providers"], asked["provider_source"]) == ("only_ours", "own-list:otra")
    assert "Demo Community Clinic" in await texter.text("ok")
    assert texter.edge.engine.asked[-1]["clinic"] == "demo"
    await texter.text("ok", to="+15125550199", service=service, sender="+15125550124")
    assert texter.edge.engine.asked[-1]["clinic"] == "otra"
    await texter.text("ok", to="+15125550103", sender="+15125550125")
    assert texter.edge.engine.asked[-1]["language"] == "en"
    assert await texter.text("ok", to="+15125550199") == "", "nobody's number"


async def test_wanting_no_texts_of_one_clinic_says_nothing_of_another(texter):
    demo = texter.edge.turn.clinics["demo"]
    other = replace(demo, key="other", name="Other Clinic", texts=Texts(("+15125550102",)))
    texter.edge.turn.clinics["other"] = other
    await texter.text("what can you do?")
    await texter.text("STOP")
    assert await texter.text("what can you do?", to="+15125550102")
    assert await texter.text("what can you do?") == ""
