"""Staff pages in real browsers: a house on a port, and pages in which a member is signed in.

Import the `served` and `opens` fixtures where they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.handoff.handoff import Answerer
from bot.staff.accounts import Account
from tests.staff.house import Chatter, Served

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
COUNT_TONES = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.tones++; return start.apply(this, at); };
"""
SMALLER = """
least => [...document.querySelectorAll("main :is(button, summary, select, .entry > a)")]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < least)
    .map(one => one.outerHTML.slice(0, 80))
"""
Opens = Callable[..., Page]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    yield served
    served.kill()


@pytest.fixture
def opens(browser: Browser, served: Served) -> Iterator[Opens]:
    """Opens a page in a browser of its own in which this member is signed in."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def page(account: Account, path: str = "/staff/inbox", **kw: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **kw})
        context.set_default_timeout(15_000)
        context.add_cookies([served.cookie(account)])
        contexts.append(context)
        made = context.new_page()
        made.add_init_script(COUNT_TONES)
        made.on("pageerror", lambda error: errors.append(str(error)))
        made.on("console", lambda said: _csp(said.text, errors))
        made.goto(served.url + path)
        listening(made)
        return made

    yield page
    for context in contexts:
        context.close()
    assert errors == []


def _csp(text: str, errors: list[str]) -> None:
    if "Content Security Policy" in text:
        errors.append(text)


def listening(page: Page) -> None:
    """Wait until the page has heard from the server, so that nothing after this is missed."""
    expect(page.locator("#live")).to_have_attribute("data-read", "yes", timeout=15_000)


def tones(page: Page, least: int) -> int:
    """How many have sounded, once there are as many as these."""
    for _ in range(100):
        if page.evaluate("window.tones") >= least:
            break
        page.wait_for_timeout(50)
    return int(page.evaluate("window.tones"))


def short(chatter: Chatter) -> str:
    return f"Chat {chatter.id[-4:].upper()}"


def waiting(page: Page) -> Any:
    return page.locator("[data-list=waiting] > li")


def house_answerer(account: Account) -> Any:
    return Answerer(account.id, account.name, account.title)


async def claimed(served: Served, account: Account, person: Chatter) -> None:
    await served.house.edge.handoffs.claim(person.id, house_answerer(account))
