"""Handing on, notes and ending; what is gone, refused or down; and what is written down."""

from __future__ import annotations

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


# --- handing on, notes, ending ---


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


# --- gone, refused, down ---


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


# --- what is written down ---


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
