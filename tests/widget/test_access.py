"""For everybody: axe in every state, the keyboard alone, the order of reading, large text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.widget.conftest import DESKTOP, PHONE, stream_open, write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 568}
LAUNCHER = "Ask the care guide"
CARD = {
    "type": "line",
    "title": "A line",
    "lines": ["Day and night."],
    "actions": [
        {"label": "Call 988", "href": "tel:988"},
        {"label": "Page", "href": "https://a.org/"},
    ],
    "note": "Checked.",
}
SOURCE = {"name": "NIMH", "url": "https://www.nimh.nih.gov/"}
FULL: list[dict[str, Any]] = [
    {"from": "staff", "kind": "text", "text": "Hello.", "author": "Ana, nurse"},
    {"kind": "safety", "text": "Help:\n- one\n- two", "cards": [CARD]},
    {
        "kind": "answer",
        "text": ANSWER,
        "cards": [{**CARD, "type": "provider", "title": "A provider"}],
        "sources": [SOURCE],
        "reviewed_on": "2026-11-20",
        "print": True,
        "choices": ["Yes", "No"],
    },
]
WAITING = {"state": "waiting", "kind": "live", "ahead": 2, "name": None, "title": None}
FOCUSED = """() => {
  const root = document.querySelector('care-navigator').shadowRoot;
  const node = root.activeElement;
  return node && (node.getAttribute('aria-label') || node.textContent.trim() || node.id);
}"""


def states(page: Page, edge: FakeEdge, start: str) -> Iterator[str]:
    """Brings the chat from one state to the next."""
    page.goto(edge.url + start)
    page.get_by_role("button", name=LAUNCHER).wait_for()
    yield "closed"
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    yield "open"
    write(page, "hello")
    expect(page.get_by_role("button", name="Yes")).to_be_visible()
    yield "cards"
    edge.refuse_sends, edge.refuse_with = 1, 422
    write(page, "refused")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    yield "error"
    edge.hand_off(WAITING)
    expect(page.get_by_text("2 ahead of you")).to_be_visible()
    yield "hand-off"
    page.get_by_role("button", name="Stop waiting").click()
    yield "hand-off, asked to end"
    page.get_by_role("button", name="More options").click()
    yield "menu"
    page.get_by_role("button", name="Erase this chat").click()
    yield "confirm"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    edge.say("News.")
    expect(page.get_by_text("1 new message").first).to_be_attached()
    yield "closed, with news"


@pytest.mark.parametrize(
    ("size", "more"),
    [
        (DESKTOP, {}),
        (DESKTOP, {"color_scheme": "dark"}),
        (PHONE, {}),
        (NARROW, {"color_scheme": "dark"}),
        (DESKTOP, {"forced_colors": "active"}),
    ],
    ids=["desktop", "desktop-dark", "phone", "320-dark", "forced-colours"],
)
def test_axe_finds_nothing_in_any_state(
    browser: Browser, edge: FakeEdge, size: dict[str, int], more: dict[str, Any]
) -> None:
    edge.reply = lambda said: [dict(message) for message in FULL]
    edge.clinic["greeting"] = {"en": "Welcome.", "es": "Le damos la bienvenida."}
    context = browser.new_context(viewport=size, reduced_motion="reduce", **more)
    page = context.new_page()
    for state in states(page, edge, "/host"):
        found = Axe().run(page)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    context.close()


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "320"])
def test_axe_finds_nothing_with_the_clinics_colours_at_the_largest_text(
    browser: Browser, edge: FakeEdge, size: dict[str, int]
) -> None:
    edge.reply = lambda said: [dict(message) for message in FULL]
    edge.clinic["colours"] = {"accent": "#8a3b12", "on_accent": "#ffffff"}
    context = browser.new_context(viewport=size, reduced_motion="reduce")
    page = context.new_page()
    grown = False
    for state in states(page, edge, "/host?lang=en"):
        if state == "open" and not grown:
            grow(page, "200%")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    context.close()


def test_axe_finds_nothing_on_the_page_of_a_chat_alone(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/chat/demo")
    expect(page.get_by_text(HELLO)).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def grow(page: Page, size: str) -> None:
    """As a reader's own text size does."""
    page.evaluate(
        "size => { document.querySelector('care-navigator').shadowRoot"
        ".querySelector('section').style.fontSize = size }",
        size,
    )


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_twice_the_text_size_still_fits(page: Page, edge: FakeEdge, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    page.locator(".message").first.wait_for()
    grow(page, "200%")
    assert not page.locator(".log").evaluate("node => node.scrollWidth > node.clientWidth")
    for name in ("Close chat", "More options", "Leave quickly", "Send"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    box = page.get_by_role("log").bounding_box()
    assert box
    assert box["height"] > 100


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    for _ in range(30):
        if name in (page.evaluate(FOCUSED) or ""):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {name}")


def test_the_keyboard_alone_is_enough(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host")
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_visible()
    page.get_by_role("link", name="A link of the page").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(HELLO)).to_be_visible()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    edge.say("Which one?", choices=["This", "That"])
    expect(page.get_by_role("button", name="That")).to_be_visible()
    tab_to(page, "That", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".own .bubble").last).to_have_text("That")
    expect(page.get_by_label("Your message")).to_be_focused()
    edge.hand_off(WAITING)
    expect(page.get_by_text("2 ahead of you")).to_be_visible()
    tab_to(page, "Stop waiting", "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, "Yes, stop", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()
    tab_to(page, "More options", "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, "Start over")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More options")).to_be_focused()
    tab_to(page, "Close chat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_focused()


def test_it_is_read_in_the_order_in_which_it_matters(chat: Page, edge: FakeEdge) -> None:
    stream_open(chat, edge)
    edge.hand_off(WAITING)
    expect(chat.get_by_text("2 ahead of you")).to_be_visible()
    snapshot = chat.locator("care-navigator").aria_snapshot()
    expected = [
        'heading "Riverside Clinic"',
        'button "More options"',
        'button "Close chat"',
        "Automated guide. Not a clinician.",
        'button "Leave quickly"',
        "Not for emergencies",
        'link "Call 999"',
        'group "Care team"',
        "Waiting for a person",
        'log "Conversation"',
        HELLO,
        'textbox "Your message"',
        'button "Send"',
    ]
    places = [snapshot.find(part) for part in expected]
    assert -1 not in places, snapshot
    assert places == sorted(places), snapshot
    assert chat.get_by_role("log").get_attribute("aria-live") == "polite"


def test_help_is_in_the_same_place_whatever_the_state(chat: Page, edge: FakeEdge) -> None:
    place = "node => node.getBoundingClientRect().top"
    before = chat.locator(".help").evaluate(place)
    stream_open(chat, edge)
    edge.hand_off(WAITING)
    expect(chat.get_by_text("2 ahead of you")).to_be_visible()
    edge.say("Call now.", kind="safety", cards=[CARD])
    expect(chat.get_by_text("Call now.")).to_be_visible()
    assert chat.locator(".help").evaluate(place) == before


def test_what_has_the_focus_is_never_hidden(page: Page, edge: FakeEdge) -> None:
    page.set_viewport_size(NARROW)
    edge.first = [dict(message) for message in FULL] * 3
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    page.locator(".message").last.wait_for()
    hidden = """() => {
      const root = document.querySelector('care-navigator').shadowRoot;
      const node = root.activeElement;
      if (!node) return null;
      const { left, right, top, bottom } = node.getBoundingClientRect();
      const over = root.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return node === over || node.contains(over) || over?.contains(node) ? null
        : `${node.outerHTML} lies under ${over?.outerHTML}`;
    }"""
    for n in range(25):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(hidden) is None
        if n == 1:  # the bar takes room from the log, where the focus is
            edge.hand_off(WAITING)
            expect(page.get_by_text("2 ahead of you")).to_be_visible()
            assert page.evaluate(hidden) is None


TARGETS = """(host, least) => [...host.shadowRoot.querySelectorAll('button, a, textarea')]
  .map(node => [node.textContent || node.id, node.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < least - 0.5)
  .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_targets_are_large_enough(
    browser: Browser, edge: FakeEdge, touch: bool, least: int
) -> None:
    edge.reply = lambda said: [dict(message) for message in FULL]
    context = browser.new_context(viewport=PHONE, has_touch=touch, is_mobile=touch)
    page = context.new_page()
    for state in states(page, edge, "/host"):
        small = page.locator("care-navigator").evaluate(TARGETS, least)
        assert small == [], state
    context.close()


def test_the_language_of_the_window_and_of_each_message_is_marked(
    page: Page, edge: FakeEdge
) -> None:
    page.goto(edge.url + "/host?lang=es")
    page.get_by_role("button", name="Pregunte a la guía").click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert page.locator("care-navigator").get_attribute("lang") == "es"
    expect(page.locator(".message").first).to_have_attribute("lang", "es")
    page.get_by_role("button", name="Más opciones").click()
    expect(page.get_by_role("button", name="English")).to_have_attribute("lang", "en")


def test_nothing_moves_for_those_who_ask_for_that(chat: Page, edge: FakeEdge) -> None:
    edge.typing(True)
    expect(chat.get_by_text("The guide is writing")).to_be_visible()
    running = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert chat.evaluate(running) == 0
