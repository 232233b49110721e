"""What the operator is told while things come up, and when the directory is filled."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot import announce
from bot.settings import Settings, load_settings

NOTHING, TABLES, ALL = (
    {"database": False, "engine": False},
    {"database": True, "engine": False},
    {"database": True, "engine": True},
)


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Settings]]:
    """An edge whose parts answer as told, one answer after another; the last one stays."""
    monkeypatch.setattr(announce, "_POLL", 0.0)
    servers = []

    def serving(*parts: dict[str, bool]) -> Settings:
        answers = list(parts)

        class Edge(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told = answers.pop(0) if len(answers) > 1 else answers[0]
                ok = self.path == "/healthz" or all(told.values())
                body = json.dumps(told).encode()
                self.send_response(200 if ok else 503)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Edge)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return load_settings({"CARENAV_PORT": str(server.server_port)}, tmp_path)

    yield serving
    for server in servers:
        server.shutdown()
        server.server_close()


async def test_the_address_comes_first_and_the_conversation_when_all_parts_answer(edge) -> None:
    settings, said = edge(NOTHING, NOTHING, TABLES, ALL), []
    await announce.announce(settings, lambda _, line: said.append(line), None)
    address = settings.public_url
    assert said == [
        f"Open {address} (Ctrl-C stops). The conversation is starting.",
        f"The conversation is ready: {address}",
    ]


async def test_the_directory_is_filled_once_when_the_tables_are_there(edge) -> None:
    settings, done = edge(NOTHING, NOTHING, TABLES, TABLES, ALL), []
    await announce.announce(
        settings, lambda _, line: done.append(line.split()[0]), lambda: done.append("filled")
    )
    assert done == ["Open", "filled", "The"]


async def test_a_directory_that_cannot_be_filled_is_told_and_the_rest_goes_on(edge) -> None:
    said: list[str] = []

    def fails() -> None:
        raise OSError("no such file")

    await announce.announce(edge(ALL), lambda _, line: said.append(line), fails)
    assert said[1] == "The directory of providers is not ready: OSError: no such file"
    assert said[2].startswith("The conversation is ready")
