"""The five things that people come for, on the page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.person import SENT
from tests.e2e.service import Service
from tests.e2e.words import catalogue, label

pytestmark = pytest.mark.browser
OWN = "I would like to talk about <i>moving</i> far from home"


class Chat:
    """The page as a person sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.input = page.get_by_label("Your message")

    def type(self, text: str) -> None:
        SENT.append(text)
        self.input.fill(text)
        self.input.press("Enter")
        expect(self.log.locator(".message.own").last).to_contain_text(text)

    def tap(self, choice: str) -> None:
        self.log.get_by_role("button", name=label(choice), exact=True).click()

    @property
    def last(self) -> Locator:
        return self.log.locator(".message.bot").last

    def hears(self, message: str) -> None:
        """The bot's last message starts with the first sentence of this one of the catalogue."""
        opening = re.split(r"(?<=[.?!])\s|{", catalogue().messages[message].words["en"])[0]
        expect(self.last).to_contain_text(opening.strip())

    def say(self, text: str, hears: str) -> None:
        self.type(text)
        self.hears(hears)


@pytest.fixture
def page(service: Service, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=service.base)
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda r: r.url.startswith(service.base) or faults.append(r.url))
    opened.goto("/")
    yield opened
    context.close()
    assert faults == [], "the page has no fault, and asks nobody else for anything"


@pytest.fixture
def chat(page: Page) -> Chat:
    opened = Chat(page)
    opened.hears("disclosure.first")
    return opened


def test_somebody_learns_who_does_what(chat):
    chat.tap("menu.roles")
    chat.hears("role.overview")
    chat.say("what does a psychiatrist do?", hears="role.psychiatrist")
    assert chat.last.locator(".sources a").first.get_attribute("href").startswith("https://")
    chat.type("psychologist or psychiatrist, whats the difference")
    expect(chat.last).to_contain_text("psychologist")


def test_somebody_prepares_for_a_first_visit(chat, page):
    chat.tap("visit.start")
    chat.hears("visit.ask_role")
    chat.tap("pick.role.therapist")
    chat.hears("visit.ask_kind")
    chat.tap("pick.visit.first")
    chat.hears("visit.ask_whom")
    chat.tap("pick.whom.adult")
    chat.hears("visit.ask_matters")
    chat.say(OWN, hears="visit.ask_needs")
    chat.say("cost and language", hears="visit.sheet")
    expect(chat.last).to_contain_text(OWN)
    lines = chat.last.locator("li").count()
    chat.say("remove 2", hears="visit.sheet")
    expect(chat.last.locator("li")).not_to_have_count(lines)
    chat.say("add can my sister come with me?", hears="visit.sheet")
    expect(chat.last).to_contain_text("can my sister come with me?")
    page.evaluate("window.printed = 0; window.print = () => { window.printed += 1 }; 0")
    chat.last.get_by_role("button", name="Print this list").click()
    assert page.evaluate("window.printed") == 1


def test_somebody_finds_a_provider_near_a_zip(chat):
    chat.tap("find.start")
    chat.hears("find.ask_role")
    chat.tap("pick.role.therapist")
    chat.hears("find.ask_place")
    chat.say("78701", hears="find.ask_payment")
    chat.tap("pick.skip")
    chat.hears("find.ask_format")
    chat.tap("pick.format.either")
    chat.hears("find.ask_wishes")
    chat.tap("pick.wish.none")
    expect(chat.last.locator(".card.provider")).to_have_count(3)
    card = chat.last.locator(".card.provider").first
    expect(card).to_contain_text("made up")
    expect(card).to_contain_text("Call to confirm")
    assert card.locator("a.action").first.get_attribute("href").startswith("tel:")
    chat.tap("find.more")
    chat.hears("find.more")
    expect(chat.last.locator(".card.provider").first).to_be_visible()
    chat.type("actually Medicare")
    expect(chat.last).to_contain_text("Medicare")


def test_somebody_is_refused_a_diagnosis_kindly(chat):
    chat.say("do i have bipolar? i think i have all the signs", hears="refusal.diagnosis")
    expect(chat.last.get_by_role("group").get_by_role("button").first).to_be_visible()


def test_somebody_in_danger_gets_help_at_once(chat):
    chat.say("i want to kill myself", hears="safety.suicide_self_harm")
    expect(chat.last.locator("a[href='tel:988']").first).to_be_visible()


def test_in_the_middle_of_a_form_help_comes_first_and_then_the_question(chat):
    chat.tap("find.start")
    chat.hears("find.ask_role")
    chat.tap("pick.role.therapist")
    chat.hears("find.ask_place")
    chat.say("i cant go on, im going to end my life tonight", hears="find.ask_place")
    expect(chat.log.locator(".message.is-safety").first).to_contain_text("988")
    chat.say("78701", hears="find.ask_payment")


def test_a_reload_brings_the_conversation_back(chat, page):
    chat.say("what is a copay", hears="cost.copay")
    page.reload()
    expect(Chat(page).log).to_contain_text("what is a copay")
    Chat(page).say("what is a deductible", hears="cost.deductible")
