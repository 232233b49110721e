"""A Redis of our own for the tests that need one, thrown away with them.

Import the `redis` fixture in a conftest. Without Redis: a failure where ``CI`` is set, elsewhere
one loud skip.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.missing import missing

MISSING = "No Redis for the tests of several processes. Get one: `scripts/redis.sh`."
NOTHING_KEPT = ("--save", "", "--appendonly", "no")
PROGRAMS = ("redis-server", "valkey-server")


class RedisServer:
    """A server on a Unix socket, without a file of its own. ``url`` stays the same."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "--port", "0", "--unixsocket", str(self._socket), *NOTHING_KEPT],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < end, "Redis did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
        self._process = None

    def freeze(self) -> None:
        """It takes connections and never answers."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing(MISSING)
    with tempfile.TemporaryDirectory(prefix="redis") as folder:  # a socket's path must be short
        server = RedisServer(program, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
