"""`carenav keys`: in development and in production, and what it refuses."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import NAMES, load_settings
from bot.staff.audit import Audit
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from tests.e2e.service import free_ports
from tests.privacy.filling import opened, session, talk

KEYS = "CARENAV_ENCRYPTION_KEYS"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path / "state"))
    for name, port in zip(("PORT", "RASA_PORT", "ACTIONS_PORT"), free_ports(3), strict=True):
        monkeypatch.setenv(f"CARENAV_{name}", str(port))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "state"


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> str:
    key = Fernet.generate_key().decode()
    monkeypatch.setenv("CARENAV_ENV", "production")
    monkeypatch.setenv("CARENAV_TOKEN_SECRET", "t" * 40)
    monkeypatch.setenv("CARENAV_ENGINE_TOKEN", "e" * 40)
    monkeypatch.setenv("CARENAV_LOOKUP_SECRET", "l" * 40)
    monkeypatch.setenv(KEYS, key)
    return key


@pytest.fixture
def listening() -> Iterator[None]:
    """Something answers where the service would."""
    with socket.create_server(("127.0.0.1", load_settings().port)):
        yield


def carenav(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ("keys", *words), input=given)


def somebody_wrote() -> Store:
    settings = load_settings()
    upgrade(settings.database_url)
    store = Store(open_engine(settings.database_url), Sealer(settings.encryption_keys))
    talk(store, session(), text="my unrepeatable sorrow")
    return store


def test_in_development_one_command_makes_a_key_and_seals_everything_with_it(state):
    store = somebody_wrote()
    before, secrets = load_settings(), dotenv_values(state / "secrets.env")
    result = carenav("rotate")
    assert result.exit_code == 0, result.output
    assert "Sealed anew: 3." in result.output
    after = load_settings()
    assert len(after.encryption_keys) == 2
    assert after.encryption_keys[1:] == before.encryption_keys
    assert len(opened(store.engine, Sealer(after.encryption_keys[:1]))) == 3
    path = state / "secrets.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = dotenv_values(path)
    assert {**kept, KEYS: ""} == {**secrets, KEYS: ""}
    assert not list(state.glob("tmp*"))
    for key in after.encryption_keys:
        assert key not in result.output


def test_then_the_old_key_is_retired_once_nothing_needs_it(state):
    store = somebody_wrote()
    carenav("new")
    first = load_settings().encryption_keys[0]
    refused = carenav("retire")
    assert refused.exit_code == 1
    assert "3 rows need another key than the first" in refused.output
    assert len(load_settings().encryption_keys) == 2
    carenav("rotate")
    done = carenav("retire")
    assert done.exit_code == 0, done.output
    assert load_settings().encryption_keys == (first,)
    assert len(opened(store.engine, Sealer([first]))) == 3
    assert carenav("retire").exit_code == 1
    done = [(entry.actor, entry.action) for entry in Audit(store.engine).entries()]
    assert done == [("command", "keys.rotate"), ("command", "keys.retire")]


def test_a_service_that_runs_with_the_old_key_is_to_be_started_again_first(state, listening):
    store = somebody_wrote()
    old = load_settings().encryption_keys
    result = carenav("rotate")
    assert result.exit_code == 1
    assert "start it again, then run this again" in result.output
    assert len(opened(store.engine, Sealer(old))) == 3, "sealed with a key it can't open"
    assert load_settings().encryption_keys[1:] == old
    assert carenav("rotate", given="n\n").exit_code == 1
    assert len(opened(store.engine, Sealer(old))) == 3
    assert carenav("rotate", given="y\n").exit_code == 0
    assert len(opened(store.engine, Sealer(load_settings().encryption_keys[:1]))) == 3


def test_in_production_a_key_is_printed_and_the_old_ones_never(production, state):
    result = carenav("new")
    assert result.exit_code == 0
    Fernet(result.stdout.strip())
    assert "in front of CARENAV_ENCRYPTION_KEYS" in result.stderr
    assert production not in result.output
    assert not (state / "secrets.env").exists()


def test_in_production_rotating_waits_for_the_word_that_all_were_started_again(
    production, monkeypatch
):
    store = somebody_wrote()
    assert "carenav keys new" in carenav("rotate").output
    new = carenav("new").stdout.strip()
    monkeypatch.setenv(KEYS, f"{new},{production}")
    for answer in ("n\n", ""):
        assert carenav("rotate", given=answer).exit_code == 1
        assert len(opened(store.engine, Sealer([production]))) == 3
    result = carenav("rotate", "--restarted")
    assert result.exit_code == 0, result.output
    assert len(opened(store.engine, Sealer([new]))) == 3
    result = carenav("retire", "--restarted")
    assert result.exit_code == 0
    assert "take all keys but the first out of CARENAV_ENCRYPTION_KEYS" in result.output
    assert os.environ[KEYS] == f"{new},{production}"
    assert not {new, production} & set(result.output.split())


def test_status_counts_rows_by_key_and_shows_no_key(production, monkeypatch):
    somebody_wrote()
    new = Fernet.generate_key().decode()
    monkeypatch.setenv(KEYS, f"{new},{production}")
    somebody_wrote()
    result = carenav("status")
    assert result.exit_code == 0, result.output
    (line,) = (line for line in result.output.splitlines() if "messages.body" in line)
    assert [cell.strip() for cell in line.split("│")] == ["messages.body", "2", "2", "0"]
    assert new not in result.output
    assert production not in result.output


def test_rows_that_no_key_opens_are_told_in_one_line(production, monkeypatch):
    somebody_wrote()
    new = Fernet.generate_key().decode()
    monkeypatch.setenv(KEYS, f"{new},{Fernet.generate_key().decode()}")
    for command in (("status",), ("rotate", "--restarted")):
        result = carenav(*command)
        assert result.exit_code == 1
        assert "3 rows open with none of the keys" in result.output
        assert "Traceback" not in result.output
    refused = carenav("retire", "--restarted")
    assert "3 rows need another key" in refused.output


def test_a_database_that_is_away_is_told_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("CARENAV_DATABASE_URL", f"sqlite:///{tmp_path}/no/such/folder.db")
    result = carenav("status")
    assert result.exit_code == 1
    assert "CARENAV_DATABASE_URL: the database did not answer" in result.output
    assert "Traceback" not in result.output
