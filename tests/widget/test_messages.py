"""What a message looks like in the chat: text that is only text, choices, cards, sources, print."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import PHONE, write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_markup_in_a_message_is_inert_text(chat: Page, edge: FakeEdge) -> None:
    card = {"type": "provider", "title": HOSTILE, "lines": [HOSTILE], "note": HOSTILE}
    edge.reply = lambda said: [
        {"kind": "answer", "text": f"- {HOSTILE}", "cards": [card], "choices": [HOSTILE]}
    ]
    write(chat, HOSTILE)
    expect(chat.get_by_text(HOSTILE)).to_have_count(6)
    assert chat.locator("care-navigator img, care-navigator script").count() == 0
    assert chat.title() == "A clinic"


def test_paragraphs_and_lists_are_made_of_a_text(chat: Page, edge: FakeEdge) -> None:
    edge.say("One.\n\nThese:\n- first\n- second\n\n3. third\n4. fourth\n\nCall\n911. Now.")
    bubble = chat.locator(".bubble").last
    expect(bubble.locator("li")).to_have_text(["first", "second", "third", "fourth"])
    expect(bubble.locator("p")).to_have_text(["One.", "These:", "Call911. Now."])
    assert bubble.locator("ol li").evaluate_all("all => all.map(li => li.value)") == [3, 4]


def test_a_choice_is_sent_once_shown_as_said_and_then_gone(chat: Page, edge: FakeEdge) -> None:
    chat.get_by_role("button", name="Roles").dblclick()
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    expect(chat.locator(".own .bubble")).to_have_text("Roles")
    expect(chat.locator(".choice")).to_have_count(0)
    (sent,) = edge.sent
    assert sent == {"client_id": sent["client_id"], "choice": "000000000001-0"}


def test_choosing_by_keyboard_leaves_the_focus_in_the_input(chat: Page) -> None:
    chat.get_by_role("button", name="Costs").focus()
    chat.keyboard.press("Enter")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    expect(chat.get_by_label("Your message")).to_be_focused()


def test_only_the_latest_turn_offers_choices(chat: Page, edge: FakeEdge) -> None:
    write(chat, "hello")
    expect(chat.locator(".choice")).to_have_count(0)
    edge.say("A refusal, with a next step.", choices=["Find a provider"])
    edge.say("The question that comes back.", choices=["Yes"])
    expect(chat.locator(".choice")).to_have_text(["Find a provider", "Yes"])
    chat.reload()
    expect(chat.get_by_text(HELLO)).to_be_visible()
    expect(chat.locator(".choice")).to_have_text(["Find a provider", "Yes"])
    write(chat, "hello again")
    expect(chat.locator(".choice")).to_have_count(0)


def test_a_card_has_its_lines_its_actions_and_its_note(chat: Page, edge: FakeEdge) -> None:
    card = {
        "type": "line",
        "title": "A help line",
        "lines": ["Call or text.", "Day and night."],
        "actions": [
            {"label": "Call 988", "href": "tel:988"},
            {"label": "Text 741741", "href": "sms:741741?&body=HOME"},
            {"label": "Read more", "href": "https://988lifeline.org/"},
            {"label": "Bad script", "href": "javascript:document.title='owned'"},
            {"label": "Bad plain", "href": "http://example.org/"},
            {"label": "Bad data", "href": "data:text/html,hello"},
        ],
        "note": "Checked in October.",
    }
    edge.say("See:", cards=[card])
    shown = chat.get_by_role("group", name="A help line")
    for line in ("Call or text.", "Day and night.", "Checked in October."):
        expect(shown.get_by_text(line)).to_be_visible()
    hrefs = shown.get_by_role("link").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert hrefs == ["tel:988", "sms:741741?&body=HOME", "https://988lifeline.org/"]
    expect(shown.get_by_role("link", name="Read more")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    expect(shown.get_by_text("Bad script")).to_be_visible()


def test_an_answer_names_its_sources_and_its_review(chat: Page, edge: FakeEdge) -> None:
    source = {"name": "NIMH, Psychotherapies", "url": "https://www.nimh.nih.gov/"}
    edge.say("So it is.", kind="answer", sources=[source], reviewed_on="2026-11-20")
    expect(chat.get_by_text("Last reviewed November 20, 2026")).to_be_visible()
    expect(chat.locator(".sources").get_by_role("link")).to_have_attribute(
        "href", "https://www.nimh.nih.gov/"
    )


def test_a_hard_word_is_a_button_that_shows_its_meaning_in_place(
    chat: Page, edge: FakeEdge
) -> None:
    copay = {"word": "copay", "meaning": "A set amount for each visit."}
    claim = {"word": "claims", "meaning": "What the plan is asked to pay."}
    edge.say("See copay.test. A copay is paid.\n- Your copay, and claims.", glossary=[copay, claim])
    bubble, meaning = chat.locator(".bubble").last, chat.get_by_text(copay["meaning"])
    expect(bubble.get_by_role("button")).to_have_text(["copay", "claims"])
    expect(meaning).to_be_hidden()
    word = bubble.get_by_role("button", name="copay")
    word.press("Enter")
    expect(bubble.locator("p")).to_have_text(
        f"See copay.test. A copay ({copay['meaning']}) is paid."
    )
    expect(meaning).to_be_visible()
    expect(word).to_have_attribute("aria-expanded", "true")
    word.press("Escape")
    expect(meaning).to_be_hidden()
    expect(word).to_be_focused()
    word.click()
    word.click()
    expect(word).to_have_attribute("aria-expanded", "false")


def test_staff_are_told_apart_from_the_guide(chat: Page, edge: FakeEdge) -> None:
    edge.say("Good morning.", **{"from": "staff"})
    expect(chat.get_by_text("Care team")).to_be_visible()


def test_a_list_prints_alone(chat: Page, edge: FakeEdge) -> None:
    edge.say("My list:\n1. What are your hours?", print=True, choices=["Add one"])
    chat.evaluate("() => { window.print = () => { window.printed = true } }")
    chat.get_by_role("button", name="Print this list").click()
    assert chat.evaluate("() => window.printed")
    chat.emulate_media(media="print")
    expect(chat.get_by_text("What are your hours?")).to_be_visible()
    for hidden in (HELLO, "Add one", "Not for emergencies", "A link of the page"):
        expect(chat.get_by_text(hidden)).to_be_hidden()
    chat.emulate_media(media="screen")
    chat.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(chat.get_by_text(HELLO)).to_be_visible()
    chat.emulate_media(media="print")
    expect(chat.get_by_text("A link of the page")).to_be_visible()
    expect(chat.get_by_text("What are your hours?")).to_be_hidden()


def test_a_message_has_at_most_4000_characters_and_says_when_few_are_left(chat: Page) -> None:
    box = chat.get_by_label("Your message")
    box.fill("a" * 3_850)
    expect(box).to_have_accessible_description("150 characters left")
    expect(box).to_have_attribute("maxlength", "4000")


def test_an_empty_message_is_not_sent(chat: Page, edge: FakeEdge) -> None:
    write(chat, "  \n ")
    chat.get_by_role("button", name="Send").click()
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert [sent["text"] for sent in edge.sent] == ["hello"]


def test_roles_stand_side_by_side_in_a_table_that_fits_a_phone(page: Page, edge: FakeEdge) -> None:
    page.set_viewport_size(PHONE)
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").click()
    page.locator(".message").first.wait_for()
    roles = ["Therapist", "Neuropsychologist", "Psychiatric nurse practitioner"]
    rows = [{"head": "A usual visit", "cells": ["About 50 minutes", "Several hours", HOSTILE]}]
    table = {"type": "table", "title": "Side by side", "columns": roles, "rows": rows}
    edge.say("Here they are.", kind="answer", cards=[table])
    shown = page.get_by_role("table", name="Side by side")
    for role in roles:
        expect(shown.get_by_role("columnheader", name=role)).to_be_visible()
    expect(shown.get_by_role("rowheader", name="A usual visit")).to_be_visible()
    expect(shown.get_by_role("cell")).to_have_text(rows[0]["cells"])
    assert shown.locator("th[scope=col]").count() == 3
    wide, room = (one.bounding_box() for one in (shown, page.locator(".log")))
    assert wide
    assert room
    assert room["x"] <= wide["x"]
    assert wide["x"] + wide["width"] <= room["x"] + room["width"]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_visit_sheet_has_its_sections_and_prints_alone(chat: Page, edge: FakeEdge) -> None:
    own = {"text": HOSTILE + "\n  two  lines", "own": True}
    ask = {"text": "How long?", "why": "So you can plan.", "own": False}
    sections = [
        {"id": "matters", "title": "What matters", "lines": [own]},
        {"id": "questions", "title": "To ask", "lines": [ask, own]},
    ]
    sheet = {"type": "sheet", "title": "My visit sheet", "language": "en", "sections": sections}
    edge.say("Here it is.", cards=[sheet], choices=["Get a link"])
    shown = chat.get_by_role("group", name="My visit sheet")
    expect(shown.get_by_text("How long?")).to_be_hidden()
    shown.get_by_text("To ask").click()
    expect(shown.get_by_text("How long?")).to_be_visible()
    listed = "all => all.map(li => [li.parentNode.localName, li.textContent])"
    texts = shown.locator("li").evaluate_all(listed)
    assert texts == [["ul", own["text"]], ["ol", "How long?So you can plan."], ["ol", own["text"]]]
    assert chat.title() == "A clinic"
    chat.evaluate("() => { window.print = () => { window.printed = true } }")
    chat.get_by_role("button", name="Print this list").click()
    assert chat.evaluate("() => window.printed")
    chat.emulate_media(media="print")
    for line in ("How long?", "two lines"):
        expect(shown.get_by_text(line).first).to_be_visible()
    expect(chat.get_by_text("Here it is.")).to_be_hidden()
    expect(chat.get_by_text("Get a link")).to_be_hidden()
    expect(chat.get_by_text(HELLO)).to_be_hidden()
