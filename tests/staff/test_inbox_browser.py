"""The inbox in real browsers: two members at once, live, over a restart, and how it looks."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from bot.hub import Typing
from tests.staff.house import Served
from tests.staff.screens import (
    DESKTOP,
    PHONE,
    SMALLER,
    Opens,
    claimed,
    house_answerer,
    listening,
    short,
    tones,
    waiting,
)
from tests.staff.screens import opens as opens
from tests.staff.screens import served as served

pytestmark = pytest.mark.browser

# --- two members at once ---


def test_of_two_members_who_click_at_once_one_gets_it_and_the_other_sees_who(
    served: Served, opens: Opens
) -> None:
    person = served.do(served.house.waiting())
    pages = [
        opens(served.house.account(name=name), f"/staff/h/{person.id}") for name in ("Ana", "Ben")
    ]
    for page in pages:  # both clicks are on their way before either is answered
        page.evaluate("setTimeout(() => document.getElementById('take').click(), 300)")
    for page in pages:
        expect(page.locator("#state")).to_contain_text(re.compile("ha(ve|s) this chat"))
    states = [page.locator("#state").inner_text() for page in pages]
    winner = person.handoff.staff_name
    mine = states.index("You have this chat")
    assert winner == ("Ana", "Ben")[mine]
    loser = pages[1 - mine]
    expect(loser.locator("#state")).to_contain_text(f"{winner}, care coordinator, has this chat")
    expect(loser.locator("#told")).to_contain_text(f"{winner}, care coordinator, already has")
    expect(loser.locator("#composer")).to_have_count(0)
    expect(pages[mine].locator("#box")).to_be_focused()


def test_a_reading_begun_before_the_click_was_answered_leaves_the_box_to_the_one_who_took_it(
    served: Served, opens: Opens
) -> None:
    person = served.do(served.house.waiting())
    page = opens(served.house.account(), f"/staff/h/{person.id}")
    taking: list[Route] = []
    page.route("**/claim", lambda route: taking.append(route))
    page.locator("#take").click()
    page.wait_for_timeout(300)
    with page.expect_response("**/live"):
        served.do(person.say("Is somebody there?"))
    expect(page.locator("#messages")).to_contain_text("Is somebody there?")
    taking[0].continue_()
    expect(page.locator("#state")).to_contain_text("You have this chat")
    expect(page.locator("#box")).to_be_focused()


def test_a_change_while_the_page_reads_is_read_too_though_what_was_seen_could_not_be_kept(
    served: Served, opens: Opens
) -> None:
    house = served.house
    account = house.account()
    person = served.do(house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")
    page.route("**/seen", lambda route: route.fulfill(status=503))
    reading: list[Route] = []
    page.route("**/live", lambda route: route.continue_() if reading else reading.append(route))
    served.do(person.say("Are you there?"))
    page.wait_for_timeout(300)
    answer = reading[0].fetch()
    served.do(house.edge.handoffs.end(person.id, house_answerer(account), "answered"))
    page.wait_for_timeout(300)  # the page was told, and waits for the reading to end
    reading[0].fulfill(response=answer)
    expect(page.locator("#state")).to_contain_text("This chat has ended")


def test_taken_elsewhere_it_leaves_the_waiting_list_of_the_others(
    served: Served, opens: Opens
) -> None:
    person = served.do(served.house.waiting())
    ana, ben = (opens(served.house.account(name=name)) for name in ("Ana", "Ben"))
    ana.get_by_role("button", name="Take").click()
    expect(ana.locator("#box")).to_be_focused()
    expect(waiting(ben)).to_have_count(0)
    expect(ben.locator("[data-list=others]")).to_contain_text(f"{short(person)}")
    expect(ben.locator("[data-list=others]")).to_contain_text("Ana, care coordinator")


def test_handed_on_it_arrives_at_the_colleague_and_the_first_sees_it_go(
    served: Served, opens: Opens
) -> None:
    house = served.house
    person = served.do(house.waiting())
    ben_account = house.account(name="Ben")
    ana = opens(house.account(name="Ana"), f"/staff/h/{person.id}")
    ben = opens(ben_account)
    ana.keyboard.press("c")
    expect(ana.locator("#box")).to_be_focused()
    ana.get_by_role("button", name="Hand on").click()
    ana.get_by_label("To whom").select_option(ben_account.id)
    ana.get_by_role("dialog").get_by_role("button", name="Hand on").click()
    expect(ana.locator("#state")).to_contain_text("Ben, care coordinator, has this chat")
    expect(ana.get_by_role("dialog")).to_have_count(0)
    expect(ben.locator("[data-list=mine]")).to_contain_text(short(person))


# --- live ---


def test_somebody_new_appears_without_a_reload_in_the_list_the_title_and_aloud(
    served: Served, opens: Opens
) -> None:
    page = opens(served.house.account())
    expect(page).to_have_title(re.compile("^Inbox"))
    person = served.do(served.house.waiting())
    expect(waiting(page)).to_contain_text(short(person))
    expect(page).to_have_title(re.compile(r"^\(1\) Inbox"))
    expect(page.locator("#polite")).to_have_text("Somebody is waiting.")
    assert page.evaluate("window.tones") == 0, "sound is off until it is asked for"


def test_a_message_makes_its_row_unread_until_the_conversation_is_open(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account)
    served.do(person.say("Are you there?"))
    row = page.locator("[data-list=mine] > li")
    expect(row).to_have_class(re.compile("unread"))
    expect(row).to_contain_text("New")
    row.get_by_role("link").click()
    expect(page.locator("#messages")).to_contain_text("Are you there?")
    expect(page.locator("[data-list=mine] > li.unread")).to_have_count(0)
    page.get_by_role("link", name="Inbox").first.click()
    expect(page.locator("[data-list=mine] > li")).to_have_count(1)
    expect(page.locator("[data-list=mine] > li.unread")).to_have_count(0)


def test_both_see_the_other_type_and_each_message_comes_by_itself(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")
    hub, conversation = served.house.edge.turn.hub, person.session.conversation
    served._loop.call_soon_threadsafe(hub.publish, conversation, Typing(True, "person"))
    expect(page.locator("#typing")).to_have_text("The person is typing")
    served.do(person.say("I would like a first visit."))
    expect(page.locator("#messages")).to_contain_text("I would like a first visit.")
    expect(page.locator("#typing")).to_be_empty()
    with hub.listening(conversation) as queue:
        page.locator("#box").type("Hello")
        page.wait_for_timeout(500)
        assert Typing(True, "staff") in [queue.get_nowait() for _ in range(queue.qsize())]


def test_crisis_lines_are_told_at_once_first_in_the_list_aloud_and_with_a_sound_of_their_own(
    served: Served, opens: Opens
) -> None:
    served.do(served.house.waiting())
    second = served.do(served.house.waiting())
    page = opens(served.house.account())
    page.get_by_role("button", name="Sound is off").click()
    expect(page.get_by_role("button", name="Sound is on")).to_be_visible()
    before = tones(page, 1)
    served.do(second.say("I want to kill myself"))
    assertive = page.locator("[aria-live=assertive]")
    expect(assertive).to_have_text("Crisis lines were just shown to this person")
    first = waiting(page).first
    expect(first).to_contain_text(short(second))
    expect(first).to_contain_text("Crisis lines were just shown to this person")
    assert tones(page, before + 4) == before + 4


def test_the_choice_of_sound_is_kept_and_waits_for_a_key_after_a_reload(
    served: Served, opens: Opens
) -> None:
    page = opens(served.house.account())
    page.get_by_role("button", name="Sound is off").click()
    page.reload()
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="Sound is on")).to_be_visible()


def test_after_a_restart_it_reconnects_by_itself_and_shows_what_it_missed(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")
    page.locator("#box").fill("What I was writing")
    served.kill()
    expect(page.locator("#connection")).to_contain_text("Not connected.")
    page.locator("#box").press("Enter")
    expect(page.locator("#told")).to_contain_text("Not sent.")
    expect(page.locator("#box")).to_have_value("What I was writing")
    served.start()
    person.house = served.house
    served.do(person.say("I wrote this meanwhile."))
    expect(page.locator("#messages")).to_contain_text("I wrote this meanwhile.", timeout=20_000)
    expect(page.locator("#connection")).to_be_empty()
    expect(page.locator("#box")).to_have_value("What I was writing")
    page.locator("#box").press("Enter")
    expect(page.locator("#messages .from-staff")).to_have_count(1)
    expect(page.locator("#box")).to_have_value("")


def test_signed_out_elsewhere_nothing_of_a_person_stays_on_the_screen(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting(note="My heron sits on the chimney."))
    page = opens(account, f"/staff/h/{person.id}")
    expect(page.locator(".note")).to_contain_text("heron")
    served.house.staff.sessions.end_all(account.id)
    served.do(person.say("Hello?"))
    expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    assert "heron" not in page.content()
    expect(page.get_by_role("link", name="Sign in")).to_be_focused()


def test_erased_while_it_is_open_the_page_says_so_and_shows_nothing(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting(note="My heron sits on the chimney."))
    page = opens(account, f"/staff/h/{person.id}")
    served.do(person.erases())
    expect(page.get_by_role("heading", name="This chat is gone")).to_be_visible()
    assert "heron" not in page.content()


# --- how it looks ---


def test_on_a_phone_list_and_conversation_are_pages_on_a_desk_they_stand_side_by_side(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    phone = opens(account, viewport=PHONE)
    phone.get_by_role("link", name=short(person)).click()
    expect(phone.get_by_role("heading", name=short(person))).to_be_visible()
    expect(phone.locator("nav.inbox")).to_be_hidden()
    phone.get_by_role("link", name="Back to the inbox").click()
    expect(waiting(phone)).to_be_visible()
    desk = opens(account, f"/staff/h/{person.id}")
    expect(desk.locator("nav.inbox")).to_be_visible()
    expect(desk.locator("nav.inbox [aria-current=page]")).to_contain_text(short(person))


@pytest.mark.parametrize(
    ("scheme", "size", "text"),
    [
        pytest.param("light", PHONE, 200, id="light-phone-200"),
        pytest.param("dark", DESKTOP, 100, id="dark-desktop-100"),
    ],
)
def test_axe_finds_nothing_on_any_page_or_state_and_nothing_is_cut_off(
    served: Served, opens: Opens, scheme: str, size: dict[str, int], text: int
) -> None:
    house = served.house
    account = house.account(name="Ana")
    person = served.do(house.person())
    served.do(person.say("I drink a bottle of vodka every night."))
    served.do(person.asks())
    served.do(person.tap("handoff.include"))
    other = served.do(house.waiting("I would like an evening visit.", "es"))
    served.do(claimed(served, house.account(name="Ben"), served.do(house.waiting())))
    served.do(other.say("me quiero morir"))
    page = opens(account, viewport=size, color_scheme=scheme)

    def good(state: str) -> None:
        if text == 200:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{state}: {wide} px stand out on the right"

    good("inbox")
    page.goto(f"{served.url}/staff/h/{person.id}")
    listening(page)
    good("waiting")
    page.get_by_role("button", name="Take this chat").click()
    expect(page.locator("#box")).to_be_visible()
    good("mine")
    page.locator("#box").fill("512-555-0188")
    page.locator("#box").press("Enter")
    expect(page.get_by_role("button", name="Change it")).to_be_focused()
    good("asked")
    page.get_by_role("button", name="Change it").click()
    for name in ("Ready replies", "Hand on", "End", "Keys"):
        page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
        good(name)
        page.keyboard.press("Escape")
    page.locator("#box").fill("")
    page.locator("#private summary").click()
    good("notes")
    served.do(house.edge.handoffs.end(person.id, house_answerer(account), "answered"))
    expect(page.locator("#state")).to_contain_text("This chat has ended")
    good("ended")
    page.goto(f"{served.url}/staff/h/nothing")
    good("gone")


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_what_can_be_pressed_is_large_enough(
    served: Served, opens: Opens, touch: bool, least: int
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    for path in ("/staff/inbox", f"/staff/h/{person.id}"):
        page = opens(account, path, viewport=PHONE, has_touch=touch, is_mobile=touch)
        small = page.evaluate(
            SMALLER,
            least,
        )
        assert small == [], path
