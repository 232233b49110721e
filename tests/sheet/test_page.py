"""Whoever has the link opens the sheet; nobody else learns that there is one."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.app import DATA
from bot.channels.rate import Rate
from bot.conversation import Ids, Session
from bot.sheet import page
from bot.sheet.page import SheetPages
from bot.sheet.store import TOKEN, Sheets
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.record import Record
from tests.bot.edge import CLINICS, KEY
from tests.sheet.sheets import OWN, WORDS, card

NOW = 1_800_000_000.0
UNTIL = NOW + 86_400 * 30
FORMS = ["", ".pdf", ".txt"]


class Opened:
    """The pages over a real store."""

    def __init__(self, url: str) -> None:
        self.now = NOW
        self.record = Record(Store(open_engine(url), Sealer((KEY,))))
        self.sheets = Sheets(self.record.store.engine, self.record.store.sealer, Ids())
        self.pages = SheetPages(self.sheets, self.record, CLINICS, WORDS, lambda: self.now)
        self.pages.rate = Rate("1000/minute burst 1000")
        self.app = Starlette(routes=[*self.pages.routes(), Route("/other", lambda _: None)])

    def keep(self, *own: str, language: str = "en") -> str:
        session = Session(secrets.token_hex(16), "demo", language)
        with self.record.store.engine.begin() as connection:
            self.record.store.open(connection, session, NOW)
        return self.sheets.add(session, card(*own, language=language), NOW, UNTIL)

    async def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://care.example") as http:
            return await http.request(method, path, headers=headers)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    made = f"sqlite:///{tmp_path_factory.mktemp('sheets')}/carenav.db"
    upgrade(made)
    return made


@pytest.fixture
def opened(url):
    made = Opened(url)
    yield made
    made.record.store.engine.dispose()


@pytest.mark.parametrize(("language", "says"), [("en", "To ask"), ("es", "Para preguntar")])
async def test_the_page_is_in_the_sheets_language_and_markup_in_it_is_text(opened, language, says):
    got = await opened.get(f"/s/{opened.keep(language=language)}")
    assert got.status_code == 200
    assert got.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in got.text
    assert says in got.text
    assert "Will &lt;b&gt;my&lt;/b&gt; plan pay?\n  &#34;2 visits&#34; &amp; más… 😴" in got.text
    assert WORDS[language]["made_with"] in got.text
    assert "2027-02-13" in got.text


async def test_questions_are_counted_and_nothing_else_is(opened):
    got = await opened.get(f"/s/{opened.keep()}")
    lists = re.findall(r"<([ou]l.*?)>", got.text)
    assert lists == ["ul", 'ol class="ticked"', 'ul class="ticked"', "ul"]


@pytest.mark.parametrize("form", FORMS)
async def test_nobody_keeps_indexes_frames_or_passes_it_on(opened, form):
    for path in (f"/s/{opened.keep()}{form}", f"/s/{'a' * 24}{form}"):
        headers = (await opened.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy


async def test_the_page_runs_no_script_and_loads_only_what_is_ours(opened):
    text = (await opened.get(f"/s/{opened.keep()}")).text
    assert "<script" not in text
    assert "style=" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert (await opened.get("/s/sheet.css")).headers["content-type"].startswith("text/css")


async def test_as_plain_text_every_word_is_as_it_was_written(opened):
    got = await opened.get(f"/s/{opened.keep('una línea sola', OWN)}.txt")
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["content-disposition"] == 'attachment; filename="sheet.txt"'
    assert "- una línea sola (my own words)" in got.text
    assert '- Will <b>my</b> plan pay?\n    "2 visits" & más… 😴 (my own words)' in got.text
    assert "[ ] 1. How long is a visit?\n       Why ask: So you can plan." in got.text
    assert got.text.endswith(WORDS["en"]["made_with"] + "\n")


async def test_as_pdf_it_is_a_file_whose_name_says_nothing(opened):
    got = await opened.get(f"/s/{opened.keep(language='es')}.pdf")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == 'inline; filename="hoja.pdf"'
    assert got.content.startswith(b"%PDF-")


async def test_forged_ended_and_deleted_links_get_the_same_answer(opened):
    ended, deleted, kept = opened.keep(), opened.keep(), opened.keep()
    assert (await opened.get(f"/s/{deleted}/forget", "POST")).status_code == 200
    opened.now = UNTIL
    nearly = kept[:-1] + ("A" if kept[-1] != "A" else "B")
    forged = [secrets.token_urlsafe(18), "x", "a" * 500, nearly, "%00" * 8, "'or'1'='1", "ñ" * 24]
    answers = {
        (got.status_code, got.content, got.headers["content-length"])
        for token in (ended, deleted, *forged)
        for form in FORMS
        for got in [await opened.get(f"/s/{token}{form}")]
    }
    ((status, body, _),) = answers
    assert status == 404
    assert b"There is no sheet here" in body
    again = await opened.get(f"/s/{deleted}/forget", "POST")
    assert (again.status_code, again.content) == (status, body)


async def test_a_visitor_is_told_in_their_browsers_language(opened):
    got = await opened.get(f"/s/{'a' * 24}", **{"Accept-Language": "fr, es-MX;q=0.8, en;q=0.5"})
    assert "Aquí no hay ninguna hoja" in got.text


async def test_deleting_is_for_who_means_it_and_leaves_nothing(opened):
    token = opened.keep(language="es")
    assert (await opened.get(f"/s/{token}/forget")).status_code == 405
    assert (await opened.get(f"/s/{token}")).status_code == 200
    gone = await opened.get(f"/s/{token}/forget", "POST")
    assert "La página está borrada" in gone.text
    assert gone.headers["cache-control"] == "no-store"
    assert opened.sheets.find(token, NOW) is None


async def test_one_address_may_try_so_often_and_no_more(opened):
    opened.pages.rate = Rate("60/minute burst 3")
    token = opened.keep()
    answers = [await opened.get(f"/s/{token}") for _ in range(5)]
    assert [got.status_code for got in answers][:3] == [200, 200, 200]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]
    assert "To ask" not in answers[-1].text
    assert (await opened.get(f"/s/{token}/forget", "POST")).status_code == 429
    assert opened.sheets.find(token, NOW) is not None


async def test_with_the_database_away_it_says_so(opened, monkeypatch):
    token = opened.keep()

    def away(*_: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(Sheets, "find", away)
    for path, method in ((f"/s/{token}", "GET"), (f"/s/{token}/forget", "POST")):
        got = await opened.get(path, method)
        assert got.status_code == 503
        assert "right now" in got.text


async def test_what_goes_wrong_is_in_the_log_without_the_link_or_a_word_of_it(
    opened, monkeypatch, caplog
):
    token = opened.keep("my unrepeatable question")

    def broken(sheet, *_: object) -> bytes:
        raise ValueError(str(sheet))

    monkeypatch.setattr("bot.sheet.pdf.pdf_of", broken)
    caplog.set_level(logging.DEBUG)
    assert (await opened.get(f"/s/{token}.pdf")).status_code == 503
    await opened.get(f"/s/{token}")
    assert "ValueError" in caplog.text
    told = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    assert not any(token in one.getMessage() or "unrepeat" in one.getMessage() for one in told)


async def test_few_pdfs_are_made_at_once(opened, monkeypatch):
    token, making, most = opened.keep(), 0, 0
    begun = asyncio.Event()

    async def made(*_: object) -> bytes:
        nonlocal making, most
        making += 1
        most = max(most, making)
        begun.set()
        await asyncio.sleep(0)
        making -= 1
        return b"%PDF-"

    monkeypatch.setattr(page.asyncio, "to_thread", made)
    await asyncio.gather(*(opened.get(f"/s/{token}.pdf") for _ in range(6)))
    assert 1 <= most <= page.AT_ONCE


def test_a_link_cannot_be_guessed(opened):
    tokens = {opened.keep() for _ in range(5)}
    assert len(tokens) == 5
    assert all(TOKEN.fullmatch(token) for token in tokens)
    assert 18 * 8 >= 128


def test_every_word_of_the_page_is_used_and_none_is_missing():
    folder = DATA.parent / "bot" / "sheet"
    files = [*folder.glob("*.html"), *folder.glob("*.py")]
    code = "".join(path.read_text("utf-8") for path in files)
    used = set(re.findall(r"\bwords(?:\.(?!yml)|\[[\"'])(\w+)\b(?!\()", code)) - {"en"}
    sorries = ("gone", "down", "busy", "deleted")
    used |= {*sorries, *(f"{why}_title" for why in sorries)}
    assert used == WORDS["en"].keys() == WORDS["es"].keys()
