"""A person at the other end: who waits, who talks, how it ends, who is writing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import stream_open, wait_until, write
from tests.widget.fake_edge import ANSWER, FakeEdge

pytestmark = pytest.mark.browser

WAITING = {"state": "waiting", "kind": "live", "ahead": 2, "name": None, "title": None}
ACTIVE = {"state": "active", "kind": "live", "ahead": None, "name": "Ana", "title": "nurse"}
FOCUSED = "() => document.querySelector('care-navigator').shadowRoot.activeElement?.textContent"


@pytest.fixture
def chat(chat: Page, edge: FakeEdge) -> Page:
    """The chat, once its page hears what happens."""
    stream_open(chat, edge)
    return chat


def bar(chat: Page) -> Any:
    return chat.get_by_role("group", name="Care team")


def test_it_says_how_many_are_ahead_and_who_has_come(chat: Page, edge: FakeEdge) -> None:
    edge.hand_off({**WAITING, "state": "asked"})
    edge.hand_off(WAITING)
    expect(bar(chat).get_by_role("status")).to_have_text("Waiting for a person · 2 ahead of you")
    edge.hand_off({**WAITING, "ahead": 0})
    expect(bar(chat).get_by_role("status")).to_have_text("Waiting for a person · You are next")
    edge.hand_off({**ACTIVE, "state": "claimed"})
    expect(bar(chat).get_by_role("status")).to_have_text("You are talking with Ana, nurse")
    edge.hand_off(None)
    expect(bar(chat)).to_have_count(0)


def test_nothing_is_said_of_a_hand_off_that_was_only_asked_for(chat: Page, edge: FakeEdge) -> None:
    edge.hand_off({**WAITING, "state": "asked"})
    edge.say("Shall I?")
    expect(chat.get_by_text("Shall I?")).to_be_visible()
    expect(bar(chat)).to_have_count(0)


def test_it_is_there_again_after_a_reload(chat: Page, edge: FakeEdge) -> None:
    edge.hand_off(ACTIVE)
    chat.reload()
    expect(bar(chat)).to_contain_text("You are talking with Ana, nurse")


@pytest.mark.parametrize(
    ("handoff", "ends", "asks", "yes"),
    [
        (WAITING, "Stop waiting", "Stop waiting for a person?", "Yes, stop"),
        (ACTIVE, "End", "End your talk with Ana, nurse?", "Yes, end it"),
        (
            {**WAITING, "kind": "message"},
            "Take it back",
            "Take your message back? Nobody will answer it then.",
            "Yes, take it back",
        ),
    ],
)
def test_ending_it_is_asked_about_in_place_and_then_done(
    chat: Page, edge: FakeEdge, handoff: dict[str, Any], ends: str, asks: str, yes: str
) -> None:
    edge.hand_off(handoff)
    bar(chat).get_by_role("button", name=ends).press("Enter")
    expect(bar(chat)).to_contain_text(asks)
    assert chat.evaluate(FOCUSED) == "No, go on"
    chat.keyboard.press("Enter")
    expect(bar(chat).get_by_role("button", name=ends)).to_be_focused()
    chat.keyboard.press("Enter")
    assert ("DELETE", "handoff") not in edge.asked
    bar(chat).get_by_role("button", name=yes).press("Enter")
    expect(bar(chat)).to_have_count(0)
    expect(chat.get_by_label("Your message")).to_be_focused()
    wait_until(chat, lambda: ("DELETE", "handoff") in edge.asked)
    assert edge.asked.count(("DELETE", "handoff")) == 1


def test_an_end_that_did_not_reach_the_server_says_so_and_can_be_tried_again(
    chat: Page, edge: FakeEdge
) -> None:
    edge.hand_off(ACTIVE)
    edge.refuse_sends, edge.refuse_about = 1, "handoff"
    bar(chat).get_by_role("button", name="End").click()
    bar(chat).get_by_role("button", name="Yes, end it").click()
    expect(chat.get_by_text("That did not work just now.")).to_be_visible()
    bar(chat).get_by_role("button", name="End").click()
    bar(chat).get_by_role("button", name="Yes, end it").click()
    expect(bar(chat)).to_have_count(0)


def test_being_called_while_it_is_asked_about_takes_the_question_away(
    chat: Page, edge: FakeEdge
) -> None:
    edge.hand_off(WAITING)
    bar(chat).get_by_role("button", name="Stop waiting").click()
    edge.hand_off({**WAITING, "ahead": 1})
    expect(bar(chat)).to_contain_text("Stop waiting for a person?")
    edge.hand_off(ACTIVE)
    expect(bar(chat)).to_contain_text("You are talking with Ana, nurse")
    expect(bar(chat).get_by_role("button")).to_have_text(["End"])


def test_a_persons_message_bears_their_name(chat: Page, edge: FakeEdge) -> None:
    edge.say("Good morning.", author="Ana, nurse", **{"from": "staff"})
    expect(chat.locator(".staff .author")).to_have_text("Ana, nurse")


def test_it_says_who_is_writing(chat: Page, edge: FakeEdge) -> None:
    edge.hand_off(ACTIVE)
    edge.typing(True, "staff")
    expect(chat.locator(".status")).to_have_text("Ana, nurse is writing")
    edge.typing(False, "staff")
    expect(chat.locator(".status")).to_have_text("")


def test_that_the_visitor_writes_is_said_only_to_a_person_and_seldom(
    chat: Page, edge: FakeEdge
) -> None:
    box = chat.get_by_label("Your message")
    box.press_sequentially("to the guide")
    edge.hand_off(WAITING)
    expect(bar(chat)).to_be_visible()
    box.press_sequentially(" and while waiting")
    assert edge.typed == []
    edge.hand_off(ACTIVE)
    expect(bar(chat)).to_contain_text("Ana")
    chat.clock.install()
    box.press_sequentially(" to Ana")
    until(chat, lambda: edge.typed == [True])
    chat.clock.run_for(4_100)
    box.press_sequentially("!")
    until(chat, lambda: edge.typed == [True, True])
    chat.clock.run_for(5_100)
    until(chat, lambda: edge.typed == [True, True, False])
    box.press_sequentially(" More.")
    until(chat, lambda: edge.typed[3:] == [True])
    chat.keyboard.press("Enter")
    until(chat, lambda: edge.typed[3:] == [True, False])


def until(page: Page, true: Any) -> None:
    for _ in range(100):
        if true():
            return
        page.wait_for_timeout(20)
    assert true()


def test_it_goes_on_while_the_chat_is_closed(chat: Page, edge: FakeEdge) -> None:
    edge.hand_off(WAITING)
    expect(bar(chat)).to_be_visible()
    chat.keyboard.press("Escape")
    edge.hand_off(ACTIVE)
    edge.say("Good morning.", author="Ana, nurse", **{"from": "staff"})
    launcher = chat.get_by_role("button", name="Ask the care guide")
    expect(launcher).to_contain_text("1 new message")
    launcher.click()
    expect(bar(chat)).to_contain_text("Ana, nurse")
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
