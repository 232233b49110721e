"""The chat API from outside: who may call, what is taken, what comes back."""

import json
import threading

import pytest
from starlette.testclient import TestClient

from bot import app as edge_app
from bot.settings import load_settings
from bot.store.migrate import upgrade
from tests.bot.edge import KEY, FakeEngine

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    made = load_settings(
        {
            "CARENAV_STATE_DIR": str(tmp_path_factory.mktemp("state")),
            "CARENAV_TOKEN_SECRET": "t" * 32,
            "CARENAV_ENGINE_TOKEN": "e" * 32,
            "CARENAV_ENCRYPTION_KEYS": KEY,
            "CARENAV_RASA_PORT": "1",
        }
    )
    upgrade(made.database_url)
    return made


@pytest.fixture(scope="module")
def client(settings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge_app, "EngineClient", lambda *_: FakeEngine())
        app = edge_app.create_app(settings)
    with TestClient(app) as client:
        yield client


def begin(client, **asked):
    made = client.post("/api/chat/sessions", json=asked)
    assert made.status_code == 201, made.text
    return made.json()


def bearer(session):
    return {"Authorization": f"Bearer {session['token']}"}


def say(client, session, client_id="a", **said):
    return client.post(
        "/api/chat/messages", json={"client_id": client_id, **said}, headers=bearer(session)
    )


def messages(client, session, after=""):
    found = client.get("/api/chat/messages", params={"after": after}, headers=bearer(session))
    assert found.status_code == 200
    return found.json()["messages"]


def wait_for(client, session, count):
    for _ in range(200):
        if len(found := messages(client, session)) >= count:
            return found
    raise AssertionError("the answer never came")


def test_a_session_begins_with_what_it_is(client):
    session = begin(client, clinic="demo")
    assert [m["kind"] for m in session["messages"]] == ["notice"]
    assert "computer program" in session["messages"][0]["text"]
    assert session["expires_at"].endswith("+00:00")
    assert session["language"] == "en"


def test_a_session_brings_the_lines_that_a_page_keeps_in_view(client):
    def links(**asked):
        return [line["href"] for line in begin(client, **asked)["lines"]]

    assert links(language="en") == ["tel:911", "tel:988", "sms:988"]
    assert links(language="es") == ["tel:911", "tel:988", "sms:988?&body=AYUDA"]
    assert begin(client)["lines"][0] == {"label": "Call 911", "href": "tel:911"}


def test_a_clinic_that_speaks_it_begins_in_spanish(client):
    assert "programa de computadora" in begin(client, language="es")["messages"][0]["text"]
    assert begin(client, language="tlh")["language"] == "en"


def test_a_message_is_taken_once_and_answered(client):
    session = begin(client)
    first = say(client, session, text="what can you do?")
    assert first.status_code == 202
    assert say(client, session, text="what can you do?").json() == first.json()
    found = wait_for(client, session, 3)
    assert [m["from"] for m in found] == ["bot", "person", "bot"]
    assert found[1]["id"] == first.json()["id"]
    assert messages(client, session, after=found[1]["id"]) == found[2:]


def test_a_choice_is_sent_by_its_id(client):
    session = begin(client)
    choice = session["messages"][0]["choices"][0]
    assert say(client, session, choice=choice["id"]).status_code == 202
    assert wait_for(client, session, 2)[1]["text"] == choice["label"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"text": "   "}, 422),
        ({"text": "\0"}, 422),
        ({"text": 5}, 422),
        ({}, 422),
        ({"text": "a", "choice": "0-0"}, 422),
        ({"choice": "/restart"}, 422),
        ({"choice": "0" * 24 + "-0"}, 422),
        ({"text": "word " * 1000}, 413),
        ({"text": "x" * 70_000}, 413),
        ({"text": "a", "client_id": "no spaces please"}, 422),
        ({"text": "a", "client_id": None}, 422),
    ],
)
def test_what_cannot_be_taken_is_said_plainly(client, said, status):
    session = begin(client)
    answer = say(client, session, **said)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 10_000, b'"text"'])
def test_a_body_that_is_not_the_contracts_is_a_problem(client, body):
    session = begin(client)
    answer = client.post("/api/chat/messages", content=body, headers=bearer(session))
    assert answer.status_code in (400, 422)


def test_a_crisis_message_brings_lines_to_tap(client):
    session = begin(client)
    say(client, session, text="i want to die and i have a plan")
    reply = wait_for(client, session, 3)[2]
    assert reply["kind"] == "safety"
    links = [action["href"] for card in reply["cards"] for action in card["actions"]]
    assert "tel:988" in links
    assert "tel:911" in links


def test_events_bring_what_was_missed_and_then_what_happens(client):
    session = begin(client)
    say(client, session, text="what can you do?")
    found = wait_for(client, session, 3)
    after = {"Last-Event-ID": found[0]["id"], **bearer(session)}
    erase = threading.Timer(
        0.5, lambda: client.delete("/api/chat/session", headers=bearer(session))
    )
    erase.start()  # which ends the stream
    stream = client.get("/api/chat/events", headers=after)
    erase.join()
    assert stream.headers["content-type"].startswith("text/event-stream")
    lines = stream.text.splitlines()
    told = [json.loads(line[6:]) for line in lines if line.startswith('data: {"id"')]
    assert [m["id"] for m in told[:2]] == [m["id"] for m in found[1:]]
    assert "event: closed" in lines


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer x.y.z", "Basic abc", "bearer"])
def test_no_token_no_conversation(client, header):
    for call in (
        lambda h: client.get("/api/chat/messages", headers=h),
        lambda h: client.get("/api/chat/events", headers=h),
        lambda h: client.delete("/api/chat/session", headers=h),
        lambda h: client.post(
            "/api/chat/messages", json={"client_id": "a", "text": "x"}, headers=h
        ),
    ):
        assert call({"Authorization": header}).status_code == 401


def test_an_erased_chat_is_closed(client):
    session = begin(client)
    assert client.delete("/api/chat/session", headers=bearer(session)).status_code == 204
    assert say(client, session, text="hello").status_code == 401


def test_only_the_clinics_pages_and_our_own_may_call(client):
    for origin, status in [(ORIGIN, 201), ("https://evil.example", 403), ("null", 403)]:
        answer = client.post("/api/chat/sessions", json={}, headers={"Origin": origin})
        assert answer.status_code == status
    session = begin(client)
    foreign = {"Origin": "https://evil.example", **bearer(session)}
    assert client.get("/api/chat/messages", headers=foreign).status_code == 403


def test_an_unknown_clinic_is_not_found(client):
    assert client.post("/api/chat/sessions", json={"clinic": "../x"}).status_code == 404


def test_every_part_is_named_when_ready(client):
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"database": True, "engine": True}
    assert client.get("/healthz").text == "ok"


def test_counters_hold_no_identities(client):
    session = begin(client)
    say(client, session, text="i want to die and i have a plan")
    told = client.get("/metrics").text
    assert 'carenav_screenings_total{outcome="suicide_self_harm"}' in told
    assert session["messages"][0]["id"] not in told


def test_the_pages_are_kept_to_themselves(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get("/widget.js").headers["content-type"].startswith("text/javascript")
