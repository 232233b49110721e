"""What the menu offers: language, text size, a file to keep."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import wait_until, write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser


def menu(page: Page, entry: str, *, more: str = "More options") -> None:
    page.get_by_role("button", name=more).click()
    page.get_by_role("button", name=entry, exact=True).click()


def test_the_language_changes_at_once_and_a_chat_nobody_wrote_in_begins_anew(
    chat: Page, edge: FakeEdge
) -> None:
    menu(chat, "Español")
    expect(chat.get_by_label("Su mensaje")).to_be_visible()
    expect(chat.get_by_role("button", name="Cerrar el chat")).to_be_visible()
    expect(chat.get_by_role("button", name="Más opciones")).to_be_focused()
    expect(chat.get_by_text(HELLO)).to_have_count(1)
    assert chat.locator("care-navigator").get_attribute("lang") == "es"
    wait_until(chat, lambda: len(edge.sessions) == 2)
    assert [session["language"] for session in edge.sessions] == ["en", "es"]
    assert list(edge.chats) == ["token-2"]


def test_a_chat_in_which_the_person_wrote_goes_on_in_the_new_language(
    chat: Page, edge: FakeEdge
) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    expect(chat.locator(".message.bot").last).to_have_attribute("lang", "en")
    menu(chat, "Español")
    expect(chat.locator(".help")).to_contain_text("No es para emergencias:")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    wait_until(chat, lambda: ("POST", "language") in edge.asked)
    assert len(edge.sessions) == 1
    edge.say("Buenos días.")
    expect(chat.locator(".message.bot").last).to_have_attribute("lang", "es")
    chat.reload()
    expect(chat.get_by_label("Su mensaje")).to_be_visible()
    menu(chat, "English", more="Más opciones")
    expect(chat.get_by_label("Your message")).to_be_visible()


def test_when_the_chat_cannot_change_its_language_it_says_so(chat: Page, edge: FakeEdge) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    edge.refuse_sends, edge.refuse_about = 1, "language"
    menu(chat, "Español")
    expect(chat.get_by_text("La guía no pudo cambiar de idioma ahora.")).to_be_visible()


def test_a_page_in_another_language_turns_the_chat_to_it(chat: Page, edge: FakeEdge) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    chat.goto(edge.url + "/host?lang=es")
    expect(chat.get_by_label("Su mensaje")).to_be_visible()
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    wait_until(chat, lambda: ("POST", "language") in edge.asked)


def test_a_page_in_another_language_begins_anew_what_nobody_wrote_in(
    chat: Page, edge: FakeEdge
) -> None:
    chat.goto(edge.url + "/host?lang=es")
    expect(chat.get_by_label("Su mensaje")).to_be_visible()
    expect(chat.locator(".message")).to_have_count(1)
    chat.reload()
    expect(chat.locator(".message")).to_have_count(1)
    assert [session["language"] for session in edge.sessions] == ["en", "es"]


def test_a_clinic_with_one_language_offers_no_other(page: Page, edge: FakeEdge) -> None:
    edge.clinic["languages"] = ["es"]
    page.goto(edge.url + "/host?lang=en")
    page.get_by_role("button", name="Pregunte a la guía").click()
    page.get_by_role("button", name="Más opciones").click()
    expect(page.get_by_role("button", name="Empezar de nuevo")).to_be_visible()
    expect(page.get_by_role("button", name="English")).to_have_count(0)


SIZE = """() => getComputedStyle(
  document.querySelector('care-navigator').shadowRoot.querySelector('.log')).fontSize"""


def test_the_text_grows_in_steps_and_stays_so_in_the_tab(chat: Page) -> None:
    chat.get_by_role("button", name="More options").click()
    larger = chat.get_by_role("button", name="A+ Larger text")
    sizes = [chat.evaluate(SIZE)]
    for _ in range(3):
        larger.press("Enter")
        sizes.append(chat.evaluate(SIZE))
    assert sizes == ["16px", "20px", "24px", "24px"]
    expect(larger).to_be_focused()
    expect(larger).to_be_disabled()
    chat.reload()
    expect(chat.get_by_text(HELLO)).to_be_visible()
    assert chat.evaluate(SIZE) == "24px"
    chat.get_by_role("button", name="More options").click()
    chat.get_by_role("button", name="A− Smaller text").click()
    assert chat.evaluate(SIZE) == "20px"


def test_the_whole_chat_is_saved_as_plain_text(chat: Page, edge: FakeEdge, tmp_path: Path) -> None:
    card = {
        "type": "line",
        "title": "A help line",
        "lines": ["Day and night."],
        "actions": [{"label": "Call 988", "href": "tel:988"}],
        "note": "Checked.",
    }
    source = {"name": "NIMH", "url": "https://www.nimh.nih.gov/"}
    edge.say("See:\n- this", kind="answer", cards=[card], sources=[source])
    edge.say("Good morning.", author="Ana, nurse", **{"from": "staff"})
    write(chat, "thank you")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    with chat.expect_download() as download:
        menu(chat, "Save this chat as a file")
    assert download.value.suggested_filename.startswith("chat-")
    assert download.value.suggested_filename.endswith(".txt")
    kept = tmp_path / "chat.txt"
    download.value.save_as(kept)
    text = kept.read_text("utf-8")
    assert text.startswith("Chat with Riverside Clinic, saved on ")
    blocks = [block.split("\n", 1) for block in text.strip().split("\n\n")[1:]]
    assert [head.split(" (")[0] for head, _ in blocks] == [
        "Guide",
        "Guide",
        "Ana, nurse",
        "You",
        "Guide",
    ]
    assert blocks[1][1] == (
        "See:\n- this\nA help line\n  Day and night.\n  Call 988: 988\n  Checked.\n"
        "Sources:\nNIMH: https://www.nimh.nih.gov/"
    )
    assert blocks[3][1] == "thank you"


def test_a_chat_that_could_not_be_saved_says_so(chat: Page, edge: FakeEdge) -> None:
    edge.refuse_sends, edge.refuse_about = 1, "export"
    menu(chat, "Save this chat as a file")
    expect(chat.get_by_text("could not be saved just now")).to_be_visible()


def test_a_press_elsewhere_closes_the_menu(chat: Page) -> None:
    chat.get_by_role("button", name="More options").click()
    chat.get_by_role("log").click(position={"x": 5, "y": 300})
    expect(chat.get_by_role("button", name="Start over")).to_have_count(0)
