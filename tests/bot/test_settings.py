"""Settings: defaults that work, wrong values that stop the start, secrets that stay secret."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import NAMES, PROJECT, SettingsError, load_settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="  # the same in every process of a run
PRODUCTION = {
    "CARENAV_ENV": "production",
    "CARENAV_TOKEN_SECRET": "t" * 40,
    "CARENAV_ENGINE_TOKEN": "e" * 40,
    "CARENAV_LOOKUP_SECRET": "l" * 40,
    "CARENAV_ENCRYPTION_KEYS": KEY,
}


def test_a_fresh_clone_needs_no_settings(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.state_dir == tmp_path / ".carenav"
    assert settings.database_url == f"sqlite:///{tmp_path}/.carenav/carenav.db"
    assert settings.engine_timeout == 8.0
    assert not settings.production


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "sqlite:///{state}/directory.db"),
        ({"CARENAV_DATABASE_URL": "sqlite:///elsewhere.db"}, "sqlite:///{state}/directory.db"),
        ({"CARENAV_DATABASE_URL": "postgresql://u@h/chat"}, "postgresql://u@h/chat"),
        (
            {
                "CARENAV_DATABASE_URL": "postgresql://u@h/chat",
                "CARENAV_DIRECTORY_URL": "postgresql://u@h/providers",
            },
            "postgresql://u@h/providers",
        ),
    ],
)
def test_the_directory_has_its_own_file_or_shares_the_postgresql_database(
    tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    settings = load_settings(given, tmp_path)
    assert settings.directory_url == expected.format(state=settings.state_dir.as_posix())


def test_development_secrets_are_made_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    first = load_settings({}, tmp_path)
    again = load_settings({}, tmp_path)
    assert first == again
    assert len({first.token_secret, first.engine_token, *first.encryption_keys}) == 3
    secrets_file = tmp_path / ".carenav" / "secrets.env"
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    assert [path.name for path in secrets_file.parent.iterdir()] == ["secrets.env"]


def test_a_secret_that_is_given_wins_over_the_one_that_was_made(tmp_path: Path) -> None:
    made = load_settings({}, tmp_path)
    given = load_settings({"CARENAV_ENGINE_TOKEN": "g" * 40}, tmp_path)
    assert given.engine_token == "g" * 40
    assert given.token_secret == made.token_secret


def test_a_secrets_file_that_lacks_one_is_filled_and_the_others_stay(tmp_path: Path) -> None:
    made = load_settings({}, tmp_path)
    path = tmp_path / ".carenav" / "secrets.env"
    path.write_text(f"CARENAV_TOKEN_SECRET={made.token_secret}\n")
    filled = load_settings({}, tmp_path)
    assert filled.token_secret == made.token_secret
    assert filled.engine_token != made.engine_token
    assert load_settings({}, tmp_path) == filled


@pytest.mark.parametrize(
    "missing",
    [
        "CARENAV_TOKEN_SECRET",
        "CARENAV_ENGINE_TOKEN",
        "CARENAV_LOOKUP_SECRET",
        "CARENAV_ENCRYPTION_KEYS",
    ],
)
def test_in_production_a_missing_secret_stops_the_start(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SettingsError, match=f"^{missing} is missing.*make one with: python"):
        load_settings({**PRODUCTION, missing: ""}, tmp_path)
    assert not (tmp_path / ".carenav" / "secrets.env").exists()


def test_production_starts_with_its_secrets_given(tmp_path: Path) -> None:
    assert load_settings(PRODUCTION, tmp_path).production


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CARENAV_ENV", "staging", "development, production"),
        ("CARENAV_PORT", "80a", "from 1 to 65535"),
        ("CARENAV_PORT", "0", "from 1 to 65535"),
        ("CARENAV_RASA_PORT", "65536", "from 1 to 65535"),
        ("CARENAV_ACTIONS_PORT", "5005", "CARENAV_RASA_PORT"),
        ("CARENAV_API_RATE", "plenty", "each second, minute or hour"),
        ("CARENAV_API_RATE", "0/minute", "each second, minute or hour"),
        ("CARENAV_API_RATE", "60/minute burst 0", "each second, minute or hour"),
        ("CARENAV_ENGINE_TIMEOUT", "soon", "seconds"),
        ("CARENAV_ENGINE_TIMEOUT", "0", "more than 0"),
        ("CARENAV_ENGINE_TIMEOUT", "nan", "more than 0"),
        ("CARENAV_PUBLIC_URL", "chat.example.org", "https://"),
        ("CARENAV_DATABASE_URL", "mysql://u:hidden@h/d", "postgresql://"),
        ("CARENAV_DIRECTORY_URL", "mysql://u:hidden@h/d", "postgresql://"),
        ("CARENAV_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("CARENAV_TOKEN_SECRET", "hidden", "shorter than 32"),
        ("CARENAV_ENGINE_TOKEN", "hidden", "shorter than 32"),
        ("CARENAV_LOOKUP_SECRET", "hidden", "shorter than 32"),
        ("CARENAV_ENCRYPTION_KEYS", f"{KEY},hidden", "key 2 is not a Fernet key"),
        ("CARENAV_ENCRYPTION_KEYS", ",", "holds no key"),
    ],
)
def test_a_wrong_value_is_one_line_with_its_name_and_the_mend(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({**PRODUCTION, name: value}, tmp_path)
    line = str(caught.value)
    assert line.startswith(name)
    assert says in line
    for unwanted in ("\n", "hidden", KEY):
        assert unwanted not in line


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"^CARENAV_STATE_DIR .*cannot be made"):
        load_settings({"CARENAV_STATE_DIR": "file/state"}, tmp_path)


def test_printing_settings_shows_no_secret(tmp_path: Path) -> None:
    database = "postgresql://user:hidden@db.example.org/carenav"
    shown = repr(load_settings({**PRODUCTION, "CARENAV_DATABASE_URL": database}, tmp_path))
    for secret in ("hidden", "tttt", "eeee", KEY):
        assert secret not in shown


def test_the_environment_wins_over_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear(monkeypatch)
    (tmp_path / ".env").write_text("CARENAV_PORT=8100\nCARENAV_HOST=0.0.0.0\n")
    monkeypatch.setenv("CARENAV_PORT", "8200")
    settings = load_settings(root=tmp_path)
    assert (settings.host, settings.port) == ("0.0.0.0", 8200)


def test_a_misspelt_name_in_the_env_file_is_pointed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear(monkeypatch)
    (tmp_path / ".env").write_text("CARENAV_PROT=8100\n")
    with pytest.raises(
        SettingsError, match=r"CARENAV_PROT in \.env is not a setting; did you mean CARENAV_PORT"
    ):
        load_settings(root=tmp_path)


def test_the_example_lists_every_setting_with_its_default(tmp_path: Path) -> None:
    example = dict(
        re.findall(r"^(CARENAV_\w+)=(.*)$", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    )
    assert set(example) == set(NAMES)
    assert load_settings(example, tmp_path) == load_settings({}, tmp_path)


def test_a_child_process_reads_what_its_parent_read(tmp_path: Path) -> None:
    keys = f"{KEY},{Fernet.generate_key().decode()}"
    settings = load_settings(
        {**PRODUCTION, "CARENAV_ENCRYPTION_KEYS": keys, "CARENAV_PORT": "81"}, tmp_path
    )
    assert set(settings.environ()) == set(NAMES)
    assert load_settings(settings.environ(), tmp_path / "elsewhere") == settings


def clear(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
