"""A chat goes on by text: the page's part in a real browser, the phone's as Twilio posts it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect
from twilio.request_validator import RequestValidator

from bot.app import create_app
from bot.conversation import Session
from bot.settings import load_settings
from bot.sms.account import account_of
from bot.store.tables import conversations, texts
from tests.bot.edge import KEY
from tests.sms.mover import LIST
from tests.widget.conftest import PHONE, write

pytestmark = pytest.mark.browser

OURS, THEIRS = "+15125550101", "+15125550123"
CLINIC = """
name: Elm Clinic
country: US
state: TX
languages: [en, es]
origins: []
retention_days: 30
texts: {numbers: ["+15125550101"]}
"""


@dataclass
class Service:
    """A real edge whose Rasa is not there, and the Twilio account that may post to it."""

    url: str
    app: Any
    loop: asyncio.AbstractEventLoop
    account: Any

    def shows_a_list(self) -> None:
        """As Rasa would, in the only chat there is."""
        turn = self.app.state.handoffs.turn
        with turn.record.store.engine.connect() as connection:
            (conversation,) = connection.scalars(sa.select(conversations.c.id))
        told = turn.tell(Session(conversation, "elm", "en"), [LIST])
        asyncio.run_coroutine_threadsafe(told, self.loop).result(10)

    def text(self, body: str) -> str:
        """What is answered to a text from that phone."""
        fields = {"MessageSid": "SM" + "1" * 32, "AccountSid": self.account.sid}
        fields |= {"From": THEIRS, "To": OURS, "Body": body, "NumMedia": "0"}
        signed = RequestValidator(self.account.token).compute_signature(
            self.url + "/sms/incoming", fields
        )
        sent = httpx.post(
            self.url + "/sms/incoming", data=fields, headers={"X-Twilio-Signature": signed}
        )
        return sent.raise_for_status().text

    def invites(self) -> int:
        engine = self.app.state.record.store.engine
        with engine.connect() as connection:
            kinds = list(connection.scalars(sa.select(texts.c.kind)))
        return kinds.count("invite")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "clinics").mkdir()
    (tmp_path / "clinics" / "elm.yml").write_text(CLINIC, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = load_settings(
        {
            "CARENAV_STATE_DIR": str(tmp_path),
            "CARENAV_CLINICS": str(tmp_path / "clinics"),
            "CARENAV_PUBLIC_URL": url,
            "CARENAV_TOKEN_SECRET": "t" * 32,
            "CARENAV_ENGINE_TOKEN": "e" * 32,
            "CARENAV_LOOKUP_SECRET": "l" * 32,
            "CARENAV_ENCRYPTION_KEYS": KEY,
            "CARENAV_RASA_PORT": "1",
            "CARENAV_SMS_SIMULATOR_PORT": "2",
        }
    )
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", ws="none"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=[server.serve()], daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield Service(url, app, loop, account_of(settings))
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def chat(context: BrowserContext, service: Service) -> Page:
    """The chat on a small phone."""
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(service.url + "/chat/elm")
    page.locator(".message").first.wait_for()
    return page


def test_a_list_goes_to_the_phone_once_it_says_yes(chat: Page, service: Service) -> None:
    log = chat.get_by_role("log")
    service.shows_a_list()
    chat.get_by_role("button", name="Text me this list").click()
    expect(log).to_contain_text("Which cell phone number, with area code?")
    expect(chat.get_by_role("button", name="No text, thanks")).to_be_visible()
    write(chat, "it's 512 555 0123")
    expect(log).to_contain_text("If the number ending in 23 can get our texts")
    assert service.invites() == 1
    assert "Ask about cost" in service.text("1")
    expect(log).to_contain_text("It goes on by text now, to the number ending in 23.")
    wide = "() => document.documentElement.scrollWidth > innerWidth"
    assert not chat.evaluate(wide)
    chat.get_by_role("button", name="No texts from this chat").click()
    expect(log).to_contain_text("This chat sends no texts. It goes on here.")


def test_no_number_has_to_be_given(chat: Page, service: Service) -> None:
    log = chat.get_by_role("log")
    service.shows_a_list()
    chat.get_by_role("button", name="Text me this list").press("Enter")
    chat.get_by_role("button", name="No text, thanks").press("Enter")
    expect(log).to_contain_text("All right, I send no text.")
    assert service.invites() == 0
