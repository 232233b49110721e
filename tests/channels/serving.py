"""The whole edge with a fake engine: in this process, or behind a real socket of uvicorn's."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import app as edge_app
from bot.connections import PatientProtocol
from bot.settings import load_settings
from bot.store.migrate import upgrade
from tests.bot.edge import KEY, FakeEngine


def edge(folder: Path, engine: FakeEngine | None = None, **settings: str) -> Starlette:
    """A whole edge with a database of its own."""
    made = load_settings(
        {
            "CARENAV_STATE_DIR": str(folder),
            "CARENAV_TOKEN_SECRET": "t" * 32,
            "CARENAV_ENGINE_TOKEN": "e" * 32,
            "CARENAV_ENCRYPTION_KEYS": KEY,
            "CARENAV_RASA_PORT": "1",
            **settings,
        }
    )
    upgrade(made.database_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge_app, "EngineClient", lambda *_: engine or FakeEngine())
        return edge_app.create_app(made)


@contextmanager
def from_address(
    app: Starlette, address: str = "203.0.113.1", **settings: str
) -> Iterator[TestClient]:
    """A caller with this address, of an edge that has just begun to count, by these settings."""
    limits = app.state.limits
    before = limits.settings
    limits.settings, limits.rates = replace(before, **settings), None
    try:
        with TestClient(app, client=(address, 50_000)) as client:
            assert client.portal is not None
            client.portal.call(limits.load)
            yield client
    finally:
        limits.settings = before


@contextmanager
def serving(app: Any, protocol: type = PatientProtocol, **more: Any) -> Iterator[int]:
    """The port on which uvicorn serves the app, from a thread of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http=protocol, log_level="error", ws="none", **more)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "uvicorn ended"
            time.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)
