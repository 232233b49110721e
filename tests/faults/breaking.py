"""Ways to break a running service, and to mend it again."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.service import Service

SECRET = "a secret for tests only, that signs no real session"


@contextmanager
def dead(service: Service, *parts: str) -> Iterator[None]:
    """SIGKILLs the parts, with the supervisor held, so that they stay dead for the block."""
    supervisor = service.pids()["supervisor"]
    os.kill(supervisor, signal.SIGSTOP)
    try:
        for part in parts:
            service.kill(part)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


@contextmanager
def frozen(service: Service, part: str) -> Iterator[None]:
    """The part takes connections and never answers."""
    pid = service.pids()[part]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def no_database(service: Service) -> Iterator[None]:
    """The database can't be opened: a folder stands where its file was."""
    database = service.database()
    aside = database.with_name("aside")
    aside.mkdir()
    for file in _files(database):
        file.rename(aside / file.name)
    database.mkdir()
    try:
        yield
    finally:
        database.rmdir()
        for file in aside.iterdir():
            file.rename(database.with_name(file.name))
        aside.rmdir()


@contextmanager
def stuck_database(service: Service) -> Iterator[None]:
    """The database lets nobody read or write: each try waits, and then fails."""
    holder = sqlite3.connect(service.database(), timeout=10, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def _files(database: Path) -> list[Path]:
    names = (database.name + end for end in ("", "-wal", "-shm"))
    return [path for name in names if (path := database.with_name(name)).exists()]
