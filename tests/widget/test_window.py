"""The chat window: opening, closing, keyboard, what is announced, what is kept, how it fits."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.conftest import DESKTOP, PHONE, wait_until, write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser

FOCUSED = "() => document.querySelector('care-navigator').shadowRoot.activeElement?.outerHTML || ''"
WATCH = """() => {
  const log = document.querySelector('care-navigator').shadowRoot.querySelector('[role=log]');
  window.heard = [];
  const hear = (node) => {
    if (log.getAttribute('aria-live') === 'polite') window.heard.push(node.textContent);
  };
  const each = (changes) => changes.forEach((change) => change.addedNodes.forEach(hear));
  new MutationObserver(each).observe(log, { childList: true });
}"""


def test_it_starts_closed_and_asks_only_whose_chat_it_is(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host")
    expect(page.get_by_role("button", name="Ask the care guide")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    wait_until(page, lambda: edge.asked == [("GET", "clinics")])


def test_opening_moves_focus_to_the_input_and_closing_back_to_the_launcher(chat: Page) -> None:
    expect(chat.get_by_label("Your message")).to_be_focused()
    chat.keyboard.press("Escape")
    expect(chat.get_by_role("dialog")).to_have_count(0)
    expect(chat.get_by_role("button", name="Ask the care guide")).to_be_focused()


def test_it_says_what_it_is_and_shows_the_help_line(chat: Page) -> None:
    panel = chat.get_by_role("dialog", name="Riverside Clinic")
    expect(panel).to_have_accessible_description("Automated guide. Not a clinician.")
    expect(panel.get_by_text("Not for emergencies")).to_be_visible()
    assert in_view(chat) == ["tel:999", "tel:116123", "sms:85258?&body=SHOUT"]


def in_view(chat: Page) -> list[str]:
    """Where the help strip leads."""
    links: list[str] = chat.locator(".help a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    return links


def line(*hrefs: str) -> dict[str, Any]:
    actions = [{"label": f"Call {href[-3:]}", "href": href} for href in hrefs]
    return {"type": "line", "title": "A line", "lines": [], "actions": actions, "note": ""}


ABUSE = [line("tel:911", "sms:911"), line("tel:+18007997233", "sms:88788"), line("tel:555")]
IN_ABUSE = ["tel:911", "tel:+18007997233", "sms:88788"]


def test_until_a_session_answers_it_shows_its_own_help_lines(page: Page, edge: FakeEdge) -> None:
    page.route("**/api/chat/sessions", lambda route: route.abort())
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").click()
    assert in_view(page) == ["tel:911", "tel:988", "sms:988"]


def test_the_clinics_lines_are_remembered_over_a_reload(chat: Page, edge: FakeEdge) -> None:
    chat.route("**/api/chat/**", lambda route: route.abort())
    chat.reload()
    expect(chat.get_by_role("dialog")).to_be_visible()
    assert in_view(chat) == [line["href"] for line in edge.lines]


def test_after_danger_the_strip_shows_the_lines_of_that_message_for_good(
    chat: Page, edge: FakeEdge
) -> None:
    edge.say("Call now.", kind="safety", cards=ABUSE)
    expect(chat.get_by_text("Call now.")).to_be_visible()
    assert in_view(chat) == IN_ABUSE
    edge.say("No cards here.", kind="safety")
    write(chat, "what does a psychologist do")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert in_view(chat) == IN_ABUSE
    chat.reload()
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert in_view(chat) == IN_ABUSE


def test_the_strip_shows_the_latest_danger_and_is_as_ever_once_the_chat_is_erased(
    chat: Page, edge: FakeEdge
) -> None:
    edge.say("Call now.", kind="safety", cards=ABUSE)
    edge.say("Are you safe?", kind="safety", cards=[line("tel:911"), line("tel:988")])
    expect(chat.get_by_text("Are you safe?")).to_be_visible()
    assert in_view(chat) == ["tel:911", "tel:988"]
    edge.close()
    expect(chat.get_by_text("This chat is erased")).to_be_visible()
    assert in_view(chat) == [line["href"] for line in edge.lines]


def test_lines_that_change_keep_the_focus(chat: Page, edge: FakeEdge) -> None:
    chat.locator(".help a").nth(1).focus()
    edge.say("Call now.", kind="safety", cards=ABUSE)
    expect(chat.get_by_text("Call now.")).to_be_visible()
    expect(chat.locator(".help a").first).to_be_focused()


def test_the_help_line_stays_in_view_however_long_the_chat(chat: Page, edge: FakeEdge) -> None:
    for n in range(30):
        edge.say(f"Line {n}.\n\nAnd more.")
    expect(chat.get_by_text("Line 29.")).to_be_attached()
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_in_viewport(ratio=1)
    for link in ("Call 999", "Call 116 123", "Text SHOUT to 85258"):
        expect(chat.locator(".help").get_by_role("link", name=link)).to_be_in_viewport(ratio=1)


def test_everything_works_by_keyboard_alone(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host")
    page.get_by_role("link", name="A link of the page").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(HELLO)).to_be_visible()
    page.keyboard.type("hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("there")
    page.keyboard.press("Enter")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    assert edge.texts() == ["hello\nthere"]
    page.keyboard.press("Shift+Tab")
    assert 'role="log"' in page.evaluate(FOCUSED)
    for _ in range(5):
        page.keyboard.press("Shift+Tab")
    assert "Close chat" in page.evaluate(FOCUSED)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ask the care guide")).to_be_focused()


def test_escape_closes_the_menu_first(chat: Page) -> None:
    chat.get_by_role("button", name="More options").click()
    chat.keyboard.press("Escape")
    expect(chat.get_by_role("button", name="Start over")).to_have_count(0)
    expect(chat.get_by_role("button", name="More options")).to_be_focused()
    expect(chat.get_by_role("dialog")).to_be_visible()


def test_one_log_announces_new_messages_and_not_restored_ones(chat: Page, edge: FakeEdge) -> None:
    log = chat.get_by_role("log")
    expect(log).to_have_count(1)
    chat.evaluate(WATCH)
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    heard = chat.evaluate("() => window.heard")
    assert [h for h in heard if ANSWER in h]
    assert not [h for h in heard if HELLO in h]

    chat.reload()
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    expect(log).to_have_attribute("aria-live", "off")
    expect(log).to_have_attribute("aria-live", "polite")
    chat.evaluate(WATCH)
    edge.say("Something new.")
    expect(chat.get_by_text("Something new.")).to_be_visible()
    assert len(chat.evaluate("() => window.heard")) == 1


def test_a_long_answer_is_shown_from_its_beginning(chat: Page, edge: FakeEdge) -> None:
    edge.reply = lambda said: [{"kind": "answer", "text": "Begin.\n\n" + "More.\n\n" * 60}]
    write(chat, "hello")
    expect(chat.get_by_text("Begin.")).to_be_in_viewport(ratio=1)
    expect(chat.locator(".own")).to_be_in_viewport(ratio=1)


def test_the_guide_shows_that_it_is_writing(chat: Page, edge: FakeEdge) -> None:
    status = chat.locator(".status")
    edge.typing(True)
    expect(status).to_have_text("The guide is writing")
    edge.say("Done.")
    expect(status).to_have_text("")


def test_a_reload_resumes_the_open_chat_without_taking_the_focus(
    chat: Page, edge: FakeEdge
) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    chat.reload()
    expect(chat.locator(".message")).to_have_count(3)
    assert chat.evaluate(FOCUSED) == ""
    assert len(edge.sessions) == 1


def test_a_closed_chat_stays_closed_after_a_reload(chat: Page) -> None:
    chat.keyboard.press("Escape")
    chat.reload()
    expect(chat.get_by_role("button", name="Ask the care guide")).to_be_visible()
    expect(chat.get_by_role("dialog")).to_have_count(0)


def test_only_our_own_host_is_contacted(context: BrowserContext, edge: FakeEdge) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(edge.url + "/?language=en")
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert [url for url in asked if not url.startswith((edge.url, "data:,"))] == []


def test_it_speaks_the_language_of_the_page(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host?lang=es-MX")
    page.get_by_role("button", name="Pregunte a la guía").click()
    expect(page.get_by_text("Guía automática")).to_be_visible()
    assert page.locator("care-navigator").get_attribute("lang") == "es"
    page.locator(".message").first.wait_for()
    assert edge.sessions[0] == {"clinic": "demo", "language": "es", "page": edge.url + "/host"}


@pytest.mark.parametrize("width", [320, 360, 400])
def test_a_narrow_screen_is_filled_and_scrolls_only_down(
    page: Page, edge: FakeEdge, width: int
) -> None:
    edge.first = [{"kind": "notice", "text": "word" * 60, "choices": ["A choice with many words"]}]
    page.set_viewport_size({"width": width, "height": 560})
    page.goto(edge.url + "/")
    panel = page.get_by_role("dialog")
    box = panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": width, "height": 560}
    wide = "node => node.scrollWidth > node.clientWidth"
    page.locator(".message").first.wait_for()
    assert not page.locator(".log").evaluate(wide)
    assert not panel.evaluate(wide)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_filling_the_screen_it_keeps_the_focus_inside(page: Page, edge: FakeEdge) -> None:
    page.set_viewport_size({"width": 320, "height": 480})
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").click()
    page.locator(".message").first.wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.localName") in ("care-navigator", "body")
    page.set_viewport_size(DESKTOP)
    expect(page.get_by_role("dialog")).not_to_have_class(re.compile("full"))
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("link", name="A link of the page").focus()
    expect(page.get_by_role("link", name="A link of the page")).to_be_focused()


def test_a_touch_keyboard_does_not_cover_the_answers_on_opening(
    browser: Browser, edge: FakeEdge
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").tap()
    expect(page.get_by_role("dialog")).to_be_focused()
    context.close()
