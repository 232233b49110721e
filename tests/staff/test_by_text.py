"""A hand-off by text on the staff pages: that it is one, how far each text got, who dropped out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.handoff.desk import LONGEST_TEXT
from bot.handoff.hours import hours_from
from bot.handoff.states import State
from bot.sms.values import Refused
from tests.sms.texter import OURS, THEIRS
from tests.staff.by_text import ByText
from tests.staff.house import Browser, House, text_of

UNREACHED = "This person asked for no more texts. You can't reach them by text any more."


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.fresh(tmp_path)


@pytest.fixture
def person(house: House, tmp_path: Path) -> ByText:
    return ByText(house, tmp_path)


async def talking(house: House, person: ByText) -> Browser:
    member = house.member(name="Ana")
    await person.waits()
    await member.does(person, "claim")
    await member.says(person, "Hello, I am here.", "c1")
    await person.texter.bring()
    return member


async def test_the_inbox_and_the_page_say_that_it_is_by_text(house: House, person: ByText) -> None:
    member = house.member()
    await person.waits()
    assert "By text" in text_of(await member.inbox())
    assert "By text" in await member.sees(person)


async def test_who_answers_is_told_what_a_text_is(house: House, person: ByText) -> None:
    member = await talking(house, person)
    page = (await member.get(f"/staff/h/{person.id}")).text
    assert "Texts are not encrypted: keep private details out" in text_of(page)
    assert f'maxlength="{LONGEST_TEXT}"' in page
    on_the_web = await house.waiting()
    await member.does(on_the_web, "claim")
    page = (await member.get(f"/staff/h/{on_the_web.id}")).text
    assert "Texts are not encrypted" not in page
    assert f'id="box" name="words" rows="2" maxlength="{LONGEST_TEXT}"' not in page


async def test_no_page_of_staff_holds_a_number_of_the_persons(house: House, person: ByText) -> None:
    member = await talking(house, person)
    for path in ("/staff/inbox", f"/staff/h/{person.id}", f"/staff/h/{person.id}/live"):
        page = (await member.get(path)).text
        for number in (THEIRS, OURS):
            assert number[2:] not in page
            assert f"({number[2:5]}) {number[5:8]}-{number[8:]}" not in page


async def test_a_text_that_is_too_long_is_refused_with_the_limit(
    house: House, person: ByText
) -> None:
    member = await talking(house, person)
    answer = await member.says(person, "x" * (LONGEST_TEXT + 1), "c2")
    assert answer.status_code == 422
    assert str(LONGEST_TEXT) in answer.text
    assert (await member.says(person, "x" * LONGEST_TEXT, "c3")).status_code == 200


async def test_how_far_each_text_got_is_told(house: House, person: ByText) -> None:
    member = await talking(house, person)
    assert "On its way" in await member.sees(person)
    person.heard("delivered")
    assert "Delivered" in await member.sees(person)
    person.texter.api.fails = [Refused("Twilio: status 400, code 30003", 30003)]
    await member.says(person, "Are you there?", "c2")
    await person.texter.bring()
    assert "Could not be delivered" in await member.sees(person)


@pytest.mark.parametrize("how", ["STOP", "please don't text me any more"])
async def test_who_drops_out_is_marked_until_somebody_looks(
    house: House, person: ByText, how: str
) -> None:
    member, other = await talking(house, person), house.member(name="Ben")
    await person.texter.text(how)
    inbox = await other.inbox()
    assert 'data-list="dropped"' in inbox
    assert inbox.count(f'id="row-{person.id}"') == 1
    assert f'data-dropped="{person.id}' in inbox
    assert "(1) " in inbox.split("</title>")[0]
    page = await member.get(f"/staff/h/{person.id}")
    assert UNREACHED in text_of(page.text)
    assert "data-dropped" in page.text
    await member.does(person, "seen", message="")
    inbox = await other.inbox()
    assert 'data-list="dropped"' not in inbox
    assert "data-dropped" not in inbox
    assert "Asked for no more texts" in text_of(inbox), "in the list of what has ended"
    assert UNREACHED in await member.sees(person)


async def test_words_to_who_dropped_out_are_not_sent_and_that_is_said(
    house: House, person: ByText
) -> None:
    member = await talking(house, person)
    await person.texter.text("STOP")
    answer = await member.says(person, "Wait!", "c9")
    assert answer.status_code == 409
    assert "Not sent: this person asked for no more texts." in answer.text
    assert "Wait!" not in await member.sees(person)
    assert await person.texter.bring() == []
    assert house.actions()[-2][1] == "handoff.refused"


async def test_a_message_that_was_left_says_that_no_text_would_reach_them(
    house: House, person: ByText
) -> None:
    closed = hours_from({"timezone": "America/Chicago", "weekly": {}})
    texts = house.edge.turn.clinics["demo"].texts
    house.edge.use_clinic(hours=closed, texts=texts)
    await person.texter.text("can i talk to a real person")
    await person.texter.text("Please call my home about a visit.")
    member = house.member()
    assert UNREACHED not in await member.sees(person)
    await person.texter.text("STOP")
    assert person.handoff.state is State.WAITING
    assert UNREACHED in await member.sees(person)
    await member.does(person, "claim")
    assert (await member.says(person, "Hello.", "c1")).status_code == 409
    assert (await member.does(person, "end", outcome="called_back")).status_code == 200
    assert await person.texter.bring() == []


async def test_an_auditor_sees_who_dropped_out(house: House, person: ByText) -> None:
    await talking(house, person)
    await person.texter.text("STOP")
    assert 'data-list="dropped"' in await house.member("auditor").inbox()
    assert 'data-list="dropped"' not in await house.member(clinics=("another",)).inbox()
