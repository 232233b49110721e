"""Settings: from the environment, then `.env`, then the defaults below; `.env.example` says what each one does."""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

PROJECT = Path(__file__).resolve().parent.parent
SECRETS_FILE = "secrets.env"
SECRETS = ("CARENAV_TOKEN_SECRET", "CARENAV_ENGINE_TOKEN", "CARENAV_ENCRYPTION_KEYS")
NAMES = (
    "CARENAV_ENV",
    "CARENAV_HOST",
    "CARENAV_PORT",
    "CARENAV_PUBLIC_URL",
    "CARENAV_RASA_PORT",
    "CARENAV_ACTIONS_PORT",
    "CARENAV_STATE_DIR",
    "CARENAV_DATABASE_URL",
    "CARENAV_CLINICS",
    "CARENAV_ENGINE_TIMEOUT",
    "CARENAV_LOG_LEVEL",
    *SECRETS,
)
_SHORTEST_SECRET = 32  # characters
_LONGEST_TIMEOUT = 60.0  # seconds
_MAKE_SECRET = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
_MAKE_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class SettingsError(Exception):
    """A setting that cannot be used: one line with its name, what is wrong and the mend. Never shows a secret."""


@dataclass(frozen=True)
class Settings:
    """What every process of Care Navigator is told. Paths are absolute; `engine_timeout` is in seconds."""

    environment: str
    host: str
    port: int
    public_url: str
    rasa_port: int
    actions_port: int
    state_dir: Path
    clinics: Path
    engine_timeout: float
    log_level: str
    database_url: str = field(repr=False)
    token_secret: str = field(repr=False)
    engine_token: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)

    @property
    def production(self) -> bool:
        return self.environment == "production"


def load_settings(env: Mapping[str, str] | None = None, root: Path = PROJECT) -> Settings:
    """Reads and checks every setting; relative paths count from `root`. Makes the state folder.

    With `env` given, only that is read: neither the process environment nor `.env`.
    In development, missing secrets are made once and kept in `<state>/secrets.env` (mode 0600).
    Raises SettingsError.
    """
    read = _Reader(_environment(root) if env is None else env, root)
    environment = read.one_of("CARENAV_ENV", ("development", "production"), "development")
    state_dir = read.folder("CARENAV_STATE_DIR", ".carenav")
    host = read.text("CARENAV_HOST", "127.0.0.1")
    port = read.port("CARENAV_PORT", 8000)
    rasa_port = read.port("CARENAV_RASA_PORT", 5005)
    actions_port = read.port("CARENAV_ACTIONS_PORT", 5055)
    _check_distinct({"CARENAV_PORT": port, "CARENAV_RASA_PORT": rasa_port, "CARENAV_ACTIONS_PORT": actions_port})
    plain = {
        "environment": environment,
        "public_url": read.web_address("CARENAV_PUBLIC_URL", f"http://{_in_url(host)}:{port}"),
        "database_url": read.database("CARENAV_DATABASE_URL", f"sqlite:///{(state_dir / 'carenav.db').as_posix()}"),
        "clinics": read.folder("CARENAV_CLINICS", "data/clinics"),
        "log_level": read.one_of("CARENAV_LOG_LEVEL", ("debug", "info", "warning", "error"), "info"),
    }
    engine_timeout = read.seconds("CARENAV_ENGINE_TIMEOUT", 8.0)
    _make_state_folder(state_dir)
    kept = _secrets(read, environment, state_dir)
    return Settings(
        **plain,  # type: ignore[arg-type]
        host=host,
        port=port,
        rasa_port=rasa_port,
        actions_port=actions_port,
        state_dir=state_dir,
        engine_timeout=engine_timeout,
        token_secret=_long_enough("CARENAV_TOKEN_SECRET", kept),
        engine_token=_long_enough("CARENAV_ENGINE_TOKEN", kept),
        encryption_keys=_fernet_keys("CARENAV_ENCRYPTION_KEYS", kept),
    )
