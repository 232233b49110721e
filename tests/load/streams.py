"""Thousands of idle event streams on one process of the edge: what one costs, and what they cost
a person who talks meanwhile. Every stream seems to come from an address of its own (the edge
believes a proxy on this machine)."""

from __future__ import annotations

import asyncio
import itertools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.connections import allow_files
from bot.conversation import Session
from bot.settings import PROJECT, RATES, load_settings
from bot.tokens import Tokens
from tests.e2e.service import free_ports, wait_until

STREAMS = 2_000
IDLE = 30.0
"""Seconds in which nothing is said: two rounds of keepalives."""
TALKS = 40
"""Messages to one of them, while all are open."""
OPENING = 100
"""Connections that are opened at the same time."""
NEEDED = 2 * STREAMS + 200
"""Open files: this process and the edge each hold one for a stream."""
_addresses = itertools.count()


@dataclass
class Edge:
    """`python -m bot.edge`, alone: neither Rasa nor the action server."""

    folder: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        ours = {
            "CARENAV_STATE_DIR": str(self.folder / "state"),
            "CARENAV_PORT": str(self.port),
            "CARENAV_RASA_PORT": "1",
            "CARENAV_TOKEN_SECRET": "a secret for tests only, that signs no real session",
            "CARENAV_LOG_LEVEL": "warning",
            **dict.fromkeys(RATES, "100000/second"),
        }
        others = {k: v for k, v in os.environ.items() if not k.startswith("CARENAV_")}
        return {**others, **ours}

    def tokens(self) -> Tokens:
        ours = {k: v for k, v in self.environment().items() if k.startswith("CARENAV_")}
        return Tokens(load_settings(ours).token_secret)

    def start(self) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.edge"],
                cwd=PROJECT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        wait_until(self._is_up, 60, "the edge to be up", every=0.02)

    def _is_up(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.base}/healthz", trust_env=False).status_code == 200
        return False

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def memory(self) -> int:
        """Kilobytes, shared ones by their share."""
        assert self.process
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    def cpu(self) -> float:
        """Seconds of a processor that it has used."""
        assert self.process
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Stream:
    """One page that listens, and comes again when it is cut off, as the widget does."""

    def __init__(self, port: int, token: str, slots: asyncio.Semaphore) -> None:
        self.port, self.token, self.slots = port, token, slots
        self.open = asyncio.Event()
        self.heard: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self.keepalives = 0

    async def run(self) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._listen()
            self.open.clear()
            await asyncio.sleep(0.25)

    async def _listen(self) -> None:
        async with self.slots:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            n = next(_addresses)
            head = f"GET /api/chat/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}"
            address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
            writer.write(f"{head}\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
            if b" 200 " not in await reader.readline():
                writer.close()
                raise ConnectionError
            await reader.readuntil(b"retry: 2000\n\n")
            self.open.set()
        try:
            while line := await reader.readuntil(b"\n"):
                if line.startswith(b"data:"):
                    self.heard.put_nowait((time.perf_counter(), line.decode()))
                self.keepalives += line.startswith(b": keepalive")
        finally:
            writer.close()


@dataclass
class Found:
    """Seconds, kilobytes a stream, and shares of one processor."""

    opened: float
    each: float
    idle: float
    keepalives: int
    median: float
    slowest: float
    back_after_start: float


async def measure(edge: Edge, streams: int = STREAMS, idle: float = IDLE) -> Found:
    tokens = edge.tokens()
    slots = asyncio.Semaphore(OPENING)
    pages = [
        Stream(edge.port, tokens.issue(Session(f"{n:032x}", "demo", "en")), slots)
        for n in range(streams)
    ]
    await asyncio.sleep(3)  # the edge has learnt its nets, or loaded them
    before = edge.memory()
    began = time.perf_counter()
    listening = [asyncio.create_task(page.run()) for page in pages]
    try:
        await asyncio.gather(*(page.open.wait() for page in pages))
        opened = time.perf_counter() - began
        each = (edge.memory() - before) / streams
        used, began = edge.cpu(), time.perf_counter()
        await asyncio.sleep(idle)
        share = (edge.cpu() - used) / (time.perf_counter() - began)
        took = await talk(edge, pages[streams // 2])
        keepalives = sum(page.keepalives for page in pages)
        edge.kill()
        await asyncio.gather(*(lost(page) for page in pages))
        await asyncio.to_thread(edge.start)
        began = time.perf_counter()
        await asyncio.gather(*(page.open.wait() for page in pages))
        back = time.perf_counter() - began
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return Found(opened, each, share, keepalives, statistics.median(took), max(took), back)


async def lost(page: Stream) -> None:
    while page.open.is_set():
        await asyncio.sleep(0.01)


async def talk(edge: Edge, page: Stream) -> list[float]:
    """Seconds from a message about danger to its answer on the stream: no Rasa is asked."""
    took = []
    headers = {"Authorization": f"Bearer {page.token}"}
    async with httpx.AsyncClient(base_url=edge.base, trust_env=False, timeout=30) as http:
        for n in range(TALKS):
            said = {"client_id": f"m{n}", "text": "i am going to kill myself tonight"}
            began = time.perf_counter()
            posting = asyncio.create_task(
                http.post("/api/chat/messages", json=said, headers=headers)
            )
            while True:
                arrived, line = await asyncio.wait_for(page.heard.get(), 30)
                if '"from": "bot"' in line:
                    break
            took.append(arrived - began)
            (await posting).raise_for_status()
            await asyncio.sleep(0.05)
            while not page.heard.empty():
                page.heard.get_nowait()
    return took


def main(show: Callable[..., None], row: Callable[..., None], ms: Callable[[float], str]) -> None:
    files = allow_files(NEEDED)
    if files < NEEDED:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        show(
            f"\nIdle event streams: not measured. They need {NEEDED:,} open files, and this system "
            f"allows {files:,} (hard limit {hard:,}). Raise it: `ulimit -n {NEEDED}`."
        )
        return
    with tempfile.TemporaryDirectory() as name:
        edge = Edge(Path(name))
        edge.start()
        try:
            found = asyncio.run(measure(edge))
        finally:
            edge.kill()
    show(f"\n{STREAMS:,} event streams on one process of the edge, nothing said for {IDLE:.0f} s")
    row("memory of one", f"{found.each:.0f} KB")
    row("all of them open after", f"{found.opened:.1f} s")
    row("processor at idle", f"{found.idle:.0%} of one")
    row("keepalives sent", f"{found.keepalives:,}")
    row("a message's way to one", f"{ms(found.median)} median", f"{ms(found.slowest)} slowest")
    row("edge killed: all back after", f"{found.back_after_start:.1f} s from its start")


if __name__ == "__main__":
    main(
        lambda text: print(text),  # noqa: T201
        lambda name, *values: print(f"  {name:<30}", *values),  # noqa: T201
        lambda seconds: f"{seconds * 1000:.1f} ms",
    )
