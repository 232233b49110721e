"""The secrets of a development machine: made on the first start, in one file that its owner reads.

In production there is none; secrets are given by the environment.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values

NAME = "secrets.env"
KEYS = "CARENAV_ENCRYPTION_KEYS"
SECRETS = ("CARENAV_TOKEN_SECRET", "CARENAV_ENGINE_TOKEN", "CARENAV_LOOKUP_SECRET", KEYS)


def fill(given: Mapping[str, str], state: Path) -> dict[str, str]:
    """What is given, and the rest from the file, which is made when it lacks one."""
    path = state / NAME
    kept = _read(path)
    if not all(given[name] or kept.get(name) for name in SECRETS):
        _write(path, {**_new(), **kept})
        kept = _read(path)
    return {name: given[name] or kept[name] for name in SECRETS}


def replace_keys(state: Path, keys: Sequence[str]) -> Path:
    """Other encryption keys in the file, the first one to seal with; the file, as it was else."""
    path = state / NAME
    _write(path, {**_read(path), KEYS: ",".join(keys)})
    return path


def new_key() -> str:
    return Fernet.generate_key().decode()


def _new() -> dict[str, str]:
    return {
        "CARENAV_TOKEN_SECRET": secrets.token_urlsafe(32),
        "CARENAV_ENGINE_TOKEN": secrets.token_urlsafe(32),
        "CARENAV_LOOKUP_SECRET": secrets.token_urlsafe(32),
        KEYS: new_key(),
    }


def _read(path: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value}


def _write(path: Path, values: Mapping[str, str]) -> None:
    """Whole or not at all; of two processes that start at once, the first one's file stands."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Made on the first start, for development only. Stored chats need the keys.\n")
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    try:
        if path.exists():
            os.replace(draft, path)
        else:
            os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink(missing_ok=True)
