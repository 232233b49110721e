"""Leaving at once: another page takes the place of this one, and the browser keeps nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.widget.conftest import wait_until, write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser

NEUTRAL = "https://www.weather.gov/"
STORES = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


@pytest.fixture(autouse=True)
def outside(context: BrowserContext) -> None:
    """The world beyond our own pages, which tests do not reach."""

    def answer(route: Route) -> None:
        route.fulfill(body="<title>Weather</title>", content_type="text/html")

    context.route(re.compile("^https://"), answer)


@pytest.fixture
def told(chat: Page) -> Page:
    """A chat in which something was said."""
    write(chat, "a private thing")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    return chat


def left(page: Page, edge: FakeEdge, where: str = NEUTRAL) -> None:
    """The page is gone, going back does not bring it back, and nothing was kept for the site."""
    page.wait_for_url(where)
    page.go_back()
    page.wait_for_url("about:blank")
    page.goto(edge.url + "/page.css")
    assert page.evaluate(STORES) == []


def test_one_press_replaces_the_page_and_leaves_nothing_in_the_browser(
    told: Page, edge: FakeEdge
) -> None:
    told.get_by_role("button", name="Leave quickly").click()
    left(told, edge)
    assert edge.texts() == ["a private thing"]  # erasing is another thing
    told.goto(edge.url + "/host?data-open=")
    expect(told.get_by_text(HELLO)).to_be_visible()
    expect(told.get_by_text("a private thing")).to_have_count(0)


def test_three_quick_presses_of_escape_do_the_same(told: Page, edge: FakeEdge) -> None:
    for _ in range(3):
        told.keyboard.press("Escape")
    left(told, edge)


def test_three_presses_that_are_not_in_a_row_do_not(told: Page) -> None:
    for _ in range(3):
        told.keyboard.press("Escape")
        told.get_by_role("button", name="Ask the care guide").click()
    expect(told.get_by_text(ANSWER)).to_be_visible()
    told.keyboard.press("Escape")
    told.wait_for_timeout(1_600)
    for _ in range(3):
        told.keyboard.press("Escape")  # the chat is closed: these are the page's own
    expect(told.get_by_role("button", name="Ask the care guide")).to_be_visible()


def test_what_is_still_on_its_way_leaves_no_trace_either(told: Page, edge: FakeEdge) -> None:
    sending: list[Route] = []
    # An answer without content leaves the page where it is, so that what it does can be seen.
    told.route(re.compile("^https://"), lambda route: route.fulfill(status=204))
    told.route("**/api/chat/messages", lambda route: sending.append(route))
    write(told, "one more")
    wait_until(told, lambda: bool(sending))
    told.get_by_role("button", name="Leave quickly").click()
    expect(told.locator("care-navigator")).to_have_count(0)
    sending[0].continue_()
    wait_until(told, lambda: "one more" in edge.texts())
    told.wait_for_timeout(300)
    assert told.evaluate(STORES) == []


def test_leaving_can_erase_the_chat_as_well(told: Page, edge: FakeEdge) -> None:
    told.get_by_role("button", name="More options").click()
    told.get_by_role("button", name="Leave and erase").click()
    told.get_by_role("button", name="Leave and erase").click()
    left(told, edge)
    wait_until(told, lambda: edge.chats == {})


def test_a_clinic_chooses_where_leaving_leads(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host?data-open=&data-leave=https://example.org/recipes")
    page.get_by_role("button", name="Leave quickly").click()
    left(page, edge, "https://example.org/recipes")


@pytest.mark.parametrize("bad", ["javascript:document.title=1", "http://example.org/", "recipes"])
def test_where_it_leads_is_a_secure_page_or_the_usual_one(
    page: Page, edge: FakeEdge, bad: str
) -> None:
    page.goto(f"{edge.url}/host?data-open=&data-leave={bad}")
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url(NEUTRAL)


def test_the_other_tabs_of_the_site_lose_the_chat_too(
    told: Page, context: BrowserContext, edge: FakeEdge
) -> None:
    other = context.new_page()
    other.goto(edge.url + "/host")
    other.get_by_role("button", name="Ask the care guide").click()
    expect(other.get_by_text("a private thing")).to_be_visible()
    told.get_by_role("button", name="Leave quickly").click()
    expect(other.locator("care-navigator")).to_have_count(0)
    expect(other.get_by_role("heading", name="A clinic")).to_be_visible()


def test_it_says_what_leaving_does_and_does_not(chat: Page) -> None:
    chat.get_by_role("button", name="More options").click()
    expect(chat.get_by_text("pressing Esc three times")).to_be_visible()
    expect(chat.get_by_text("It does not clear your browser history.")).to_be_visible()
