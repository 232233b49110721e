"""Ways to break a running service, and to mend it again."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

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
    """The database can't be opened: its folder is away. One step, so that nobody sees half."""
    away = service.state.with_name("away")
    service.state.rename(away)
    try:
        yield
    finally:
        away.rename(service.state)


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
