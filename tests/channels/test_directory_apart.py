"""The whole edge and the directory: neither waits for the other, and nothing is logged."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from starlette.testclient import TestClient

from bot import app as edge_app
from bot.settings import PROJECT, load_settings
from bot.store.migrate import upgrade
from tests.bot.edge import KEY, FakeEngine
from tests.channels.directory import SEARCH, fill

ELSEWHERE = {"Origin": "https://anywhere.example.org"}
DANGER = "i am going to kill myself tonight"


def environment(folder, **more):
    return {
        "CARENAV_STATE_DIR": str(folder),
        "CARENAV_TOKEN_SECRET": "t" * 32,
        "CARENAV_ENGINE_TOKEN": "e" * 32,
        "CARENAV_ENCRYPTION_KEYS": KEY,
        "CARENAV_RASA_PORT": "1",
        **more,
    }


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = load_settings(environment(tmp_path_factory.mktemp("state")))
    upgrade(settings.database_url)
    fill(settings.directory_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge_app, "EngineClient", lambda *_: FakeEngine())
        app = edge_app.create_app(settings)
    with TestClient(app) as client:
        yield client


def hears_the_crisis_reply(client):
    session = client.post("/api/chat/sessions", json={}).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    said = {"client_id": "a", "text": DANGER}
    assert client.post("/api/chat/messages", json=said, headers=bearer).status_code == 202
    for _ in range(200):
        messages = client.get("/api/chat/messages", headers=bearer).json()["messages"]
        if any(message["kind"] == "safety" for message in messages):
            return True
    return False


def test_the_edge_answers_of_the_directory_to_any_page(client):
    answered = client.get(SEARCH, params={"zip": "94110"}, headers=ELSEWHERE)
    assert answered.json()["total"] == 52
    assert answered.headers["access-control-allow-origin"] == "*"


def test_the_chat_stays_closed_to_other_pages(client):
    answered = client.get("/api/chat/messages", headers=ELSEWHERE)
    assert "access-control-allow-origin" not in answered.headers
    assert client.post("/api/chat/sessions", json={}, headers=ELSEWHERE).status_code == 403


@pytest.mark.parametrize("part", ["directory.search", "directory.ask"])
def test_a_directory_that_cannot_be_imported_costs_the_chat_nothing(client, monkeypatch, part):
    monkeypatch.setitem(sys.modules, part, None)
    assert client.get(SEARCH, params={"zip": "94110"}).status_code == 503
    assert hears_the_crisis_reply(client)


def test_the_setting_says_how_often(client):
    assert 429 in [client.get(SEARCH, params={"zip": "0"}).status_code for _ in range(12)]


def test_the_edge_starts_without_the_directory_and_the_rate_limiter(tmp_path):
    code = """
import json, os, sys
from bot import app
from bot.settings import load_settings
app.create_app(load_settings(json.loads(os.environ["GIVEN"])))
unwanted = ("directory", "throttled", "zipcodes")
print([name for name in sys.modules if name.split(".")[0] in unwanted])
"""
    given = json.dumps(environment(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "GIVEN": given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def _get(address, **headers):
    asked = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answered:
            return answered.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_the_edges_process_logs_nothing_of_what_is_asked(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = environment(tmp_path, CARENAV_PORT=str(port), CARENAV_LOG_LEVEL="debug")
    fill(load_settings(given).directory_url)
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.edge"],
        cwd=PROJECT,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(300):
            try:
                assert _get(f"{base}/healthz") == 200
                break
            except OSError:
                time.sleep(0.1)
        assert _get(f"{base}{SEARCH}?zip=82240&name=Canary") == 200
        assert _get(f"{base}{SEARCH}?zip=82240&radius=canary") == 422
        # A proxy on this machine is believed: those behind it are told apart.
        for address, expected in (("203.0.113.7", 429), ("203.0.113.8", 422)):
            behind = {"X-Forwarded-For": address}
            for _ in range(11 if expected == 429 else 1):
                status = _get(f"{base}{SEARCH}?zip=0", **behind)
            assert status == expected
    finally:
        process.terminate()
        logged = process.communicate(timeout=20)[0]
    assert "startup complete" in logged
    for secret in ("82240", "anary", "zip=", "203.0.113"):
        assert secret not in logged
