"""A copy of one's own conversation: all that is kept of it, and nobody else gets it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from bot import app as edge_app
from bot.conversation import Session
from bot.settings import load_settings
from bot.store import export
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import metadata, trackers
from bot.tokens import Tokens
from tests.bot.edge import KEY, FakeEngine
from tests.privacy.filling import a_sheet, ask_for_a_person, by_text, new_id

MEMORY = {
    "events": [
        {"event": "slot", "name": "help_role", "value": "coach"},
        {"event": "slot", "name": "help_role", "value": "therapist"},
        {"event": "slot", "name": "place", "value": {"zip": "79936"}},
        {"event": "slot", "name": "payment", "value": None},
        {"event": "slot", "name": "requested_slot", "value": "payment"},
        {"event": "action", "name": "action_listen"},
    ],
    "turns": [],
}


@pytest.fixture
def settings(tmp_path):
    made = load_settings(
        {
            "CARENAV_STATE_DIR": str(tmp_path),
            "CARENAV_TOKEN_SECRET": "t" * 32,
            "CARENAV_ENGINE_TOKEN": "e" * 32,
            "CARENAV_ENCRYPTION_KEYS": KEY,
            "CARENAV_RASA_PORT": "1",
        }
    )
    upgrade(made.database_url)
    return made


@pytest.fixture
def client(settings, monkeypatch) -> Iterator[TestClient]:
    monkeypatch.setattr(edge_app, "EngineClient", lambda *_: FakeEngine())
    with TestClient(edge_app.create_app(settings)) as client:
        yield client


@pytest.fixture
def store(settings) -> Store:
    return Store(open_engine(settings.database_url), Sealer([KEY]))


def begin(client: TestClient, **asked: str) -> dict[str, str]:
    made = client.post("/api/chat/sessions", json=asked).json()
    return {"Authorization": f"Bearer {made['token']}"}


def whose(headers: dict[str, str]) -> Session:
    return Tokens("t" * 32).read(headers["Authorization"].removeprefix("Bearer "))[0]


def say(client: TestClient, headers: dict[str, str], text: str) -> None:
    body = {"client_id": new_id(), "text": text}
    assert client.post("/api/chat/messages", json=body, headers=headers).status_code == 202


def test_the_copy_holds_every_message_and_hand_off_and_what_a_form_was_told(client, store):
    mine = begin(client)
    say(client, mine, "what can you do, my unrepeatable friend?")
    session = whose(mine)
    ask_for_a_person(store, session, note="call me, unrepeatable", state="ended")
    body = store.sealer.seal(zlib.compress(json.dumps(MEMORY).encode()))
    with store.engine.begin() as connection:
        connection.execute(trackers.update().values(body=body))
    before = client.get("/api/chat/messages", headers=mine).json()["messages"]
    answer = client.get("/api/chat/export", headers=mine)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="chat-20')
    copy = answer.json()
    copied = [m["id"] for m in copy["messages"]]
    assert copied[: len(before)] == [m["id"] for m in before]
    after = client.get("/api/chat/messages", headers=mine).json()["messages"]
    assert copied == [m["id"] for m in after][: len(copied)], "an answer may come meanwhile"
    assert "my unrepeatable friend" in [m["text"] for m in copy["messages"]][1]
    (handoff,) = copy["handoffs"]
    assert (handoff["note"], handoff["state"]) == ("call me, unrepeatable", "ended")
    assert copy["answers"] == {"help_role": "therapist", "place": {"zip": "79936"}}
    assert copy["clinic"]["key"] == "demo"
    assert copy["deleted_on"] > copy["made_at"]
    assert len(copy["also_kept"]) == 5


def test_the_copy_holds_what_texting_keeps_of_the_phone_and_no_number_or_hash(client, store):
    mine, other = begin(client), begin(client)
    lookup = by_text(store, whose(mine), words="my unrepeatable visit")
    by_text(store, whose(other), words="somebody else's visit")
    answer = client.get("/api/chat/export", headers=mine)
    kept = answer.json()["by_text"]
    (phone,), (consent,), (text,) = kept["phones"], kept["consents"], kept["texts"]
    (reminder,), (request,) = kept["reminders"], kept["requests"]
    assert (phone["number"], request["number"]) == ("…06", "…06")
    assert (consent["agreed"], consent["how"]) == (True, "incoming")
    assert consent["words"].startswith("sms.first@")
    assert (text["state"], reminder["kind"]) == ("delivered", "visit")
    assert "unrepeatable" in text["body"]
    assert "unrepeatable" in reminder["body"]
    assert {row["at"] for row in (consent, text, reminder, request)} == {consent["at"]}
    assert lookup not in answer.text
    assert "5550006" not in answer.text
    assert "somebody else" not in answer.text


def test_the_copy_holds_the_sheets_that_have_a_page_and_until_when(client, store):
    mine, other = begin(client), begin(client)
    token = a_sheet(store, whose(mine), "my unrepeatable question")
    a_sheet(store, whose(other), "somebody else's question")
    answer = client.get("/api/chat/export", headers=mine)
    (sheet,) = answer.json()["sheets"]
    assert (
        json.loads(sheet["body"])["sections"][0]["lines"][0]["text"] == "my unrepeatable question"
    )
    assert sheet["expires_at"].startswith("2027-02-14")
    assert token not in answer.text
    assert "somebody else" not in answer.text


def test_it_is_in_the_language_of_the_chat_and_nobody_elses(client):
    mine, other = begin(client, language="es"), begin(client)
    say(client, other, "somebody else's unrepeatable words")
    copy = client.get("/api/chat/export", headers=mine).json()
    assert copy["what_this_is"].startswith("Esta es una copia")
    assert "unrepeatable" not in json.dumps(copy)


def test_without_a_token_and_after_erasing_there_is_none(client):
    mine = begin(client)
    assert client.get("/api/chat/export").status_code == 401
    client.delete("/api/chat/session", headers=mine)
    assert client.get("/api/chat/export", headers=mine).status_code == 401


def test_with_the_database_away_it_says_so(client, settings, monkeypatch):
    mine = begin(client)
    monkeypatch.setattr("bot.channels.web.read", away)
    answer = client.get("/api/chat/export", headers=mine)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def away(*_: object) -> None:
    raise OSError("away")


def test_every_column_that_is_kept_of_a_conversation_is_in_the_copy_or_left_out_for_a_reason():
    told = {
        "messages": {"id", "conversation_id", "sender", "body", "at"},
        "conversations": {"id", "clinic", "language", "channel", "created_at", "last_seen_at"},
        "trackers": {"conversation_id", "body"},
        "handoffs": {*export._HANDOFF, "note"},
        "phones": set(export._PHONE),
        "consents": set(export._CONSENT),
        "texts": set(export._TEXT),
        "reminders": set(export._REMINDER),
        "text_requests": set(export._REQUEST),
        "sheets": set(export._SHEET),
    }
    columns = {f"{name}.{column.name}" for name in told for column in metadata.tables[name].columns}
    in_the_copy = {f"{name}.{column}" for name, names in told.items() for column in names}
    assert in_the_copy | export.LEFT_OUT.keys() == columns
    assert not in_the_copy & export.LEFT_OUT.keys()
