"""A conversation's page: what is shown, what a member may do, and what is written down of it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

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


# --- what is shown -----------------------------------------------------------------------------------


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


async def test_alcohol_and_drugs_are_left_out_visibly_without_a_consent_of_their_own(
    house: House,
) -> None:
    person = await house.person()
    await person.say(DRINK)
    await person.asks()
    await person.tap("handoff.leave_out")
    page = await house.member().sees(person)
    assert "vodka" not in page
    assert "Left out: they did not agree to show this." in page
    assert "did not agree to show words about alcohol or drugs" in page
    assert "42 CFR" not in page


async def test_with_that_consent_they_are_shown_with_the_notice_of_the_law_and_its_source(
    house: House,
) -> None:
    person = await house.person()
    await person.say(DRINK)
    await person.asks()
    await person.tap("handoff.include")
    page = await house.member().get(f"/staff/h/{person.id}")
    assert "vodka" in page.text
    assert (
        "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
        in text_of(page.text)
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


# --- taking it ---------------------------------------------------------------------------------------


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


# --- talking -----------------------------------------------------------------------------------------


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
async def test_a_number_or_address_of_theirs_is_asked_about_first(
    house: House, words: str
) -> None:
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


# --- handing on, notes, ending -------------------------------------------------------------------------


async def test_handed_on_the_colleague_has_it_and_the_person_is_told(house: House) -> None:
    person, ana = await talking(house)
    ben = house.member(name="Ben")
    answer = await ana.does(person, "transfer", to=ben.account.id)
    assert answer.headers["hx-trigger"] == "moved"
    assert person.handoff.staff_name == "Ben"
    assert "Ben is here now" in (await person.heard())[-1].text
    assert 'id="composer"' in (await ben.get(f"/staff/h/{person.id}")).text
    assert 'id="composer"' not in (await ana.get(f"/staff/h/{person.id}")).text


async def test_only_who_may_answer_at_this_clinic_is_offered_and_taken(house: House) -> None:
    person, ana = await talking(house)
    ben = house.member(name="Ben")
    others = [
        house.member("auditor", name="Cleo"),
        house.member(clinics=("another",), name="Dora"),
    ]
    house.staff.accounts.disable(house.account(name="Eli").id, house.edge.clock())
    page = (await ana.get(f"/staff/h/{person.id}")).text
    offered = re.findall(r'<option value="(\w+)">', page)
    assert offered == [ben.account.id]
    for other in others:
        assert (await ana.does(person, "transfer", to=other.account.id)).status_code == 422
    assert person.handoff.staff_name == "Ana"


async def test_back_in_the_waiting_list_anybody_may_take_it(house: House) -> None:
    person, ana = await talking(house)
    await ana.does(person, "transfer", to="")
    assert str(person.handoff.state) == "waiting"
    assert (await house.member(name="Ben").does(person, "claim")).status_code == 200


async def test_a_note_is_for_staff_and_never_for_the_person(house: House) -> None:
    person, ana = await talking(house)
    before = await person.heard()
    assert (await ana.does(person, "note", words=HERON)).headers["hx-trigger"] == "noted"
    assert await person.heard() == before
    page = await house.member(name="Ben").sees(person)
    assert HERON in page
    assert "Ana ·" in page
    assert (await ana.does(person, "note", words=" ")).status_code == 422


async def test_it_ends_with_an_outcome_the_person_is_told_and_the_bot_answers_again(
    house: House,
) -> None:
    person, ana = await talking(house)
    await ana.says(person, "All done.")
    assert (await ana.does(person, "end", outcome="a guess")).status_code == 422
    assert (await ana.does(person, "end", outcome="booked")).headers["hx-trigger"] == "moved"
    assert (person.handoff.outcome, str(person.handoff.state)) == ("booked", "ended")
    page = await ana.sees(person)
    assert "This chat has ended" in page
    assert "Ended by staff · Visit booked" in page
    assert [m.sender for m in await person.say("what does a coach do")] == ["bot"]
    assert "what does a coach do" not in await ana.sees(person)
    assert (await ana.says(person, "One more thing.")).status_code == 409


# --- gone, refused, down ---------------------------------------------------------------------------------


async def test_erased_is_said_in_plain_words_on_the_page_and_in_its_place(house: House) -> None:
    person, ana = await talking(house)
    path = f"/staff/h/{person.id}"
    await person.erases()
    page = await ana.get(path)
    assert page.status_code == 410
    assert "The person erased it, or its time was up." in text_of(page.text)
    answer = await ana.post(f"{path}/say", words="Hello.", client_id="c1")
    assert (answer.status_code, answer.headers["hx-retarget"]) == (410, "#talk")
    assert "<html" not in answer.text


@pytest.mark.parametrize("id", ["0" * 24, "nothing", "%2e%2e", "a" * 400])
async def test_an_id_that_never_was_is_gone_too(house: House, id: str) -> None:
    assert (await house.member().get(f"/staff/h/{id}")).status_code == 410


async def test_a_dead_database_is_said_and_nothing_is_sent(house: House) -> None:
    person, ana = await talking(house)
    path = f"/staff/h/{person.id}/say"
    house.edge.break_database()
    answer = await ana.post(path, words="Hello.", client_id="c1")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text


async def test_a_form_from_elsewhere_does_nothing(house: House) -> None:
    person, ana = await talking(house)
    answer = await ana.http.post(
        f"/staff/h/{person.id}/end",
        data={"outcome": "other"},
        headers={"Origin": "https://evil.example.org"},
    )
    assert answer.status_code == 403
    assert person.handoff.ended_at is None


# --- what is written down ----------------------------------------------------------------------------------


async def test_each_view_and_action_is_a_row_without_a_word_of_anybody(house: House) -> None:
    person, ana = await talking(house)
    await ana.sees(person)
    await ana.says(person, HERON)
    await ana.does(person, "note", words=HERON)
    await ana.does(person, "transfer", to="")
    await ana.does(person, "claim")
    await ana.does(person, "end", outcome="answered")
    who = (ana.account.id, person.id)
    expected = ["claim", "view", "say", "note", "transfer", "claim", "end"]
    assert house.actions() == [(who[0], f"handoff.{action}", who[1]) for action in expected]
    assert "heron" not in repr(list(house.staff.audit.entries()))
    assert house.staff.audit.verify() is None


async def test_a_step_that_came_too_late_is_followed_by_a_row_that_says_so(house: House) -> None:
    person, _ana = await talking(house)
    ben = house.member(name="Ben")
    await ben.does(person, "claim")
    mine = [action for actor, action, _ in house.actions() if actor == ben.account.id]
    assert mine == ["handoff.claim", "handoff.refused"]


async def test_a_page_that_refreshes_itself_is_one_view_for_five_minutes(house: House) -> None:
    person, ana = await talking(house)
    await ana.sees(person)
    for _ in range(3):
        house.edge.clock.now += 90
        await ana.get(f"/staff/h/{person.id}/live", HX_Request="true")
    views = [action for _, action, _ in house.actions() if action == "handoff.view"]
    assert len(views) == 1
    house.edge.clock.now += 90
    await ana.get(f"/staff/h/{person.id}/live", HX_Request="true")
    views = [action for _, action, _ in house.actions() if action == "handoff.view"]
    assert len(views) == 2


async def test_what_refreshes_by_itself_does_not_keep_anybody_signed_in(house: House) -> None:
    person, ana = await talking(house)
    for _ in range(40):
        house.edge.clock.now += 50
        answer = await ana.get(f"/staff/h/{person.id}/live", HX_Request="true")
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].startswith("/staff/login")
