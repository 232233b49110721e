"""A sheet gets a page when somebody asks for it, and only then; and loses it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.app import DATA
from bot.sheet.desk import LIFETIME
from bot.sheet.setup import open_sheets
from bot.sheet.store import MOST
from bot.store.migrate import upgrade
from bot.store.tables import sheets
from tests.bot.edge import QUESTION, Edge, ids
from tests.sheet.sheets import OWN, RELEASER, a_sheet, draft

URL = "https://care.example"
OFFERED = ["sheet.link", "sheet.forget"]
DAY = 86_400


class Asking:
    """Somebody whose chat shows a sheet, and offers its page."""

    def __init__(self, edge: Edge, url: str = URL) -> None:
        self.edge, self.heard = edge, []
        edge.turn.releaser = RELEASER
        self.pages = open_sheets(edge.turn, edge.turn.clinics, url, DATA / "content")

    async def show(self, *own: str) -> None:
        self.edge.engine.drafts = [draft(a_sheet(*own), choices=OFFERED)]
        self.heard = await self.edge.say("show me my sheet")

    async def tap(self, do: str) -> list[str | None]:
        message = next(m for m in reversed(self.heard) if any(o.do == do for o in m.offers))
        n = next(n for n, offer in enumerate(message.offers) if offer.do == do)
        self.heard = await self.edge.say(choice=f"{message.id}-{n}")
        return ids(self.heard)

    def token(self) -> str:
        """Of the link that was said last."""
        (action,) = self.heard[0].cards[0]["actions"]
        address, _, token = action["href"].rpartition("/")
        assert address == f"{URL}/s"
        return token

    def kept(self) -> list[sa.engine.Row]:
        with self.edge.record.store.engine.connect() as connection:
            return connection.execute(sa.select(sheets).order_by(sheets.c.id)).all()


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A database with nothing in it, to be copied: quicker than making the tables each time."""
    path = tmp_path_factory.mktemp("tables") / "edge.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
async def asking(tables, tmp_path):
    shutil.copy(tables, tmp_path)
    made = Asking(Edge(f"sqlite:///{tmp_path / 'edge.db'}"))
    await made.edge.begin()
    return made


async def test_nothing_is_kept_apart_from_the_chat_until_a_page_is_asked_for(asking):
    await asking.show()
    assert asking.kept() == []
    assert await asking.tap("sheet.link") == ["sheet.link"]
    assert len(asking.kept()) == 1
    sheet = asking.pages.sheets.find(asking.token(), asking.edge.clock())
    assert sheet.card["sections"][0]["lines"][0]["text"] == OWN


async def test_the_message_says_until_when_and_who_can_open_it(asking):
    await asking.show()
    await asking.tap("sheet.link")
    (row,) = asking.kept()
    assert row.expires_at == pytest.approx(asking.edge.clock() + LIFETIME, abs=1)
    assert "through February 13, 2027" in asking.heard[0].text
    assert "Anyone who has the link" in asking.heard[0].text


async def test_a_clinic_with_fewer_days_has_shorter_links_and_one_with_none_says_so(asking):
    for days, message, least in ((7, "sheet.link", 7), (0, "sheet.link_for_now", 7)):
        clinics = {"demo": replace(asking.edge.turn.clinics["demo"], retention_days=days)}
        asking.edge.turn.sheets = replace(asking.edge.turn.sheets, clinics=clinics)
        await asking.show()
        assert await asking.tap("sheet.link") == [message]
        expires_at = asking.kept()[-1].expires_at
        assert expires_at == pytest.approx(asking.edge.clock() + least * DAY, abs=1)


async def test_the_tables_hold_the_token_nowhere_and_the_sheet_only_sealed(asking):
    await asking.show("my unrepeatable question")
    await asking.tap("sheet.link")
    (row,) = asking.kept()
    told = repr(tuple(row))
    assert asking.token() not in told
    assert "unrepeatable" not in told
    opened = json.loads(asking.edge.record.store.sealer.open(row.body))
    assert opened["sections"][0]["lines"][0]["text"] == "my unrepeatable question"


async def test_it_is_the_sheet_that_was_shown_last(asking):
    await asking.show("the first")
    await asking.show("the second")
    await asking.tap("sheet.link")
    sheet = asking.pages.sheets.find(asking.token(), asking.edge.clock())
    assert sheet.card["sections"][0]["lines"][0]["text"] == "the second"


async def test_a_chat_has_a_few_pages_at_most_and_the_oldest_makes_place(asking):
    await asking.show()
    shown, tokens = asking.heard, []
    for _ in range(MOST + 1):
        asking.heard = shown
        await asking.tap("sheet.link")
        tokens.append(asking.token())
    now = asking.edge.clock()
    there = [asking.pages.sheets.find(token, now) is not None for token in tokens]
    assert there == [False] + [True] * MOST


async def test_without_a_sheet_there_is_nothing_to_make_a_page_of(asking):
    asking.edge.engine.drafts = [{"message": "about.can_do", "choices": OFFERED}]
    asking.heard = await asking.edge.say("what can you do?")
    assert await asking.tap("sheet.link") == ["sheet.none"]
    assert asking.kept() == []


async def test_a_word_deletes_the_pages_and_the_chat_keeps_its_sheet(asking):
    await asking.show()
    shown = asking.heard
    await asking.tap("sheet.link")
    token = asking.token()
    assert await asking.tap("sheet.forget") == ["sheet.forgotten"]
    assert asking.pages.sheets.find(token, asking.edge.clock()) is None
    assert asking.kept() == []
    asking.heard = shown
    assert await asking.tap("sheet.forget") == ["sheet.forgotten_none"]


async def test_erasing_the_chat_takes_its_pages_along(asking):
    await asking.show()
    await asking.tap("sheet.link")
    token = asking.token()
    await asking.edge.desk.erase(asking.edge.session)
    assert asking.pages.sheets.find(token, asking.edge.clock()) is None
    assert asking.kept() == []


async def test_the_dialogue_can_ask_for_it_too_and_a_form_goes_on_where_it_was(asking):
    await asking.show()
    shown = asking.heard
    asking.edge.engine.drafts = [{"message": "sheet.link"}]
    assert ids(await asking.edge.say("can i get a link")) == ["sheet.link"]
    asking.edge.engine.drafts, asking.edge.engine.asking = [QUESTION], QUESTION
    await asking.edge.say("find me someone")
    asking.heard = shown
    assert await asking.tap("sheet.link") == ["sheet.link", QUESTION["message"]]


async def test_no_page_is_made_for_a_child(asking):
    await asking.show()
    shown = asking.heard
    await asking.edge.say("i am 9 years old")
    asking.heard = shown
    assert await asking.tap("sheet.link") == ["minor.child"]
    assert asking.kept() == []


async def test_while_a_person_is_waited_for_a_page_can_still_be_deleted(asking):
    await asking.show()
    shown = asking.heard
    await asking.tap("sheet.link")
    heard = await asking.edge.say("i want to talk to a person")
    assert ids(heard)[0].startswith("handoff.ask")
    asking.heard = shown
    await asking.tap("sheet.forget")
    assert asking.kept() == []


class TestByText:
    @pytest.fixture
    async def texting(self, asking):
        asking.edge.session = replace(asking.edge.session, conversation="d" * 32, channel="sms")
        await asking.edge.begin()
        return asking

    @pytest.mark.parametrize("word", ["LINK", "enlace.", " Link "])
    async def test_one_word_gets_the_link_in_the_words_themselves(self, texting, word):
        await texting.show()
        (said,) = await texting.edge.say(word)
        assert said.message == "sheet.link"
        (token,) = re.findall(rf"{URL}/s/([\w-]+)\s", said.text)
        assert texting.pages.sheets.find(token, texting.edge.clock()) is not None

    async def test_without_a_sheet_the_word_is_only_a_word(self, texting):
        texting.edge.engine.drafts = [{"message": "about.can_do"}]
        assert ids(await texting.edge.say("link")) == ["about.can_do"]

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000"])
    async def test_an_address_that_no_phone_can_open_is_not_texted(self, texting, url):
        texting.edge.turn.sheets = replace(texting.edge.turn.sheets, public_url=url)
        await texting.show()
        assert ids(await texting.edge.say("LINK")) == ["sheet.no_address"]
        assert texting.kept() == []
