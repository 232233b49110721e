"""A texted link opens one list, for three days, and nothing else."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import httpx
import pytest
import time_machine
from starlette.applications import Starlette

from bot import edge
from bot.app import DATA
from bot.conversation import Ids, Session, bot_message
from bot.sms.links import LIFETIME, BadLink, Links, ListPage
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.record import Record
from bot.tokens import BadToken, Tokens
from bot.widget.assets import load_words
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CONTENT = DATA / "content"
CATALOGUE = load_catalogue(CONTENT)
RELEASER = Releaser(CATALOGUE, load_helplines(CONTENT / "helplines.yml", date.today()))
NOON = 1_795_262_400.0  # 2026-11-21 12:00 UTC
OWN = "Will <b>my</b> plan pay?\n2 visits?"


class Opened:
    """The page over a real store; ``get`` opens what a text said."""

    def __init__(self, url: str) -> None:
        upgrade(url)
        self.record = Record(Store(open_engine(url), Sealer((KEY,))))
        self.links = Links("s" * 40, "https://care.example")
        words = load_words(CONTENT / "sms" / "list.yml").by_language
        page = ListPage(self.links, self.record, words, CATALOGUE)
        self.app = Starlette(routes=page.routes())
        self.conversation = secrets.token_hex(16)

    async def keep(self, message="visit.print", language="en", items=(OWN, "How long is a visit?")):
        lines = [{"message": "visit.own_item", "slots": {"words": words}} for words in items]
        slots = {"lines": lines}
        released = RELEASER.release({"message": message, "slots": slots}, language, short=True)
        kept = bot_message(released, Ids().next(NOON), NOON)
        await self.record.keep_sent(Session(self.conversation, "demo", language, "sms"), [kept])
        return self.links.address(self.conversation, kept.id)

    async def get(self, address, **headers):
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://care.example") as http:
            return await http.get(address, headers=headers)


@pytest.fixture
def opened(tmp_path):
    with time_machine.travel(NOON, tick=False):
        yield Opened(f"sqlite:///{tmp_path}/carenav.db")


@pytest.mark.parametrize("message", ["visit.print", "visit.sheet"])
@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Questions for"), ("es", "reguntas para")]
)
async def test_it_shows_the_list_in_its_language_and_nothing_of_the_chat(
    opened, message, language, heading
):
    page = await opened.get(await opened.keep(message, language))
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert re.search(f"<h1>.*({heading}|questions for).*</h1>", page.text)
    assert page.text.count("<li>") == 2
    assert "Will &lt;b&gt;my&lt;/b&gt; plan pay?\n2 visits?" in page.text
    assert "2026-11-24 12:00" in page.text
    assert "undo" not in page.text
    assert "deshacer" not in page.text


async def test_nobody_keeps_indexes_frames_or_passes_on_what_it_shows(opened):
    page = await opened.get(await opened.keep())
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert "<a " not in page.text


async def test_it_looks_right_on_paper(opened):
    sheet = await opened.get("/l/list.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "@media print" in sheet.text


async def test_after_three_days_it_is_gone(opened):
    address = await opened.keep()
    with time_machine.travel(NOON + LIFETIME.total_seconds() - 5, tick=False):
        assert (await opened.get(address)).status_code == 200
    with time_machine.travel(NOON + LIFETIME.total_seconds() + 5, tick=False):
        gone = await opened.get(address)
    assert gone.status_code == 410
    assert "no longer here" in gone.text
    assert "plan pay" not in gone.text
    assert gone.headers["cache-control"] == "no-store"


async def test_a_deleted_chat_takes_its_lists_with_it(opened):
    address = await opened.keep()
    await opened.record.call(opened.record.store.erase, opened.conversation, NOON)
    gone = await opened.get(address, **{"accept-language": "fr;q=0.9,es-MX"})
    assert gone.status_code == 410
    assert "Esta lista ya no" in gone.text


async def test_a_message_that_is_no_list_is_not_shown(opened):
    released = RELEASER.release({"message": "smalltalk.greet"})
    kept = bot_message(released, Ids().next(NOON), NOON)
    await opened.record.keep_sent(Session(opened.conversation, "demo", "en", "sms"), [kept])
    assert (await opened.get(opened.links.address(opened.conversation, kept.id))).status_code == 410


async def test_a_list_is_not_found_under_another_conversation(opened):
    await opened.keep()
    (kept,) = await opened.record.after(opened.conversation, "")
    other = opened.links.address(secrets.token_hex(16), kept.id)
    assert (await opened.get(other)).status_code == 410


async def test_while_the_database_is_away_it_says_to_try_again(opened, tmp_path):
    address = await opened.keep()
    opened.record.store = replace(
        opened.record.store, engine=open_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    )
    down = await opened.get(address)
    assert down.status_code == 503
    assert "try again" in down.text


async def test_a_changed_or_foreign_link_opens_nothing(opened):
    address = await opened.keep()
    token = address.rpartition("/")[2]
    foreign = Links("t" * 40, "https://care.example").address(opened.conversation, "ab" * 12)
    for bad in ("x", token[:-1], "A" + token[1:], token.upper(), foreign.rpartition("/")[2], "%00"):
        assert (await opened.get(f"/l/{bad}")).status_code == 410, bad


def test_a_session_token_is_no_link_and_the_other_way_round(opened):
    tokens = Tokens("s" * 40)
    with pytest.raises(BadLink):
        opened.links.read(tokens.issue(Session(opened.conversation, "demo", "en")))
    address = opened.links.address(opened.conversation, "ab" * 12)
    with pytest.raises(BadToken):
        tokens.read(address.rpartition("/")[2])


def test_a_link_is_short_and_names_two_ids_and_a_time(opened):
    address = opened.links.address(opened.conversation, "ab" * 12)
    assert len(address) <= len("https://care.example/l/") + 75
    conversation, message, ends = opened.links.read(address.rpartition("/")[2])
    assert (conversation, message) == (opened.conversation, "ab" * 12)
    assert ends.timestamp() == NOON + timedelta(days=3).total_seconds()


@pytest.mark.parametrize("ids", [("c1", "m1"), ("ab" * 15, "ab" * 12), ("", "")])
def test_only_ids_of_ours_can_be_named(opened, ids):
    with pytest.raises(ValueError, match=r".*"):
        opened.links.address(*ids)


async def test_no_link_is_logged(opened, caplog):
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.DEBUG, "starlette")
    address = await opened.keep()
    await opened.get(address)
    await opened.get(f"{address}x")
    assert address.rpartition("/")[2] not in caplog.text


def test_the_edge_writes_no_access_log(monkeypatch):
    told = {}
    settings = SimpleNamespace(host="127.0.0.1", port=0, log_level="debug")
    monkeypatch.setattr(edge.uvicorn, "run", lambda _app, **options: told.update(options))
    monkeypatch.setattr(edge, "load_settings", lambda: settings)
    monkeypatch.setattr(edge, "create_app", lambda _settings: None)
    monkeypatch.setattr(edge.gc, "freeze", lambda: None)
    assert edge.main() == 0
    assert told["access_log"] is False
