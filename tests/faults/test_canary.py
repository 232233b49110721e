"""Invariant 6 on a service that runs: what somebody says is on the disk only sealed, in no log and
in no counter, and once they erase it no key brings it to light."""

from __future__ import annotations

import sqlite3
import time

import httpx
import pytest
from dotenv import dotenv_values

from bot.store.crypto import Sealer
from bot.store.database import open_engine
from guardrails.kept import CACHE
from tests.e2e.person import Person
from tests.e2e.service import PROJECT, Service
from tests.privacy.canary import E164, PHONE, PHRASE, ZIP, in_files, in_sealed, traces
from tests.sms.fake.texter import texting


def test_r15_what_is_said_is_found_nowhere_and_erased_from_under_the_seal(
    service: Service, person: Person
) -> None:
    began = time.time()
    tell_everything(person)
    with open_files(service):  # the write-ahead files are there, as while people write
        assert leaks(service, began) == []
    keys = dotenv_values(service.state / "secrets.env")["CARENAV_ENCRYPTION_KEYS"]
    assert keys
    engine, sealer = open_engine(f"sqlite:///{service.database()}"), Sealer(keys.split(","))
    sealed = in_sealed(engine, sealer)
    assert sealed["messages.body"] == {"phrase", "phone", "zip"}
    assert sealed["trackers.body"] == {"phrase", "zip"}
    assert sealed["handoffs.note"] == {"phrase", "phone"}
    assert person.http.delete("/api/chat/session").status_code == 204
    assert in_sealed(engine, sealer) == {}
    assert leaks(service, began) == []
    engine.dispose()


def tell_everything(person: Person) -> None:
    """In a search, in a list for a visit, in danger, and in a note for staff."""
    person.say(f"hello, {PHRASE}, my number is {PHONE}")
    person.say_all("find a provider", "therapist", ZIP, "stop")
    person.say_all(
        "help me get ready for my appointment", "psychiatrist", "first visit", "skip", PHRASE
    )
    person.say(f"i want to kill myself, {PHRASE}")
    person.say("I want to talk to a person")
    person.tap("handoff.share_note")
    person.say(f"please call {PHONE}: {PHRASE}")


def test_r15_what_is_texted_and_from_where_is_found_nowhere(service: Service) -> None:
    """The phone's own number, and another one in the words, in each way of writing them."""
    began = time.time()
    with texting(service, E164) as phone:
        phone.says(f"hello, {PHRASE}, my number is {PHONE}")
        for words in ("find a provider", "therapist", ZIP, "cancel the search"):
            phone.says(words)
        for words in (
            "help me get ready for my appointment",
            "psychiatrist",
            "first visit",
            "skip",
        ):
            phone.says(words)
        phone.says(PHRASE)
        phone.says(f"i want to kill myself, {PHRASE}, call {PHONE}")
        with open_files(service):
            assert leaks(service, began) == []
        kept = dotenv_values(service.state / "secrets.env")["CARENAV_ENCRYPTION_KEYS"]
        assert kept
        engine, sealer = open_engine(f"sqlite:///{service.database()}"), Sealer(kept.split(","))
        sealed = in_sealed(engine, sealer)
        assert sealed["messages.body"] == {"phrase", "phone", "zip"}
        assert sealed["phones.number"] == {"phone"}
        assert "phone" not in sealed.get("trackers.body", set())
        engine.dispose()
        phone.says("no more texts please")
    assert leaks(service, began) == []


def open_files(service: Service) -> sqlite3.Connection:
    """A connection that keeps SQLite's files beside the database from going."""
    connection = sqlite3.connect(service.database())
    connection.execute("SELECT 1 FROM conversations").fetchall()
    assert service.database().with_name("carenav.db-wal").exists()
    return connection


def leaks(service: Service, began: float) -> list[str]:
    """In everything that the service has written since, and in what it tells of itself."""
    folders = [service.state, service.log.parent / "tmp", CACHE, PROJECT / ".rasa"]
    found = in_files([folder for folder in folders if folder.exists()], since=began - 1)
    told = httpx.get(service.base + "/metrics").content
    assert b"carenav_" in told
    found += [f"log: {trace}" for trace in traces(service.log.read_bytes())]
    return found + [f"/metrics: {trace}" for trace in traces(told)]


@pytest.mark.parametrize("name", ["carenav.db-wal", "tmp/rasa-cache"])
def test_a_leak_would_be_found(service: Service, name: str) -> None:
    began = time.time()
    folder = service.log.parent if name.startswith("tmp") else service.state
    path = (folder / name).with_name("leak-of-this-test")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"user message: {PHRASE}")
    try:
        assert leaks(service, began) == ["leak-of-this-test: phrase: text"] * 2
    finally:
        path.unlink()
