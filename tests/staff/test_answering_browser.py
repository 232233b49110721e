"""Answering in real browsers: what is sent, what is not, and all of it by keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.staff.house import Served
from tests.staff.screens import (
    Opens,
    claimed,
    short,
)
from tests.staff.screens import opens as opens
from tests.staff.screens import served as served

pytestmark = pytest.mark.browser

# --- sending ---


def test_a_phone_number_is_asked_about_and_only_a_yes_sends_it(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")
    sent = page.locator("#messages .from-staff")
    page.locator("#box").fill("Call me: 512-555-0188")
    page.locator("#box").press("Enter")
    expect(page.locator("#told")).to_contain_text("512-555-0188")
    expect(page.get_by_role("button", name="Change it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#box")).to_be_focused()
    expect(page.locator("#told")).to_be_empty()
    expect(sent).to_have_count(0)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send it anyway").click()
    expect(sent).to_have_count(1)
    expect(page.locator("#box")).to_have_value("")


def test_a_doubled_enter_sends_once(served: Served, opens: Opens) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")
    page.locator("#box").fill("Hello.")
    page.evaluate("for (const _ of '12') document.getElementById('composer').requestSubmit()")
    expect(page.locator("#box")).to_have_value("")
    page.locator("#box").fill("Next.")
    page.locator("#box").press("Enter")
    expect(page.locator("#messages .from-staff")).to_have_count(2)
    assert [m.text for m in served.do(person.heard()) if m.sender == "staff"] == ["Hello.", "Next."]


def test_words_changed_after_a_lost_answer_are_a_message_of_their_own(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/say", lose, times=1)
    page.locator("#box").fill("First.")
    page.locator("#box").press("Enter")
    expect(page.locator("#told")).to_contain_text("Not sent.")
    page.locator("#box").press("Enter")  # the same words: the same message
    expect(page.locator("#box")).to_have_value("")
    page.route("**/say", lose, times=1)
    page.locator("#box").fill("Second.")
    page.locator("#box").press("Enter")
    expect(page.locator("#told")).to_contain_text("Not sent.")
    page.locator("#box").fill("Second, in other words.")
    page.locator("#box").press("Enter")
    expect(page.locator("#box")).to_have_value("")
    said = [m.text for m in served.do(person.heard()) if m.sender == "staff"]
    assert said == ["First.", "Second.", "Second, in other words."]


def test_with_the_database_away_the_words_stay_and_the_reason_is_said(
    served: Served, opens: Opens
) -> None:
    account = served.house.account()
    person = served.do(served.house.waiting())
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}")
    page.locator("#box").fill("Hello.")
    served.house.edge.break_database()
    page.locator("#box").press("Enter")
    expect(page.locator("#told")).to_contain_text("We cannot reach our records now.")
    served.house.edge.mend_database()
    page.locator("#box").press("Enter")
    expect(page.locator("#messages .from-staff")).to_have_count(1)


def test_a_page_asked_for_while_the_database_is_away_comes_by_itself_when_it_is_back(
    served: Served, opens: Opens
) -> None:
    person = served.do(served.house.waiting())
    page = opens(served.house.account())
    path, name = f"/staff/h/{person.id}", short(person)
    served.house.edge.break_database()
    page.goto(served.url + path)
    expect(page.get_by_role("heading", name=name)).to_have_count(0)
    served.house.edge.mend_database()
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=15_000)


# --- by keys only ---


def test_from_the_inbox_to_a_sent_answer_to_the_end_by_keys_only(
    served: Served, opens: Opens
) -> None:
    served.do(served.house.waiting())
    second = served.do(served.house.waiting())
    page = opens(served.house.account(name="Ana"))
    keys = page.keyboard
    keys.press("j")
    keys.press("j")
    expect(page.locator(f"#open-{second.id}")).to_be_focused()
    keys.press("c")
    expect(page.locator("#box")).to_be_focused()
    keys.type("jcke/?n")  # letters are letters while somebody types
    expect(page.locator("#box")).to_have_value("jcke/?n")
    keys.press("Control+a")
    keys.press("Delete")
    keys.press("Escape")
    keys.press("/")
    keys.type("hello")
    keys.press("Enter")
    expect(page.locator("#box")).to_have_value(re.compile("^Hello, this is Ana"))
    keys.press("End")
    keys.press("Shift+Enter")
    keys.type("Second line.")
    keys.press("Enter")
    expect(page.locator("#messages .from-staff")).to_contain_text("Second line.")
    keys.press("Escape")
    keys.press("n")
    keys.type("Wants an evening visit.")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#notes")).to_contain_text("Wants an evening visit.")
    expect(page.locator("#note-box")).to_have_value("")
    keys.press("e")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator("#state")).to_contain_text("Ended by staff · Visit booked")
    keys.press("Escape")
    expect(page).to_have_url(re.compile("/staff/inbox$"))
    assert second.handoff.outcome == "booked"


def test_the_keys_are_listed_and_can_be_switched_off_for_good(served: Served, opens: Opens) -> None:
    person = served.do(served.house.waiting())
    page = opens(served.house.account(), f"/staff/h/{person.id}")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Take the chat")
    dialog.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    page.keyboard.press("c")
    page.wait_for_timeout(500)
    assert str(person.handoff.state) == "waiting"
