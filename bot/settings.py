"""Settings: the environment first, then `.env`, then the defaults below.

`.env.example` says what each one does.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from bot.secrets_file import KEYS, SECRETS, fill

PROJECT = Path(__file__).resolve().parent.parent
NAMES = (
    "CARENAV_ENV",
    "CARENAV_HOST",
    "CARENAV_PORT",
    "CARENAV_PUBLIC_URL",
    "CARENAV_RASA_PORT",
    "CARENAV_ACTIONS_PORT",
    "CARENAV_STATE_DIR",
    "CARENAV_DATABASE_URL",
    "CARENAV_DIRECTORY_URL",
    "CARENAV_CLINICS",
    "CARENAV_SMS_SIMULATOR_PORT",
    "CARENAV_API_RATE",
    "CARENAV_CHAT_RATE",
    "CARENAV_CHAT_RATE_SESSIONS",
    "CARENAV_CHAT_RATE_ADDRESS",
    "CARENAV_CHAT_RATE_CLINIC",
    "CARENAV_REDIS_URL",
    "CARENAV_ENGINE_TIMEOUT",
    "CARENAV_LOG_LEVEL",
    *SECRETS,
)
RATES = {
    "CARENAV_API_RATE": "60/minute burst 10",
    "CARENAV_CHAT_RATE": "30/minute burst 20",
    "CARENAV_CHAT_RATE_SESSIONS": "30/minute burst 30",
    "CARENAV_CHAT_RATE_ADDRESS": "240/minute burst 60",
    "CARENAV_CHAT_RATE_CLINIC": "3000/minute burst 500",
}
_SHORTEST_SECRET = 32  # characters
_LONGEST_WAIT = 60.0  # seconds
_RATE = re.compile(r"[1-9][0-9]{0,5}/(second|minute|hour)( burst [1-9][0-9]{0,5})?")
_MAKE_TEXT = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
_MAKE_KEYS = (
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


def _field(name: str) -> str:
    """`port` for CARENAV_PORT."""
    return {"CARENAV_ENV": "environment"}.get(name, name.removeprefix("CARENAV_").lower())


class SettingsError(Exception):
    """A setting that cannot be used: one line with its name, what is wrong and the mend.

    Never shows a secret.
    """


@dataclass(frozen=True)
class Settings:
    """What every process is told. Paths are absolute; `engine_timeout` is in seconds."""

    environment: str
    host: str
    port: int
    public_url: str
    rasa_port: int
    actions_port: int
    sms_simulator_port: int
    state_dir: Path
    clinics: Path
    api_rate: str
    chat_rate: str
    chat_rate_sessions: str
    chat_rate_address: str
    chat_rate_clinic: str
    engine_timeout: float
    log_level: str
    database_url: str = field(repr=False)
    directory_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    token_secret: str = field(repr=False)
    engine_token: str = field(repr=False)
    lookup_secret: str = field(repr=False)
    """Makes the keyed hashes that phone numbers are found by."""
    encryption_keys: tuple[str, ...] = field(repr=False)
    named: Mapping[str, str] = field(repr=False)
    """Every other variable: a clinic's file names the one that holds a secret of its own."""
    keys_given: bool
    """By the environment or `.env`; else they are in the secrets file of the state folder."""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    def environ(self) -> dict[str, str]:
        """The settings as variables, for a child process: it reads what we read."""
        values = {name: getattr(self, _field(name)) for name in NAMES}
        values[KEYS] = ",".join(self.encryption_keys)
        return {name: str(value) for name, value in values.items()}


def load_settings(env: Mapping[str, str] | None = None, root: Path = PROJECT) -> Settings:
    """Reads and checks every setting; relative paths count from `root`. Makes the state folder.

    With `env` given, only that is read: neither the process environment nor `.env`.
    In development, missing secrets are made once and kept in `<state>/secrets.env` (mode 0600).
    Raises SettingsError.
    """
    env = _environment(root) if env is None else env
    read = _Reader(env, root)
    environment = read.one_of("CARENAV_ENV", ("development", "production"), "development")
    state = read.path("CARENAV_STATE_DIR", ".carenav")
    host = read.text("CARENAV_HOST", "127.0.0.1")
    port, rasa_port, actions_port, sms_simulator_port = read.ports(
        CARENAV_PORT=8000,
        CARENAV_RASA_PORT=5005,
        CARENAV_ACTIONS_PORT=5055,
        CARENAV_SMS_SIMULATOR_PORT=8010,
    )
    public_url = read.web_address(
        "CARENAV_PUBLIC_URL", f"http://{f'[{host}]' if ':' in host else host}:{port}"
    )
    database_url = read.database(
        "CARENAV_DATABASE_URL", f"sqlite:///{(state / 'carenav.db').as_posix()}"
    )
    directory_url = read.database(
        "CARENAV_DIRECTORY_URL",
        f"sqlite:///{(state / 'directory.db').as_posix()}"
        if database_url.startswith("sqlite")
        else database_url,
    )
    clinics = read.path("CARENAV_CLINICS", "data/clinics")
    rates = {_field(name): read.rate(name, default) for name, default in RATES.items()}
    engine_timeout = read.seconds("CARENAV_ENGINE_TIMEOUT", 8.0)
    log_level = read.one_of("CARENAV_LOG_LEVEL", ("debug", "info", "warning", "error"), "info")
    _make_state_folder(state)
    given = {name: read.text(name, "") for name in SECRETS}
    kept = _require(given) if environment == "production" else fill(given, state)
    return Settings(
        environment=environment,
        host=host,
        port=port,
        public_url=public_url,
        rasa_port=rasa_port,
        actions_port=actions_port,
        sms_simulator_port=sms_simulator_port,
        state_dir=state,
        clinics=clinics,
        **rates,
        engine_timeout=engine_timeout,
        log_level=log_level,
        database_url=database_url,
        directory_url=directory_url,
        redis_url=read.redis("CARENAV_REDIS_URL"),
        token_secret=_long_enough("CARENAV_TOKEN_SECRET", kept),
        engine_token=_long_enough("CARENAV_ENGINE_TOKEN", kept),
        named={name: value for name, value in env.items() if not name.startswith("CARENAV_")},
        lookup_secret=_long_enough("CARENAV_LOOKUP_SECRET", kept),
        encryption_keys=_fernet_keys(KEYS, kept),
        keys_given=bool(given[KEYS]),
    )


def _environment(root: Path) -> dict[str, str]:
    """The process environment over `.env`, where a name we do not know is a slip."""
    from_file = {
        name: value or "" for name, value in dotenv_values(root / ".env", interpolate=False).items()
    }
    for name in from_file:
        if name.startswith("CARENAV_") and name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1)
            mend = f"did you mean {near[0]}?" if near else "see .env.example for the names."
            raise SettingsError(f"{name} in .env is not a setting; {mend}")
    return {**from_file, **os.environ}


class _Reader:
    """Takes one setting at a time from `env`; an empty value counts as not set."""

    def __init__(self, env: Mapping[str, str], root: Path) -> None:
        self._env = env
        self._root = root

    def text(self, name: str, default: str) -> str:
        return self._env.get(name, "").strip() or default

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in allowed:
            raise SettingsError(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}.")
        return value

    def ports(self, **defaults: int) -> list[int]:
        """Each port in turn, no two the same."""
        taken: dict[int, str] = {}
        for name, default in defaults.items():
            value = self.text(name, str(default))
            if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
                raise SettingsError(
                    f"{name} is {value!r}; a port is a whole number from 1 to 65535."
                )
            if int(value) in taken:
                raise SettingsError(
                    f"{name} is {value}, and so is {taken[int(value)]}; give each its own port."
                )
            taken[int(value)] = name
        return list(taken)

    def seconds(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= _LONGEST_WAIT:
            raise SettingsError(
                f"{name} is {value!r}; give seconds, more than 0 and at most {_LONGEST_WAIT:.0f}."
            )
        return seconds

    def rate(self, name: str, default: str) -> str:
        value = " ".join(self.text(name, default).lower().split())
        if not _RATE.fullmatch(value):
            raise SettingsError(
                f"{name} is {value!r}; give a number each second, minute or hour, and if you like "
                f"how many at once, such as {default}."
            )
        return value

    def path(self, name: str, default: str) -> Path:
        return (self._root / Path(self.text(name, default)).expanduser()).resolve()

    def web_address(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
        ):
            raise SettingsError(
                f"{name} is {value!r}; give the address people open, such as https://chat.example.org"
            )
        return value

    def database(self, name: str, default: str) -> str:
        """A SQLAlchemy URL. The value is not repeated in the error: it may hold a password."""
        value = self.text(name, default)
        if (
            value.split(":", 1)[0].split("+", 1)[0] not in ("sqlite", "postgresql")
            or "://" not in value
        ):
            raise SettingsError(
                f"{name} is not a database we can use; it must start with sqlite:/// or postgresql://"
            )
        return value

    def redis(self, name: str) -> str:
        """A Redis URL, or "". The value is not repeated in the error: it may hold a password."""
        value = self.text(name, "")
        if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise SettingsError(
                f"{name} is not a Redis we can use; it must start with redis://, rediss:// or "
                "unix://, or be empty."
            )
        return value


def _make_state_folder(state: Path) -> None:
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise SettingsError(
            f"CARENAV_STATE_DIR is '{state}', which cannot be made ({fault.strerror}); "
            "name a folder we may write to."
        ) from fault


def _require(given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if not value:
            mend = _MAKE_KEYS if name == KEYS else _MAKE_TEXT
            raise SettingsError(
                f"{name} is missing, and CARENAV_ENV=production needs it; make one with: {mend}"
            )
    return given


def _long_enough(name: str, values: Mapping[str, str]) -> str:
    if len(values[name]) < _SHORTEST_SECRET:
        raise SettingsError(
            f"{name} is shorter than {_SHORTEST_SECRET} characters; make one with: {_MAKE_TEXT}"
        )
    return values[name]


def _fernet_keys(name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in values[name].split(",") if key.strip())
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as fault:
            raise SettingsError(
                f"{name}: key {position} is not a Fernet key; make one with: {_MAKE_KEYS}"
            ) from fault
    if not keys:
        raise SettingsError(f"{name} holds no key; make one with: {_MAKE_KEYS}")
    return keys
