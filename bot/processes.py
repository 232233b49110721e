"""Child processes that never outlive us, and their output line by line."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

GRACE = 3.0  # seconds between asking a child to stop and making it
_LOOK = 0.05  # seconds between looks at whether a child has ended
_PR_SET_PDEATHSIG = 1  # prctl(2)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_WARNING = re.compile(r"\.py:\d+: \w*Warning: |^Implementing implicit namespace packages")


async def start(command: Sequence[str], env: Mapping[str, str], folder: Path) -> Process:
    """A child in a process group of its own, so that Ctrl-C reaches us alone.

    On Linux the kernel kills it when we die without a goodbye. To be called in the main thread.
    """
    return await asyncio.create_subprocess_exec(
        *command,
        env=dict(env),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
        preexec_fn=_dying_with(os.getpid()),
    )


def _dying_with(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


async def stop(process: Process, grace: float = GRACE) -> None:
    """Ends the child and all that it started: asked first, made after `grace` seconds."""
    if process.returncode is None:
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(exited(process), grace)
    _signal_group(process, signal.SIGKILL)
    await exited(process)


async def exited(process: Process) -> int:
    """The exit code, once the child itself has ended.

    ``Process.wait`` of newer Pythons also waits for all that still holds the child's output.
    """
    while process.returncode is None:
        await asyncio.sleep(_LOOK)
    return process.returncode


def _signal_group(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def lines(process: Process) -> AsyncIterator[str]:
    """What the child prints, without colours, blank lines and Python's warnings about itself."""
    warned = False
    async for line in _raw_lines(process):
        if _WARNING.search(line):
            warned = True
        elif not (warned and line.startswith("  ")):
            warned = False
            yield line


async def _raw_lines(process: Process) -> AsyncIterator[str]:
    if process.stdout is None:
        return
    rest, chunk = b"", b"first"
    while chunk:
        chunk = await process.stdout.read(4096)
        *whole, rest = _LINE_ENDS.split(rest + chunk)
        for part in whole if chunk else [*whole, rest]:
            line = _COLOURS.sub("", part.decode(errors="replace")).rstrip()
            if line:
                yield line
