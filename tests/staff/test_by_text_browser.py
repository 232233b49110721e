"""A conversation by text in a real browser: what staff see while they write, and when somebody asks
for no more texts in the middle of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.staff.by_text import ByText
from tests.staff.house import Served
from tests.staff.screens import DESKTOP, PHONE, Opens, claimed, tones
from tests.staff.screens import opens as opens
from tests.staff.screens import served as served

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CARENAV_SHOTS")
"""A folder to look at the pages in."""
AGAIN = "htmx.trigger(document.getElementById('live'), 'again')"


@pytest.fixture
def person(served: Served, tmp_path: Path) -> ByText:
    person = ByText(served.house, tmp_path)
    served.do(person.waits())
    return person


def look(page: Page, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_a_text_on_its_way_to_somebody_who_wants_no_more(
    served: Served, opens: Opens, person: ByText, size: dict[str, int]
) -> None:
    account, wide = served.house.account(name="Ana"), size["width"]
    served.do(claimed(served, account, person))
    page = opens(account, f"/staff/h/{person.id}", viewport=size)
    inbox = opens(served.house.account(name="Ben"), viewport=size)
    inbox.locator("#sound").click()
    page.locator("#box").fill("Hello, how can I help you today?")
    page.locator("#box").press("Enter")
    state = page.locator("#messages .text-state")
    expect(state).to_have_text("On its way")
    served.do(person.texter.bring())
    person.heard("delivered")
    page.evaluate(AGAIN)
    expect(state).to_have_text("Delivered")
    page.locator("#box").fill("Second text, which does not get there.")
    page.locator("#box").press("Enter")
    expect(page.locator("#messages .from-staff")).to_have_count(2)
    served.do(person.texter.bring())
    person.heard("undelivered")
    page.evaluate(AGAIN)
    expect(state.last).to_have_text("Could not be delivered")
    look(page, f"by-text-{wide}")
    before = tones(inbox, 0)
    page.locator("#box").fill("I was about to say this.")
    served.do(person.texter.text("STOP"))
    expect(page.locator("#state")).to_contain_text("You can't reach them by text any more.")
    expect(page.locator("#box")).to_have_count(0)
    expect(page.locator("#told")).to_contain_text("I was about to say this.")
    look(page, f"dropped-out-{wide}")
    tones(inbox, before + 1)
    expect(page.locator("[data-list=dropped] > li")).to_have_count(0)  # Ana has seen it


def test_whoever_has_the_inbox_open_hears_and_sees_who_dropped_out(
    served: Served, opens: Opens, person: ByText
) -> None:
    inbox = opens(served.house.account(name="Ben"), viewport=PHONE)
    inbox.locator("#sound").click()
    before = tones(inbox, 0)
    served.do(person.texter.text("STOP"))
    row = inbox.locator("[data-list=dropped] > li")
    expect(row).to_contain_text("Asked for no more texts")
    expect(inbox.locator("#assertive")).to_have_text("Somebody asked for no more texts.")
    assert tones(inbox, before + 1) > before
    look(inbox, "inbox-dropped-360")
    inbox.set_viewport_size(DESKTOP)
    look(inbox, "inbox-dropped-1280")
    row.get_by_role("link").click()
    expect(inbox.locator("#state")).to_contain_text("You can't reach them by text any more.")
    expect(inbox.locator("[data-list=dropped]")).to_have_count(0)
