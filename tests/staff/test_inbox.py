"""The inbox: who is in which list, for whom, and what a row says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.handoff.handoff import MESSAGE
from tests.staff.house import Chatter, House, text_of


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.fresh(tmp_path)


def rows(html: str, heading: str) -> list[str]:
    """The rows of the list under this heading, as text."""
    for title, rest in re.findall(r"<h2[^>]*>(.*?)</h2>(.*?)(?=<h2|</div>)", html, re.DOTALL):
        if text_of(title).startswith(heading):
            return [text_of(row) for row in re.findall(r"<li.*?</li>", rest, re.DOTALL)]
    return []


def short(chatter: Chatter) -> str:
    return f"Chat {chatter.id[-4:].upper()}"


async def test_who_asked_and_agreed_is_waiting_with_clinic_channel_language_and_age(
    house: House,
) -> None:
    person = await house.waiting(language="es")
    house.edge.clock.now += 250
    (row,) = rows(await house.member().inbox(), "Waiting")
    assert row.startswith(f"{short(person)} 4 min Demo Community Clinic Web chat · Spanish")


async def test_who_was_only_asked_for_consent_is_in_no_list_and_has_no_page(house: House) -> None:
    person = await house.person()
    await person.say("I want to talk to a person")
    member = house.member()
    assert "Nobody is waiting." in text_of(await member.inbox())
    assert (await member.get(f"/staff/h/{person.id}")).status_code == 410


async def test_a_claimed_one_is_mine_to_me_and_a_colleagues_to_the_others(house: House) -> None:
    person = await house.waiting()
    ana, ben = house.member(name="Ana"), house.member(name="Ben")
    await ana.does(person, "claim")
    assert rows(await ana.inbox(), "Yours")[0].startswith(short(person))
    (row,) = rows(await ben.inbox(), "With a colleague")
    assert row.endswith("Ana, care coordinator")
    assert rows(await ben.inbox(), "Yours") == rows(await ana.inbox(), "With a colleague") == []


async def test_the_title_counts_who_waits_and_what_is_unread(house: House) -> None:
    one, _two = await house.waiting(), await house.waiting()
    ana = house.member()
    assert "<title>(2) Inbox" in await ana.inbox()
    await ana.does(one, "claim")
    await ana.does(one, "seen", message=(await one.heard())[-1].id)
    await ana.says(one, "Hello.")
    assert "<title>(1) Inbox" in await ana.inbox()
    await one.say("hello back")
    assert "<title>(2) Inbox" in await ana.inbox()
    assert "New" in rows(await ana.inbox(), "Yours")[0]


async def test_read_is_no_longer_unread(house: House) -> None:
    person, ana = await house.waiting(), house.member()
    await ana.does(person, "claim")
    await person.say("are you there")
    messages = await house.edge.handoffs.transcript(person.handoff)
    await ana.does(person, "seen", message=messages[-1].id)
    assert "New" not in rows(await ana.inbox(), "Yours")[0]


async def test_crisis_lines_come_first_as_a_fact_and_without_a_label_of_risk(house: House) -> None:
    first, second = await house.waiting(), await house.waiting()
    await second.say("I want to kill myself")
    top, below = rows(await house.member().inbox(), "Waiting")
    assert top.startswith(f"Crisis lines were just shown to this person {short(second)}")
    assert below.startswith(short(first))
    assert not re.search(r"risk|suicid|danger|urgent|score", top, re.IGNORECASE)


async def test_the_alert_ends_when_somebody_has_looked_and_comes_again_with_the_next(
    house: House,
) -> None:
    person, ana = await house.waiting(), house.member()
    await person.say("I want to kill myself")
    await ana.does(person, "seen", message=(await person.heard())[-1].id)
    assert "Crisis lines were just shown" not in text_of(await ana.inbox())
    house.edge.clock.now += 60
    await person.say("I am going to end my life tonight")
    assert "Crisis lines were just shown to this person" in text_of(await ana.inbox())


async def test_a_message_left_while_closed_is_marked_and_listed_apart(house: House) -> None:
    person = await house.person()
    await left(house, person, "Please call about an evening visit.")
    ana = house.member()
    (row,) = rows(await ana.inbox(), "Left while closed")
    assert "Message left while closed" in row
    assert rows(await ana.inbox(), "Waiting") == []
    await ana.does(person, "claim")
    assert "Message left while closed" in rows(await ana.inbox(), "Yours")[0]


async def test_what_has_ended_stays_in_sight_below(house: House) -> None:
    person, ana = await house.waiting(), house.member()
    await ana.does(person, "claim")
    await ana.does(person, "end", outcome="booked")
    html = await ana.inbox()
    assert rows(html, "Yours") == []
    assert short(person) in text_of(html.partition("<details")[2])


async def test_nobody_sees_another_clinics_people(house: House) -> None:
    person = await house.waiting()
    elsewhere = house.member(clinics=("another",))
    assert short(person) not in text_of(await elsewhere.inbox())
    assert (await elsewhere.get(f"/staff/h/{person.id}")).status_code == 410
    assert (await elsewhere.does(person, "claim")).status_code == 410
    assert str(person.handoff.state) == "waiting"


async def test_a_member_of_every_clinic_sees_all(house: House) -> None:
    person = await house.waiting()
    assert short(person) in text_of(await house.member("admin", clinics=("*",)).inbox())


async def test_an_auditor_reads_and_has_no_buttons(house: House) -> None:
    person = await house.waiting()
    auditor = house.member("auditor")
    html = await auditor.inbox()
    assert short(person) in text_of(html)
    assert "hx-post" not in html
    assert (await auditor.does(person, "claim")).status_code == 403


async def test_no_words_of_a_person_are_in_the_lists(house: House) -> None:
    await house.waiting(note="My heron sits on the chimney at night.")
    assert "heron" not in await house.member().inbox()


async def test_the_live_part_is_the_lists_alone_and_one_view_for_five_minutes(
    house: House,
) -> None:
    ana = house.member()
    await ana.inbox()
    for _ in range(3):
        part = await ana.get("/staff/inbox/live", HX_Request="true")
        assert part.text.lstrip().startswith('<div id="lists"')
        house.edge.clock.now += 60
    assert [action for _, action, _ in house.actions()] == ["inbox.view"]
    house.edge.clock.now += 200
    await ana.get("/staff/inbox/live", HX_Request="true")
    assert [action for _, action, _ in house.actions()] == ["inbox.view"] * 2


async def test_a_part_asked_for_without_its_page_is_written_down_too(house: House) -> None:
    ana = house.member()
    await ana.get("/staff/inbox/live", HX_Request="true")
    assert [action for _, action, _ in house.actions()] == ["inbox.view"]


async def test_in_spanish_for_who_reads_spanish(house: House) -> None:
    await house.waiting()
    page = await house.member().get("/staff/inbox", Accept_Language="es-MX,es;q=0.9")
    assert "En espera" in page.text
    assert "Waiting" not in page.text


async def test_a_dead_database_is_a_clear_page_and_no_traceback(house: House) -> None:
    ana = house.member()
    house.edge.break_database()
    page = await ana.get("/staff/inbox")
    assert page.status_code == 503
    assert "Traceback" not in page.text


async def left(house: House, person: Chatter, words: str) -> None:
    """They leave a message, as if the clinic were closed."""
    await person.say("hello")
    queue, session = house.edge.steps.queue, person.session
    made = queue.ask(session, MESSAGE, "note", house.edge.clock(), "web")
    await house.edge.turn.reception._agreed(session, made, shares="note", note=words)
