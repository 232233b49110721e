"""A conversation's page: what is shown, who may take it, and what is sent."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store.tables import counts
from tests.staff.house import Browser, Chatter, House, text_of

HERON = "My heron sits on the chimney at night."
DRINK = "I drink a bottle of vodka every night."


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.fresh(tmp_path)


async def talking(house: House, **kw: str) -> tuple[Chatter, Browser]:
    person, member = await house.waiting(**kw), house.member(name="Ana")
    await member.does(person, "claim")
    return person, member


# --- what is shown ---


async def test_the_whole_chat_is_shown_where_that_was_chosen_and_the_page_says_so(
    house: House,
) -> None:
    person = await house.person()
    await person.say(HERON)
    await person.asks()
    page = await house.member().sees(person)
    assert "They chose to show the whole chat." in page
    assert HERON in page


async def test_only_the_note_and_what_follows_is_shown_where_that_was_chosen(house: House) -> None:
    person = await house.person()
    await person.say(HERON)
    await person.asks(note="I would like an evening visit.")
    await person.say("Are you there?")
    page = await house.member().sees(person)
    assert "They chose to show only their note" in page
    assert "I would like an evening visit." in page
    assert "Are you there?" in page
    assert HERON not in page


async def test_without_a_consent_of_its_own_a_part_is_left_out_and_its_subject_is_not_told(
    house: House,
) -> None:
    person = await house.person()
    await person.say(DRINK)
    await person.asks()
    await person.tap("handoff.leave_out")
    page = await house.member().sees(person)
    assert "vodka" not in page
    assert "Left out: they did not agree to show this." in page
    assert "They left some parts out." in page
    assert "42 CFR" not in page
    assert "alcohol" not in page
    assert "drugs" not in page


async def test_with_that_consent_they_are_shown_with_the_notice_of_the_law_and_its_source(
    house: House,
) -> None:
    person = await house.person()
    await person.say(DRINK)
    await person.asks()
    await person.tap("handoff.include")
    page = await house.member().get(f"/staff/h/{person.id}")
    assert "vodka" in page.text
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in text_of(
        page.text
    )
    assert "https://www.ecfr.gov/current/title-42/section-2.32" in page.text


async def test_nothing_is_said_of_alcohol_where_nobody_spoke_of_it(house: House) -> None:
    page = await house.member().sees(await house.waiting())
    assert "alcohol" not in page


async def test_markup_that_somebody_types_is_text(house: House) -> None:
    person, ana = await talking(house)
    await person.say("<img src=x onerror=alert(1)> {{ 7*7 }}")
    page = await ana.get(f"/staff/h/{person.id}")
    assert "<img" not in page.text
    assert "&lt;img src=x onerror=alert(1)&gt; {{ 7*7 }}" in page.text


async def test_the_page_has_no_script_or_style_of_its_own(house: House) -> None:
    person, ana = await talking(house)
    page = await ana.get(f"/staff/h/{person.id}")
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == []
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


# --- taking it ---


async def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told_who(
    house: House,
) -> None:
    person = await house.waiting()
    members = [house.member(name="Ana"), house.member(name="Ben")]
    answers = await asyncio.gather(*(member.does(person, "claim") for member in members))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    winner = person.handoff.staff_name
    assert text_of(lost.text) == f"{winner}, care coordinator, already has this chat."
    joined = [m.text for m in await person.heard() if "is here now" in m.text]
    assert len(joined) == 1
    assert joined[0].startswith(f"{winner} is here now")


async def test_taken_from_the_inbox_it_opens_with_the_box_to_write_in(house: House) -> None:
    person = await house.waiting()
    answer = await house.member().does(person, "claim", **{"from": "inbox"})
    assert answer.headers["hx-redirect"] == f"/staff/h/{person.id}#box"


async def test_a_colleague_reads_it_but_has_no_box(house: House) -> None:
    person, _ana = await talking(house)
    ben = house.member(name="Ben")
    page = await ben.get(f"/staff/h/{person.id}")
    assert "Ana, care coordinator, has this chat" in text_of(page.text)
    assert 'id="composer"' not in page.text
    assert (await ben.says(person, "Hello.")).status_code == 409
    assert "Hello." not in [m.text for m in await person.heard()]


async def test_an_auditor_reads_it_and_has_nothing_to_press(house: House) -> None:
    person, _ana = await talking(house)
    auditor = house.member("auditor")
    page = (await auditor.get(f"/staff/h/{person.id}")).text
    assert "hx-post" not in page
    assert "<textarea" not in page
    for action in ("claim", "say", "typing", "seen", "transfer", "note", "end"):
        assert (await auditor.does(person, action)).status_code == 403


# --- talking ---


async def test_what_staff_write_reaches_the_person_as_from_a_person(house: House) -> None:
    person, ana = await talking(house)
    assert (await ana.says(person, "Hello, how can I help?")).headers["hx-trigger"] == "sent"
    last = (await person.heard())[-1]
    assert (last.sender, last.author, last.text) == (
        "staff",
        "Ana, care coordinator",
        "Hello, how can I help?",
    )
    assert "Ana, care coordinator" in await ana.sees(person)


async def test_the_same_send_twice_is_one_message(house: House) -> None:
    person, ana = await talking(house)
    both = await asyncio.gather(*(ana.says(person, "Hello.", "one-click") for _ in range(2)))
    assert [answer.status_code for answer in both] == [200, 200]
    assert [m.text for m in await person.heard()].count("Hello.") == 1
    await ana.says(person, "Hello.", "another-click")
    assert [m.text for m in await person.heard()].count("Hello.") == 2


async def test_two_messages_sent_in_one_breath_both_arrive_and_are_one_answer(
    house: House,
) -> None:
    person, ana = await talking(house)
    both = await asyncio.gather(ana.says(person, "Hello."), ana.says(person, "How can I help?"))
    assert [answer.status_code for answer in both] == [200, 200]
    said = sorted(m.text for m in await person.heard() if m.sender == "staff")
    assert said == ["Hello.", "How can I help?"]
    house.edge.counts.flush()
    assert _counted(house, "handoff.answered") == 1


@pytest.mark.parametrize("words", ["", "   \n"])
async def test_nothing_is_not_sent(house: House, words: str) -> None:
    person, ana = await talking(house)
    answer = await ana.says(person, words)
    assert (answer.status_code, text_of(answer.text)) == (422, "Not sent. The box is empty.")


async def test_too_much_is_not_sent_and_the_limit_is_said(house: House) -> None:
    person, ana = await talking(house)
    answer = await ana.says(person, "a" * 4001)
    assert answer.status_code == 422
    assert "4000" in answer.text
    assert (await ana.says(person, "a" * 4000)).headers["hx-trigger"] == "sent"


@pytest.mark.parametrize(
    "words",
    [
        "Call me at 512-555-0188.",
        "My cell: (512) 555 0188",
        "+52 55 1234 5678",
        "Write to ana.r@example.org please",
        "Office 512-555-0100, or my own 512-555-0188",
    ],
)
async def test_a_number_or_address_of_theirs_is_asked_about_first(house: House, words: str) -> None:
    person, ana = await talking(house)
    asked = await ana.says(person, words, "c1")
    assert "hx-trigger" not in asked.headers
    assert words not in [m.text for m in await person.heard()]
    found = re.search(r'name="confirmed" value="(\w+)"', asked.text)
    assert found
    changed = await ana.says(person, words + " Or 512-555-0177.", "c1", confirmed=found[1])
    assert "hx-trigger" not in changed.headers, "the yes was to other words"
    sent = await ana.says(person, words, "c1", confirmed=found[1])
    assert sent.headers["hx-trigger"] == "sent"
    assert (await person.heard())[-1].text == words


@pytest.mark.parametrize(
    "words",
    [
        "You can call the clinic at (512) 555-0100.",
        "Call or text 988, or 1-800-799-7233.",
        "See you on 11/24/2026 at 10:30, suite 1200. It costs $120 to 150. ZIP 78701-1234.",
    ],
)
async def test_public_numbers_dates_and_prices_go_out_unasked(house: House, words: str) -> None:
    person, ana = await talking(house)
    assert (await ana.says(person, words)).headers.get("hx-trigger") == "sent"


async def test_the_person_sees_that_staff_are_typing_but_not_who_only_looks_on(
    house: House,
) -> None:
    person, ana = await talking(house)
    ben = house.member(name="Ben")
    with house.edge.turn.hub.listening(person.session.conversation) as queue:
        await ben.does(person, "typing", on="1")
        assert queue.empty()
        await ana.does(person, "typing", on="1")
        typing = queue.get_nowait()
        assert (typing.on, typing.who) == (True, "staff")


def _counted(house: House, name: str) -> int:
    with house.edge.record.store.engine.connect() as connection:
        return sum(connection.scalars(sa.select(counts.c.count).where(counts.c.name == name)))
