# ruff: noqa: F811 - the fixture of both databases
"""Reminders: kept when agreed to, sent once and by day, dropped by one word."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.sms.reminders import Kept
from bot.store.crypto import Sealer
from bot.store.tables import reminders
from tests.bot.edge import Edge, ids
from tests.handoff.conftest import edge  # noqa: F401 - on both databases
from tests.handoff.visit import Visit
from tests.sms.reminding import CHICAGO, Texter, instant

TUESDAY = "2026-11-24T15:00"
ALDER = "Sample Alder Therapy"


@pytest.fixture
async def texter(edge: Edge) -> Texter:
    """On Saturday, November 21 at 10 in the morning."""
    return await Texter.begins(edge)


# --- agreed to ------------------------------------------------------------------------------------


async def test_a_visit_is_reminded_of_the_day_before_once(texter: Texter) -> None:
    assert await texter.wants_visit(TUESDAY) == ["reminder.set_visit"]
    assert "Monday, November 23 at 3:00 pm" in texter.heard[0].text
    assert "text OFF" in texter.heard[0].text
    assert await texter.at("2026-11-23 14:59") == []
    assert await texter.at("2026-11-23 15:00") == ["reminder.visit"]
    assert "Tuesday, November 24 at 3:00 pm" in texter.heard[0].text
    assert await texter.at("2026-11-23 15:01") == []
    assert texter.states() == ["sent"]


async def test_the_reminder_waits_to_be_texted_like_any_message(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    before = texter.to_be_texted()
    await texter.at("2026-11-23 15:00")
    assert texter.to_be_texted() == before + 1


async def test_the_same_wish_again_is_one_reminder(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    assert await texter.wants_visit(TUESDAY, "hours") == ["reminder.set_visit"]
    assert "Monday, November 23 at 3:00 pm" in texter.heard[0].text
    assert texter.states() == ["waiting"]


async def test_a_turn_that_is_taken_twice_keeps_one(texter: Texter) -> None:
    for _ in range(2):  # a process dies after the row and before the reply
        kept, _at = texter.reminders.add("d" * 32, "visit", CHICAGO, {"starts": TUESDAY}, 9e9, 1.0)
    assert kept is Kept.WAITS
    assert texter.states() == ["waiting"]


async def test_two_wait_at_most(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    await texter.wants_visit("2026-12-01T15:00")
    assert await texter.wants_visit("2026-12-08T15:00") == ["reminder.enough"]
    assert texter.states() == ["waiting", "waiting"]


async def test_nothing_is_promised_past_the_day_on_which_the_chat_is_cleared(
    texter: Texter,
) -> None:
    assert await texter.wants_visit("2027-03-01T15:00") == ["reminder.too_late"]
    assert "30" in texter.heard[0].text
    assert texter.states() == []


async def test_what_is_too_soon_is_said_so(texter: Texter) -> None:
    assert await texter.wants_visit("2026-11-21T10:20", "hours") == ["reminder.too_soon"]


async def test_a_web_chat_gets_no_reminder(edge: Edge) -> None:
    edge.clock.now = instant("2026-11-21 10:00")
    await edge.begin()
    wish = {"message": "reminder.set", "kind": "visit", "starts": TUESDAY, "lead": "day"}
    edge.engine.drafts = [wish]
    assert ids(await edge.say("yes")) == ["reminder.only_by_text"]


async def test_what_it_is_about_is_sealed(texter: Texter) -> None:
    await texter.wants_asking(7, ALDER)
    with texter.edge.record.store.engine.connect() as connection:
        body = connection.scalar(sa.select(reminders.c.body))
    assert b"Alder" not in body


# --- did you reach them? --------------------------------------------------------------------------


async def test_two_days_after_it_asks_and_each_answer_knows_the_listing(texter: Texter) -> None:
    assert await texter.wants_asking(7, ALDER) == ["reminder.set_reached"]
    assert ALDER in texter.heard[0].text
    assert texter.due().date() == datetime(2026, 11, 23).date()
    assert await texter.at("2026-11-23 10:01") == ["reminder.reached"]
    offers = texter.heard[0].offers
    assert [offer.entities.get("reached") for offer in offers[:3]] == ["yes", "no_answer", "full"]
    assert {offer.entities["listing"] for offer in offers[:3]} == {7}
    texter.edge.engine.drafts = [{"message": "reminder.thanks"}]
    assert await texter.says(choice=f"{texter.heard[0].id}-1") == ["reminder.thanks"]
    asked = texter.edge.engine.asked[-1]
    assert (asked["intent"], asked["entities"]) == (
        "report_listing",
        {"listing": 7, "reached": "no_answer"},
    )


async def test_words_go_to_the_dialogue_with_what_the_question_was_about(texter: Texter) -> None:
    await texter.wants_asking(7, ALDER)
    await texter.at("2026-11-23 10:01")
    texter.edge.engine.drafts = [{"message": "reminder.thanks"}]
    await texter.edge.say("yeah i got them")
    assert texter.edge.engine.asked[-1]["situation"] == {
        "channel": "sms",
        "local_time": "2026-11-23T10:01",
        "last": "reminder.reached",
        "about": "7",
    }


async def test_of_one_provider_it_asks_once(texter: Texter) -> None:
    await texter.wants_asking(7, ALDER)
    await texter.at("2026-11-23 10:01")
    assert await texter.wants_asking(7, ALDER) == ["reminder.asked_before"]
    assert texter.states() == ["sent"]


async def test_it_does_not_ask_while_a_person_of_the_clinic_talks_with_them(
    texter: Texter,
) -> None:
    edge = texter.edge
    await texter.wants_asking(7, ALDER)
    await edge.say("can i talk to a real person")
    [asked] = [m for m in await edge.kept() if m.message == "handoff.ask"]
    await edge.say(choice=f"{asked.id}-0")
    visit = Visit(edge)
    edge.clock.now = instant("2026-11-23 09:58")
    handoff = await visit.handoff()
    await edge.handoffs.claim(handoff.id, visit.member("Sample"))
    assert await texter.at("2026-11-23 10:01") == []
    assert texter.states() == ["waiting"]


# --- not at night, not late -----------------------------------------------------------------------


async def test_a_wish_late_in_the_evening_is_for_the_morning(texter: Texter) -> None:
    texter.edge.clock.now = instant("2026-11-21 22:30")
    await texter.wants_asking(7, ALDER)
    assert texter.due() == datetime(2026, 11, 24, 8)


async def test_the_night_where_the_phone_is_counts_too(edge: Edge) -> None:
    texter = await Texter.begins(edge, "2026-11-21 12:30", number="+18085550100")
    await texter.wants_visit("2026-11-24T08:30")
    assert texter.due() == datetime(2026, 11, 23, 12)  # eight in Honolulu


async def test_what_becomes_due_at_night_is_put_off_to_the_morning(texter: Texter) -> None:
    await texter.wants_visit("2026-11-26T15:00")
    _move(texter, "2026-11-24 23:00")
    assert await texter.at("2026-11-24 23:01") == []
    assert texter.due() == datetime(2026, 11, 25, 8)
    assert await texter.at("2026-11-25 08:00") == ["reminder.visit"]


async def test_what_would_come_after_the_visit_is_missed(texter: Texter) -> None:
    await texter.wants_visit("2026-11-25T07:30")
    _move(texter, "2026-11-24 23:00")
    assert await texter.at("2026-11-24 23:01") == []
    assert texter.states() == ["missed"]


@pytest.mark.parametrize(
    ("late", "state"), [("2026-11-24 10:00", "missed"), ("2026-11-23 20:00", "sent")]
)
async def test_more_than_twelve_hours_late_is_not_sent(
    texter: Texter, late: str, state: str
) -> None:
    await texter.wants_visit(TUESDAY)
    _move(texter, "2026-11-23 15:00")
    await texter.at(late)
    assert texter.states() == [state]


async def test_after_a_visit_began_nobody_is_reminded_of_it(texter: Texter) -> None:
    await texter.wants_visit("2026-11-23T18:00", "hours")
    assert await texter.at("2026-11-23 18:00") == []
    assert texter.states() == ["missed"]


def _move(texter: Texter, when: str) -> None:
    with texter.edge.record.store.engine.begin() as connection:
        connection.execute(reminders.update().values(at=instant(when)))


# --- no more of them ------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["OFF", "off.", "Quitar", " QUITAR "])
async def test_one_word_drops_them_all(texter: Texter, word: str) -> None:
    await texter.wants_visit(TUESDAY)
    await texter.wants_asking(7, ALDER)
    assert await texter.says(word) == ["reminder.off"]
    assert texter.states() == ["cancelled", "cancelled"]
    assert await texter.at("2026-11-23 15:00") == []
    assert await texter.says(word) == ["reminder.off_none"]


async def test_the_choice_with_a_reminder_drops_the_others(texter: Texter) -> None:
    await texter.wants_asking(7, ALDER)
    await texter.wants_visit("2026-12-01T15:00")
    await texter.at("2026-11-23 10:01")
    assert await texter.says(choice=f"{texter.heard[0].id}-3") == ["reminder.off"]
    assert texter.states() == ["sent", "cancelled"]


async def test_asking_for_it_in_words_drops_them_too(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    assert await texter.agrees_to(kind="off") == ["reminder.off"]
    assert texter.states() == ["cancelled"]


async def test_the_word_means_nothing_to_who_never_had_a_reminder(texter: Texter) -> None:
    assert await texter.says("off") == ["about.can_do"]


async def test_a_question_that_waits_comes_again_after_it(texter: Texter) -> None:
    texter.edge.engine.asking = {"message": "find.ask_place"}
    await texter.wants_visit(TUESDAY)
    assert await texter.says("off") == ["reminder.off", "find.ask_place"]


async def test_who_wants_no_texts_gets_none(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    texter.agrees(False)
    assert await texter.at("2026-11-23 15:00") == []
    assert texter.states() == ["cancelled"]


async def test_who_says_so_at_the_last_moment_gets_none_either(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    [due] = texter.reminders.due(instant("2026-11-23 15:00"))
    texter.agrees(False)
    assert not texter.reminders.send(
        due, texter.edge.turn.release(due.session, [{"message": "reminder.off"}])
    )
    assert texter.states() == ["cancelled"]


async def test_an_erased_chat_reminds_of_nothing(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    [due] = texter.reminders.due(instant("2026-11-23 15:00"))
    await texter.edge.turn.erase(texter.edge.session)
    assert texter.states() == []
    assert not texter.reminders.send(due, [])
    assert await texter.at("2026-11-23 15:00") == []


async def test_one_that_no_key_opens_is_given_up_and_holds_up_no_other(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    other = Sealer(["YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="])
    with texter.edge.record.store.engine.begin() as connection:
        connection.execute(reminders.update().values(body=other.seal(b"{}")))
    await texter.wants_visit("2026-11-24T15:01")
    assert await texter.at("2026-11-23 15:05") == ["reminder.visit"]
    assert texter.states() == ["missed", "sent"]


async def test_spanish_is_spoken_to_who_speaks_it(texter: Texter) -> None:
    texter.edge.session = await texter.edge.turn.speak(texter.edge.session, "es")
    await texter.wants_visit(TUESDAY)
    assert "lunes 23 de noviembre, 3:00 p. m." in texter.heard[0].text
    await texter.at("2026-11-23 15:00")
    assert "martes 24 de noviembre, 3:00 p. m." in texter.heard[0].text
    assert "QUITAR" in texter.heard[0].text
