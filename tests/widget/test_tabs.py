"""One conversation over the pages and tabs of a site; what the browser keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.conftest import wait_until, write
from tests.widget.fake_edge import ANSWER, HELLO, LINES, FakeEdge

pytestmark = pytest.mark.browser

SOON = 15_000
KEPT = "() => [localStorage, sessionStorage].map(area => Object.values(area).map(JSON.parse))"
HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
LAUNCHER = "Ask the care guide"


def kept(page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is kept for the site, and for the tab."""
    site, tab = page.evaluate(KEPT)
    return (site or [{}])[0], (tab or [{}])[0]


@pytest.fixture
def other(chat: Page, context: BrowserContext, edge: FakeEdge) -> Page:
    """Another tab of the same site, its chat open too."""
    page = context.new_page()
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    return page


def test_no_word_of_a_person_is_kept(chat: Page) -> None:
    write(chat, "a private thing")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert chat.evaluate("() => document.cookie") == ""
    site, tab = kept(chat)
    shown = {"token", "id", "lines", "language", "wish", "wrote", "read", "front", "used"}
    assert set(site) == shown
    assert (site["token"], site["lines"], site["language"]) == ("token-1", LINES, "en")
    assert tab == {"open": True}


def test_another_page_of_the_site_goes_on_with_the_chat(chat: Page, edge: FakeEdge) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    chat.goto(edge.url + "/host?data-position=left")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    expect(chat.locator(".message")).to_have_count(3)
    assert len(edge.sessions) == 1


def test_what_is_on_its_way_when_the_page_changes_still_arrives_once(
    chat: Page, edge: FakeEdge
) -> None:
    held = []
    chat.route(
        "**/api/chat/messages",
        lambda route: held.append(route) if not held else route.continue_(),
    )
    write(chat, "on my way out")
    expect(chat.get_by_text("Sending")).to_be_visible()
    chat.goto(edge.url + "/host?again=1")
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    assert edge.texts() == ["on my way out"]


def test_two_tabs_are_one_conversation_and_show_each_message_once(
    chat: Page, other: Page, edge: FakeEdge
) -> None:
    write(chat, "from the first")
    expect(other.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    write(other, "from the second")
    for tab in (chat, other):
        expect(tab.get_by_text(ANSWER)).to_have_count(2, timeout=SOON)
        expect(tab.locator(".own .bubble")).to_have_text(["from the first", "from the second"])
    assert len(edge.sessions) == 1


def test_two_tabs_in_view_leave_each_other_in_peace(chat: Page, other: Page) -> None:
    write(chat, "hello")
    expect(other.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    chat.wait_for_timeout(300)
    before = kept(chat)
    chat.wait_for_timeout(300)
    assert kept(chat) == before


def test_two_tabs_opened_at_once_begin_one_chat(context: BrowserContext, edge: FakeEdge) -> None:
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(edge.url + "/host")
    for tab in tabs:
        tab.evaluate(
            "() => document.querySelector('care-navigator').shadowRoot"
            ".querySelector('.launcher').click()"
        )
    for tab in tabs:
        expect(tab.get_by_text(HELLO)).to_have_count(1)
    assert len(edge.sessions) == 1


def erase(page: Page, entry: str) -> None:
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name=entry).click()
    page.get_by_role("button", name=entry).click()


def test_erasing_in_one_tab_clears_the_other(chat: Page, other: Page, edge: FakeEdge) -> None:
    write(chat, "a private thing")
    expect(other.get_by_text("a private thing")).to_be_visible(timeout=SOON)
    other.route("**/api/chat/events", lambda route: route.abort())  # it hears it from the tab
    erase(chat, "Erase this chat")
    expect(other.get_by_text("a private thing")).to_have_count(0)
    expect(other.locator(".message")).to_have_count(1)
    wait_until(other, lambda: edge.chats == {})
    assert kept(other)[0] == {}


def test_starting_over_in_one_tab_begins_anew_in_the_other(
    chat: Page, other: Page, edge: FakeEdge
) -> None:
    write(chat, "hello")
    expect(other.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    erase(chat, "Start over")
    expect(other.get_by_text(ANSWER)).to_have_count(0)
    expect(other.get_by_text(HELLO)).to_have_count(1)
    write(other, "again")
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    assert edge.texts() == ["again"]
    assert len(edge.sessions) == 2


def test_two_hours_after_its_last_use_the_next_person_finds_nothing(
    chat: Page, edge: FakeEdge
) -> None:
    write(chat, "a private thing")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    age = """() => Object.keys(localStorage).forEach(key => {
      const kept = JSON.parse(localStorage[key]);
      localStorage[key] = JSON.stringify({ ...kept, used: kept.used - 2 * 3600e3 - 1 });
    })"""
    chat.evaluate(age)
    chat.reload()
    expect(chat.get_by_text(HELLO)).to_have_count(1)
    expect(chat.get_by_text("a private thing")).to_have_count(0)
    assert len(edge.sessions) == 2
    # and in a tab that was left open
    write(chat, "another thing")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    chat.evaluate(age)
    chat.evaluate(HIDE, False)
    expect(chat.get_by_text("Your earlier chat has ended")).to_be_visible()
    expect(chat.get_by_text("another thing")).to_have_count(0)


def test_where_storage_is_blocked_it_works_for_the_page(page: Page, edge: FakeEdge) -> None:
    page.add_init_script(
        """for (const kind of ['localStorage', 'sessionStorage']) {
          const get = () => { throw new DOMException('', 'SecurityError') };
          Object.defineProperty(window, kind, { get });
        }"""
    )
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    write(page, "hello")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(ANSWER)).to_have_count(1)
    assert len(edge.sessions) == 1


# --- unread ---


def test_what_comes_while_it_is_closed_is_counted_on_the_launcher(
    chat: Page, edge: FakeEdge
) -> None:
    chat.keyboard.press("Escape")
    edge.say("One.")
    launcher = chat.get_by_role("button", name=LAUNCHER)
    expect(launcher).to_have_accessible_name(f"{LAUNCHER} 1 new message")
    edge.say("Two.", **{"from": "staff"})
    expect(launcher).to_have_accessible_name(f"{LAUNCHER} 2 new messages")
    expect(chat.get_by_role("status").filter(has_text="2 new messages")).to_have_count(1)
    assert chat.title() == "A clinic"
    launcher.click()
    expect(chat.get_by_text("Two.")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(launcher).to_have_accessible_name(LAUNCHER)
    chat.reload()
    expect(launcher).to_have_accessible_name(LAUNCHER)
    edge.say("Three.")
    expect(launcher).to_have_accessible_name(f"{LAUNCHER} 1 new message")


def test_what_came_between_two_pages_is_counted_too(chat: Page, edge: FakeEdge) -> None:
    chat.keyboard.press("Escape")
    chat.goto("about:blank")
    edge.say("Meanwhile.")
    chat.goto(edge.url + "/host")
    expect(chat.get_by_role("button", name=LAUNCHER)).to_have_accessible_name(
        f"{LAUNCHER} 1 new message"
    )


def test_what_one_tab_has_shown_is_no_news_in_the_other(
    chat: Page, other: Page, edge: FakeEdge
) -> None:
    other.keyboard.press("Escape")
    edge.say("One.")
    expect(chat.get_by_text("One.")).to_be_visible(timeout=SOON)
    expect(other.get_by_role("button", name=LAUNCHER)).to_have_accessible_name(LAUNCHER)


def test_a_hidden_tab_leaves_the_listening_to_the_one_in_view(
    chat: Page, other: Page, edge: FakeEdge
) -> None:
    chat.evaluate(HIDE, True)
    starts = len(edge.stream_starts)
    edge.kill()
    edge.start()
    write(other, "hello")
    expect(other.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    assert len(edge.stream_starts) == starts + 1
    chat.evaluate(HIDE, False)
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)


def test_sound_is_off_until_it_is_switched_on(browser: Browser, edge: FakeEdge) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        """let tones = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...at) {
          document.documentElement.dataset.tones = ++tones;
          start.apply(this, at);
        };
        """
    )
    tones = "() => +(document.documentElement.dataset.tones || 0)"
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    page.keyboard.press("Escape")
    edge.say("Quietly.")
    launcher = page.get_by_role("button", name=LAUNCHER)
    expect(launcher).to_contain_text("1 new message")
    assert page.evaluate(tones) == 0
    launcher.click()
    page.get_by_role("button", name="More options").click()
    switch = page.get_by_role("switch", name="Sound for new messages")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    expect(switch).to_be_focused()
    heard = page.evaluate(tones)
    assert heard > 0  # so it sounds
    edge.say("In view.")
    expect(page.get_by_text("In view.")).to_be_attached()
    assert page.evaluate(tones) == heard
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    edge.say("Aloud.", **{"from": "staff"})
    expect(launcher).to_contain_text("1 new message")
    assert page.evaluate(tones) > heard
    context.close()
