"""Two people and two members of staff at once, in real browsers, while each process is killed.

Nothing that either side wrote is lost or doubled, and each talks with their own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import browser as browser  # the fixture
from tests.e2e.person import SENT
from tests.e2e.service import COMMAND, PROJECT, Service
from tests.e2e.words import label

pytestmark = pytest.mark.browser

PASSWORD = "quiet harbour lanterns"
PATIENCE = 60_000
"""Milliseconds: a killed Rasa takes half a minute to be back."""


@dataclass
class Visitor:
    """Somebody with the chat open on the service's own page."""

    page: Page

    def say(self, text: str) -> None:
        SENT.append(text)
        self.page.get_by_label("Your message").fill(text)
        self.page.keyboard.press("Enter")

    def choose(self, choice: str) -> None:
        self.page.get_by_role("button", name=label(choice)).last.click()

    def asks_for_a_person(self) -> None:
        self.say("can i talk to a real person please")
        self.choose("handoff.share_chat")
        expect(self.page.get_by_text("Waiting for a person")).to_be_visible()

    def sees(self, text: str) -> None:
        expect(self.page.locator(".log").get_by_text(text, exact=True)).to_have_count(1)


@dataclass
class Member:
    """A member of staff, signed in."""

    page: Page
    name: str

    def takes(self, n: int) -> None:
        """The n-th of those who wait."""
        self.page.locator("#live a[href^='/staff/h/']").nth(n).click()
        self.page.locator("#take").click()
        expect(self.page.locator("#box")).to_be_visible()

    def says(self, text: str) -> None:
        self.page.locator("#box").fill(text)
        self.page.locator("#send").click()
        expect(self.page.locator("#box")).to_have_value("")

    def reads(self, text: str) -> None:
        expect(self.page.locator("#talk").get_by_text(text, exact=True)).to_have_count(1)


@pytest.fixture
def visitor(service: Service, browser: Browser) -> Iterator[Callable[[], Visitor]]:
    contexts = []

    def comes() -> Visitor:
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(service.base)
        page.locator(".message").first.wait_for()
        return Visitor(page)

    yield comes
    for context in contexts:
        context.close()


@pytest.fixture
def member(service: Service, browser: Browser) -> Iterator[Callable[[str], Member]]:
    contexts = []

    def joins(name: str) -> Member:
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(invitation(service, name))
        for field in page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        page.locator("main button").first.click()
        page.locator("#email").fill(email(name))
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main button").first.click()
        page.goto(f"{service.base}/staff/inbox")
        return Member(page, name)

    yield joins
    for context in contexts:
        context.close()


def email(name: str) -> str:
    return f"{name.lower()}@clinic.example.org"


def invitation(service: Service, name: str) -> str:
    """The link that `carenav staff add` prints."""
    command = [*COMMAND, "staff", "add", email(name), "--name", name, "--clinic", "demo"]
    told = subprocess.run(
        command,
        cwd=PROJECT,
        env={**service.environment(), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return next(word for word in told.split() if word.startswith("http"))


def test_nothing_is_lost_or_doubled_through_a_restart_of_each_process(
    service: Service, visitor: Callable[[], Visitor], member: Callable[[str], Member]
) -> None:
    expect.set_options(timeout=PATIENCE)
    ana, ben = member("Ana"), member("Ben")
    first, second = visitor(), visitor()
    first.asks_for_a_person()
    expect(ana.page.locator("#live a[href^='/staff/h/']")).to_have_count(1)
    second.asks_for_a_person()
    expect(second.page.get_by_text("1 ahead")).to_be_visible()
    expect(ben.page.locator("#live a[href^='/staff/h/']")).to_have_count(2)

    service.kill("edge")  # while both wait
    ana.takes(0)
    ben.takes(0)  # the other one: those that wait come first
    ana.says("hello from ana")
    ben.says("hello from ben")
    first.sees("hello from ana")
    second.sees("hello from ben")

    for part in ("rasa", "actions"):
        service.kill(part)  # in the middle of both talks
        first.say(f"one before {part}")
        second.say(f"two before {part}")
        ana.reads(f"one before {part}")
        ben.reads(f"two before {part}")
        ana.says(f"ana after {part}")
        ben.says(f"ben after {part}")
        first.sees(f"ana after {part}")
        second.sees(f"ben after {part}")

    expect(first.page.get_by_text("hello from ben")).to_have_count(0)
    expect(ana.page.locator("#talk").get_by_text("two before rasa")).to_have_count(0)
    first.page.get_by_role("button", name="End", exact=True).click()
    first.page.get_by_role("button", name="Yes, end it").click()
    expect(first.page.locator(".log").get_by_text("You have ended the talk")).to_be_visible()
    expect(ana.page.locator("#box")).to_have_count(0)
    service.wait_ready(180)  # Rasa takes its time
    first.say("what can you do")
    expect(first.page.locator(".log .bot").last).not_to_contain_text("ended the talk")
    expect(second.page.get_by_text("You are talking with Ben")).to_be_visible()
