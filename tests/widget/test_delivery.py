"""Nothing written is lost and nothing comes twice, whatever the network or the server does."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.widget.conftest import stream_open, wait_until, write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser

SOON = 15_000  # ms: room for a few rounds of back-off


def open_chat(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Ask the care guide").click()


def test_what_is_written_shows_at_once_as_being_sent(chat: Page, edge: FakeEdge) -> None:
    chat.route("**/api/chat/messages", lambda route: None)  # never answered
    write(chat, "hello")
    expect(chat.locator(".own .bubble")).to_have_text("hello")
    expect(chat.locator(".own .state")).to_have_text("Sending…")
    expect(chat.get_by_label("Your message")).to_have_value("")


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_tried_again_with_the_same_client_id(
    chat: Page, edge: FakeEdge, status: int
) -> None:
    edge.refuse_sends, edge.refuse_with = 2, status
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    assert len({sent["client_id"] for sent in edge.sent}) == 1
    assert len(edge.sent) == 3
    expect(chat.locator(".own")).to_have_count(1)
    expect(chat.locator(".own .state")).to_have_count(0)


def test_a_lost_acknowledgement_sends_again_without_a_double(chat: Page, edge: FakeEdge) -> None:
    lost = []

    def lose_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())  # the server takes it; the answer never arrives
            route.abort()
        else:
            route.continue_()

    chat.route("**/api/chat/messages", lose_first)
    write(chat, "hello")
    expect(chat.locator(".own .state")).to_have_count(0, timeout=SOON)
    expect(chat.locator(".own")).to_have_count(1)
    expect(chat.get_by_text(ANSWER)).to_have_count(1)
    assert edge.texts() == ["hello"]


def test_messages_arrive_in_the_order_written(chat: Page, edge: FakeEdge) -> None:
    edge.refuse_sends = 1
    for text in ("one", "two", "three"):
        write(chat, text)
    expect(chat.locator(".own .state")).to_have_count(0, timeout=SOON)
    assert edge.texts() == ["one", "two", "three"]
    expect(chat.locator(".own .bubble")).to_have_text(["one", "two", "three"])


def test_what_the_server_refuses_is_marked_and_can_be_tried_again(
    chat: Page, edge: FakeEdge
) -> None:
    edge.refuse_sends, edge.refuse_with = 1, 422
    write(chat, "hello")
    expect(chat.locator(".own .state")).to_contain_text("Not sent.")
    expect(chat.get_by_role("status").filter(has_text="Not sent.")).to_have_count(1)
    chat.get_by_role("button", name="Try again").click()
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert len({sent["client_id"] for sent in edge.sent}) == 1


def test_after_many_tries_it_is_marked_as_not_sent_and_goes_out_when_asked(
    chat: Page, edge: FakeEdge
) -> None:
    chat.clock.install()
    edge.refuse_sends = 6
    write(chat, "hello")
    for _ in range(40):
        if chat.get_by_role("button", name="Try again").count():
            break
        chat.clock.run_for(2_000)
        chat.wait_for_timeout(50)
    chat.get_by_role("button", name="Try again").click()
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    assert edge.texts() == ["hello"]


def test_the_chat_survives_the_death_of_the_server(chat: Page, edge: FakeEdge) -> None:
    stream_open(chat, edge, 1)
    edge.kill()
    write(chat, "are you there")
    expect(chat.get_by_text("The connection was lost.")).to_be_visible(timeout=SOON)
    edge.start()
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    expect(chat.get_by_text("The connection was lost.")).to_have_count(0, timeout=SOON)
    edge.say("After the restart.")
    expect(chat.get_by_text("After the restart.")).to_be_visible(timeout=SOON)
    assert edge.texts() == ["are you there"]
    texts = chat.locator(".bubble").all_inner_texts()
    assert Counter(texts) == Counter([HELLO, "are you there", ANSWER, "After the restart."])
    assert len(edge.sessions) == 1


def test_a_broken_stream_goes_on_where_it_was(chat: Page, edge: FakeEdge) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    edge.kill()
    edge.say("Said while you were away.")
    edge.start()
    expect(chat.get_by_text("Said while you were away.")).to_have_count(1, timeout=SOON)
    expect(chat.locator(".message")).to_have_count(4)


def test_opened_while_the_server_is_dead_it_connects_when_it_can(
    page: Page, edge: FakeEdge
) -> None:
    page.goto(edge.url + "/host")
    edge.kill()
    page.get_by_role("button", name="Ask the care guide").click()
    expect(page.locator(".help").get_by_role("link", name="Call 988")).to_be_visible()
    write(page, "hello")
    edge.start()
    expect(page.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert edge.texts() == ["hello"]


def test_offline_it_says_so_keeps_what_is_written_and_sends_it_later(
    chat: Page, context: BrowserContext, edge: FakeEdge
) -> None:
    stream_open(chat, edge, 1)
    context.set_offline(True)
    edge.kill()  # an emulated loss of network leaves open streams alone
    write(chat, "from the tunnel")
    expect(chat.get_by_text("You are offline.")).to_be_visible(timeout=SOON)
    edge.start()
    context.set_offline(False)
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    assert edge.texts() == ["from the tunnel"]


def test_without_streams_it_asks_again_and_again(page: Page, edge: FakeEdge) -> None:
    edge.streams_work = False
    open_chat(page, edge.url + "/host")
    write(page, "hello")
    expect(page.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    edge.say("By asking.")
    expect(page.get_by_text("By asking.")).to_have_count(1, timeout=SOON)
    expect(page.get_by_text("The connection was lost.")).to_have_count(0)


def test_a_stream_that_went_silent_does_not_hold_an_answer_back(chat: Page, edge: FakeEdge) -> None:
    stream_open(chat, edge, 1)
    edge.deaf_streams = True
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    expect(chat.locator(".own")).to_have_count(1)


def test_a_closed_chat_listens_on_once_there_is_one(chat: Page, edge: FakeEdge) -> None:
    stream_open(chat, edge, 1)
    chat.keyboard.press("Escape")
    edge.say("While it was closed.")
    expect(chat.get_by_text("1 new message").first).to_be_attached()
    assert edge.stream_starts == ["000000000001"]


def test_too_many_messages_wait_with_kind_words_and_the_help_lines(
    chat: Page, edge: FakeEdge
) -> None:
    edge.refuse_sends, edge.refuse_with = 2, 429
    write(chat, "hello")
    notice = chat.locator(".message.system")
    expect(notice).to_contain_text("What you wrote is kept and will be sent.")
    expect(notice.get_by_role("link", name="Call 116 123")).to_be_visible()
    expect(chat.locator(".own .state")).to_have_text("Kept. It will be sent in a moment.")
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    expect(notice).to_have_count(1)
    expect(chat.locator(".own .state")).to_have_count(0)
    assert len(edge.sent) == 3
    assert edge.texts() == ["hello"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_word_of_danger_does_not_wait_behind_others(
    chat: Page, edge: FakeEdge, status: int
) -> None:
    """The server answers it whatever else it refuses; the window must not hold it back."""
    edge.refuse_sends, edge.refuse_with = 4, status
    write(chat, "hello")
    wait_until(chat, lambda: edge.refuse_sends <= 2)
    write(chat, "I am in danger")
    while "I am in danger" not in edge.texts():
        assert edge.texts() == []
        chat.wait_for_timeout(20)
    assert edge.texts()[0] == "I am in danger"
    expect(chat.locator(".own .state")).to_have_count(0, timeout=SOON)
    assert edge.texts() == ["I am in danger", "hello"]


def test_what_is_too_long_says_so_and_is_given_back(chat: Page, edge: FakeEdge) -> None:
    edge.refuse_sends, edge.refuse_with = 1, 413
    write(chat, "a long story")
    expect(chat.locator(".own .state")).to_contain_text("Please send it in parts.")
    expect(chat.get_by_label("Your message")).to_have_value("a long story")
    expect(chat.get_by_role("button", name="Try again")).to_have_count(0)


def test_an_ended_session_is_replaced_with_a_word_and_what_was_written_is_kept(
    chat: Page, edge: FakeEdge
) -> None:
    edge.chats.clear()
    write(chat, "hello")
    expect(chat.get_by_text("Your earlier chat has ended")).to_be_visible(timeout=SOON)
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    expect(chat.get_by_text(HELLO)).to_have_count(1)
    assert edge.texts() == ["hello"]
    assert len(edge.sessions) == 2


def test_a_session_that_ended_meanwhile_is_replaced_on_reload(chat: Page, edge: FakeEdge) -> None:
    stream_open(chat, edge, 1)
    edge.chats.clear()
    chat.reload()
    expect(chat.get_by_text("Your earlier chat has ended")).to_be_visible(timeout=SOON)
    expect(chat.get_by_text(HELLO)).to_be_visible(timeout=SOON)


def erase(chat: Page, entry: str) -> None:
    chat.get_by_role("button", name="More options").click()
    chat.get_by_role("button", name=entry).click()
    chat.get_by_role("button", name=entry).click()


def test_erasing_removes_it_here_and_there(chat: Page, edge: FakeEdge) -> None:
    write(chat, "a private thing")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    erase(chat, "Erase this chat")
    expect(chat.get_by_text("This chat is erased.")).to_be_visible()
    expect(chat.locator(".message")).to_have_count(1)
    assert edge.chats == {}
    assert "token-1" not in chat.evaluate("() => JSON.stringify(localStorage)")
    chat.wait_for_timeout(1_000)
    assert len(edge.sessions) == 1  # no new chat until the person writes
    write(chat, "hello again")
    expect(chat.get_by_text(ANSWER)).to_be_visible(timeout=SOON)
    assert edge.texts() == ["hello again"]


def test_erasing_asks_first(chat: Page, edge: FakeEdge) -> None:
    chat.get_by_role("button", name="More options").click()
    chat.get_by_role("button", name="Erase this chat").click()
    chat.get_by_role("button", name="No, keep it").click()
    expect(chat.get_by_text(HELLO)).to_be_visible()
    assert ("DELETE", "session") not in edge.asked


def test_an_erasure_that_failed_says_so_and_keeps_the_chat(chat: Page, edge: FakeEdge) -> None:
    edge.refuse_sends, edge.refuse_about = 1, "session"
    erase(chat, "Erase this chat")
    expect(chat.get_by_text("could not be erased")).to_be_visible()
    expect(chat.get_by_text(HELLO)).to_be_visible()


def test_starting_over_erases_and_begins_anew(chat: Page, edge: FakeEdge) -> None:
    write(chat, "hello")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    erase(chat, "Start over")
    expect(chat.get_by_text(ANSWER)).to_have_count(0)
    expect(chat.get_by_text(HELLO)).to_have_count(1)
    expect(chat.get_by_label("Your message")).to_be_focused()
    assert list(edge.chats) == ["token-2"]


def test_an_erasure_by_the_server_clears_the_screen(chat: Page, edge: FakeEdge) -> None:
    stream_open(chat, edge, 1)
    edge.close()
    expect(chat.get_by_text("This chat is erased.")).to_be_visible()
    expect(chat.get_by_text(HELLO)).to_have_count(0)


def test_it_works_on_a_page_of_another_origin(page: Page, edge: FakeEdge) -> None:
    clinic = FakeEdge()  # only its /host page is used
    clinic.start()
    open_chat(page, f"{clinic.url}/host?edge={edge.url}")
    write(page, "hello")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    assert clinic.asked == []
    clinic.kill()
