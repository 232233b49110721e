"""A page with the chat on it, in a real browser, before an edge that can be told to misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import browser as browser  # the fixture
from tests.widget.fake_edge import FakeEdge

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 640}


@pytest.fixture
def edge() -> Iterator[FakeEdge]:
    edge = FakeEdge()
    edge.start()
    yield edge
    edge.kill()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def chat(page: Page, edge: FakeEdge) -> Page:
    """The chat, opened by a person on somebody's page, with its first message there."""
    page.goto(edge.url + "/host")
    page.get_by_role("button", name="Ask the care guide").click()
    page.locator(".message").first.wait_for()
    return page


def stream_open(page: Page, edge: FakeEdge, starts: int = 1) -> None:
    """Wait until the page hears what happens, so that nothing after this is missed."""
    wait_until(page, lambda: len(edge.stream_starts) >= starts)


def wait_until(page: Page, fact: Callable[[], bool]) -> None:
    """Until the server has heard what the page has shown already; 15 seconds at most."""
    for _ in range(300):
        if fact():
            return
        page.wait_for_timeout(50)
    assert fact()


def write(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")
