"""The chat window: opening, closing, keyboard, what is announced, what is kept, how it fits."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.widget.assets import HERE, load_assets, load_words
from tests.widget.conftest import DESKTOP, PHONE, write
from tests.widget.fake_edge import ANSWER, CONTENT, HELLO, LINES, FakeEdge

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


def test_it_starts_closed_and_says_nothing_to_the_server(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host")
    expect(page.get_by_role("button", name="Ask the care guide")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert edge.asked == []


def test_opening_moves_focus_to_the_input_and_closing_back_to_the_launcher(chat: Page) -> None:
    expect(chat.get_by_label("Your message")).to_be_focused()
    chat.keyboard.press("Escape")
    expect(chat.get_by_role("dialog")).to_have_count(0)
    expect(chat.get_by_role("button", name="Ask the care guide")).to_be_focused()


def test_it_says_what_it_is_and_shows_the_help_line(chat: Page) -> None:
    panel = chat.get_by_role("dialog", name="Care Navigator")
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
    for _ in range(4):
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
    status = chat.get_by_role("status").first
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


def test_nothing_of_a_person_is_kept_but_the_token_of_this_tab(chat: Page) -> None:
    write(chat, "a private thing")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert chat.evaluate("() => Object.keys(localStorage)") == []
    assert chat.evaluate("() => document.cookie") == ""
    (kept,) = chat.evaluate("() => Object.values(sessionStorage)")
    assert json.loads(kept) == {"token": "token-1", "lines": LINES, "open": True}


def test_only_our_own_host_is_contacted(context: BrowserContext, edge: FakeEdge) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(edge.url + "/?language=en")
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert [url for url in asked if not url.startswith((edge.url, "data:,"))] == []


def test_it_leaves_no_global_and_no_style_behind_and_breaks_no_policy(
    page: Page, edge: FakeEdge
) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script("window.before = new Set(Object.getOwnPropertyNames(window))")
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    added = "() => Object.getOwnPropertyNames(window).filter(name => !window.before.has(name))"
    assert page.evaluate(added) == ["before"]
    assert page.evaluate("() => document.adoptedStyleSheets.length") == 0
    assert page.locator("[style]").count() <= 2  # the input's height and the panel's, set by script
    assert [fault for fault in faults if "favicon" not in fault and "404" not in fault] == []


def test_it_speaks_the_language_of_the_page(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host?lang=es-MX")
    page.get_by_role("button", name="Pregunte a la guía").click()
    expect(page.get_by_text("Guía automática")).to_be_visible()
    assert page.locator("care-navigator").get_attribute("lang") == "es"
    assert edge.sessions[0] == {"clinic": "demo", "language": "es", "page": edge.url + "/host"}


def test_every_word_it_uses_exists_and_none_is_left_over() -> None:
    scripts = "".join(Path(HERE, name).read_text() for name in ("widget.js", "messages.js"))
    used = set(re.findall(r"\bwords\.([a-z_]+)", scripts))
    used |= {"from_bot", "from_person", "from_system", "expired", "erased"}
    used |= {f"help_{x}{y}" for x in ("call", "text", "emergency") for y in ("", "_href")}
    assert used == set(load_words(CONTENT / "widget.yml").by_language["en"])


def test_script_style_words_and_page_stay_under_15_kilobytes() -> None:
    assets = load_assets(CONTENT)
    for page in assets.pages.values():
        served = (assets.script, assets.style, page)
        assert sum(len(gzip.compress(part)) for part in served) < 15_000


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


def test_twice_the_text_size_still_fits(page: Page, edge: FakeEdge) -> None:
    page.set_viewport_size({"width": 640, "height": 800})
    page.goto(edge.url + "/host")
    page.locator("care-navigator").evaluate("node => { node.style.fontSize = '32px' }")
    page.get_by_role("button", name="Ask the care guide").click()
    page.locator(".message").first.wait_for()
    assert not page.locator(".log").evaluate("node => node.scrollWidth > node.clientWidth")
    for name in ("Close chat", "More options", "Send"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(
    browser: Browser, edge: FakeEdge, scheme: str, size: dict[str, int]
) -> None:
    card = {
        "type": "line",
        "title": "A line",
        "lines": ["Day and night."],
        "actions": [
            {"label": "Call 988", "href": "tel:988"},
            {"label": "Page", "href": "https://a.org/"},
        ],
        "note": "Checked.",
    }
    source = {"name": "NIMH", "url": "https://www.nimh.nih.gov/"}
    edge.reply = lambda said: [
        {"from": "staff", "kind": "text", "text": "Hello."},
        {"kind": "safety", "text": "Help:\n- one\n- two", "cards": [card]},
        {
            "kind": "answer",
            "text": ANSWER,
            "sources": [source],
            "reviewed_on": "2026-11-20",
            "print": True,
            "choices": ["Yes", "No"],
        },
    ]
    edge.refuse_sends, edge.refuse_with = 0, 422
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(edge.url + "/")
    expect(page.get_by_text(HELLO)).to_be_visible()
    write(page, "hello")
    expect(page.get_by_role("button", name="Yes")).to_be_visible()
    edge.refuse_sends = 1
    write(page, "refused")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    for state in ("open", "menu", "closed"):
        if state == "menu":
            page.get_by_role("button", name="More options").click()
        if state == "closed":
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    context.close()


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_targets_are_large_enough(
    browser: Browser, edge: FakeEdge, touch: bool, least: int
) -> None:
    edge.first = [
        {
            "kind": "answer",
            "text": HELLO,
            "choices": ["Yes"],
            "print": True,
            "sources": [{"name": "NIMH", "url": "https://www.nimh.nih.gov/"}],
            "cards": [
                {"type": "line", "title": "L", "actions": [{"label": "Call", "href": "tel:988"}]}
            ],
        }
    ]
    context = browser.new_context(viewport=PHONE, has_touch=touch, is_mobile=touch)
    page = context.new_page()
    page.goto(edge.url + "/")
    page.locator(".message").first.wait_for()
    page.get_by_role("button", name="More options").click()
    small = page.locator("care-navigator").evaluate(
        """(host, least) => [...host.shadowRoot.querySelectorAll('button, a, textarea')]
          .map(node => [node.textContent || node.id, node.getBoundingClientRect()])
          .filter(([, box]) => box.width && Math.min(box.width, box.height) < least - 0.5)
          .map(([name, box]) => `${name} ${box.width} x ${box.height}`)""",
        least,
    )
    assert small == []
    context.close()


def test_a_touch_keyboard_does_not_cover_the_answers_on_opening(
    browser: Browser, edge: FakeEdge
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").tap()
    expect(page.get_by_role("dialog")).to_be_focused()
    context.close()


def test_nothing_moves_for_those_who_ask_for_that(chat: Page, edge: FakeEdge) -> None:
    edge.typing(True)
    expect(chat.get_by_text("The guide is writing")).to_be_visible()
    running = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert chat.evaluate(running) == 0
