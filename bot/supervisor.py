"""`carenav run`: the edge at once, then Rasa and the action server, kept alive until stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.processes import exited, lines, start, stop
from bot.secrets_file import SECRETS
from bot.settings import PROJECT, Settings
from bot.training import TrainingError, ensure_model, rasa_environment, shown

Say = Callable[[str, str], None]  # the part's name, one line

_HEAD_START = 5.0  # seconds at most that the edge starts alone
_LOOK = 0.1  # seconds between looks whether it listens
_LAST_WORDS = 0.5  # seconds to read what a dead child had still printed


class CannotStart(Exception):
    """One line: what stands in the way, and the mend."""


CANNOT_START = 2  # a part's exit code when starting it again would not help


@dataclass(frozen=True)
class Backoff:
    """How long to wait before a part is started again, in seconds."""

    first: float = 1.0
    longest: float = 30.0
    healthy: float = 60.0  # having run this long, a part is trusted again

    def delay(self, failures: int) -> float:
        return float(min(self.first * 2**failures, self.longest))


@dataclass(frozen=True)
class Part:
    """One child: its name in the log and how it is started."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    folder: Path = PROJECT


async def keep(part: Part, say: Say, backoff: Backoff = Backoff()) -> None:
    """Runs the part, again and again, until cancelled; then nothing of the part is left.

    Raises CannotStart when the part says, by its exit code, that another try would not help.
    """
    failures = 0
    while True:
        began = time.monotonic()
        process = await start(part.command, part.env, part.folder)
        try:
            code = await _relay(process, part.name, say)
        finally:
            await stop(process)
        if code == CANNOT_START:
            raise CannotStart(f"{part.name} cannot start; it says why above.")
        failures = 0 if time.monotonic() - began >= backoff.healthy else failures
        delay = backoff.delay(failures)
        failures += 1
        say(part.name, f"stopped (exit code {code}); starting it again in {delay:g} s")
        await asyncio.sleep(delay)


async def _relay(process: Process, name: str, say: Say) -> int:
    async def read() -> None:
        async for line in lines(process):
            say(name, line)

    reader = asyncio.create_task(read())
    try:
        code = await exited(process)
        await asyncio.wait([reader], timeout=_LAST_WORDS)
        return code
    finally:
        reader.cancel()


async def run(
    settings: Settings, say: Say, console: Console, fill: Callable[[], None] | None = None
) -> None:
    """Everything, until SIGINT or SIGTERM. Raises CannotStart, with nothing left running.

    `fill` is called in a thread once the edge has the tables ready.
    """
    check_ports(settings)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await until(
        stopping,
        keep(edge(settings), say),
        _after_the_edge(settings, lambda: keep(actions(settings), say)),
        _after_the_edge(settings, lambda: _train_and_keep_rasa(settings, say, console)),
        _announced(settings, say, fill),
    )


async def _after_the_edge(settings: Settings, work: Callable[[], Awaitable[None]]) -> None:
    """The edge has the machine to itself until it listens: its crisis reply comes first."""
    end = time.monotonic() + _HEAD_START
    while not await _listens(settings) and time.monotonic() < end:
        await asyncio.sleep(_LOOK)
    await work()


async def _listens(settings: Settings) -> bool:
    try:
        _, writer = await asyncio.open_connection(settings.host, settings.port)
    except OSError:
        return False
    writer.close()
    return True


async def until(stopping: asyncio.Event, *work: Coroutine[Any, Any, None]) -> None:
    """Runs all the work until told to stop; then cancels it and waits for its end."""
    tasks = [asyncio.create_task(each) for each in work]
    stopped = asyncio.create_task(stopping.wait())
    waiting: set[asyncio.Task[Any]] = {stopped, *tasks}
    try:
        while not stopped.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (*tasks, stopped):
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)


async def _announced(settings: Settings, say: Say, fill: Callable[[], None] | None) -> None:
    from bot.announce import announce  # its HTTP client is loaded while the edge starts

    await announce(settings, say, fill)


async def _train_and_keep_rasa(settings: Settings, say: Say, console: Console) -> None:
    models = settings.state_dir / "models"
    try:
        with shown(models, console) as report:
            model = await ensure_model(models, PROJECT, report)
    except TrainingError as fault:
        for line in str(fault).splitlines():
            say("carenav", line)
        say("carenav", "Until that is mended the page answers a crisis, and nothing else.")
        return
    await keep(rasa(settings, model), say)


def check_ports(settings: Settings) -> None:
    """Raises CannotStart when one of the three ports is taken."""
    for name, host, port in (
        ("CARENAV_PORT", settings.host, settings.port),
        ("CARENAV_RASA_PORT", "127.0.0.1", settings.rasa_port),
        ("CARENAV_ACTIONS_PORT", "127.0.0.1", settings.actions_port),
    ):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as fault:
                raise CannotStart(
                    f"Cannot listen on {host} port {port} ({fault.strerror}). "
                    f"Stop what uses it, or set {name} to another."
                ) from None


def edge(settings: Settings) -> Part:
    command = [sys.executable, "-m", "bot.edge"]
    return Part("edge", command, {**os.environ, **settings.environ(), "PYTHONUNBUFFERED": "1"})


def actions(settings: Settings) -> Part:
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--quiet"]
    command += ["--port", str(settings.actions_port), "--cors", "http://127.0.0.1"]
    env = {**os.environ, **settings.environ(), "SANIC_HOST": "127.0.0.1", "PYTHONUNBUFFERED": "1"}
    return Part("actions", command, {k: v for k, v in env.items() if k not in SECRETS})


def rasa(settings: Settings, model: Path) -> Part:
    command = [sys.executable, "-m", "rasa", "run", "--quiet", "--model", str(model)]
    command += ["--interface", "127.0.0.1", "--port", str(settings.rasa_port)]
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    env = {**rasa_environment(model.parent), **settings.environ(), "LOG_LEVEL": "WARNING"}
    return Part("rasa", command, env)


class Log:
    """Prints each part's lines after its name; in colour on a terminal, unless NO_COLOR is set."""

    _COLOURS: Mapping[str, int] = {"carenav": 32, "edge": 36, "rasa": 35, "actions": 33}

    def __init__(self, coloured: bool) -> None:
        self._coloured = coloured

    def __call__(self, name: str, line: str) -> None:
        label = f"{name:<7} |"
        if self._coloured:
            label = f"\x1b[{self._COLOURS.get(name, 0)}m{label}\x1b[0m"
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(f"{label} {line}\n")
            sys.stdout.flush()
