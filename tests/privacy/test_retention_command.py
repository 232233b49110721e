"""`carenav retention`: what is kept by clinic, and clearing by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import NAMES, load_settings
from bot.store import retention
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from tests.privacy.filling import DAY, count, session, talk


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    settings = load_settings()
    upgrade(settings.database_url)
    return Store(open_engine(settings.database_url), Sealer(settings.encryption_keys))


def carenav(*words: str) -> Result:
    return CliRunner().invoke(app, ("retention", *words))


def cells(result: Result, clinic: str) -> list[str]:
    (line,) = (line for line in result.output.splitlines() if line.strip().startswith(clinic))
    return [cell.strip() for cell in line.split("│")]


def test_it_shows_each_clinic_and_changes_nothing(store):
    now = time.time()
    for days in (3, 31):
        talk(store, session(), now - days * DAY)
    result = carenav()
    assert result.exit_code == 0, result.output
    oldest = time.strftime("%Y-%m-%d %H:%M", time.gmtime(now - 31 * DAY))
    assert cells(result, "demo") == ["demo", "30", "2", oldest, "-", "0", "0", "0"]
    assert count(store.engine, "conversations") == {"conversations": 2}


def test_with_run_it_clears_what_is_due_and_shows_it(store):
    now = time.time()
    for days in (3, 31, 32):
        talk(store, session(), now - days * DAY)
    talk(store, session("gone"), now - 31 * DAY)
    result = carenav("--run")
    assert result.exit_code == 0, result.output
    assert cells(result, "demo")[1:3] == ["30", "1"]
    assert cells(result, "demo")[5:] == ["2", "0", "2"]
    assert count(store.engine, "conversations") == {"conversations": 1}


def test_a_clearing_that_left_something_ends_with_1(store, monkeypatch):
    talk(store, session(), time.time() - 31 * DAY)
    monkeypatch.setattr(retention, "_delete", lambda *_: 0)
    result = carenav("--run")
    assert result.exit_code == 1
    assert "1 chats that were due were there" in result.output
