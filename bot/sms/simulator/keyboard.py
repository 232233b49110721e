"""The lines that are typed, or read from a file, while the event loop goes on."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

from bot.sms.simulator.screen import PROMPT


class Keyboard:
    """Standard input, a line at a time; a terminal's line can be edited while it is typed."""

    def __init__(self) -> None:
        self.typed = sys.stdin.isatty() and sys.stdout.isatty()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._wanted = threading.Semaphore(0)

    async def lines(self) -> AsyncIterator[str]:
        """Until the end of the input. The next line is asked for when this one has been dealt with,
        so that no prompt stands where a bubble is drawn. The reading thread ends with the process.
        """
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), daemon=True).start()
        self._wanted.release()
        while (line := await self._lines.get()) is not None:
            yield line
            self._wanted.release()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop has ended
            line: str | None = ""
            while line is not None:
                self._wanted.acquire()
                line = self._next()
                loop.call_soon_threadsafe(self._lines.put_nowait, line)

    def _next(self) -> str | None:
        if not self.typed:
            line = sys.stdin.readline()
            return line.rstrip("\r\n") if line else None
        try:
            return input(PROMPT)
        except EOFError:
            return None


@contextmanager
def tidied(typed: bool) -> Iterator[None]:
    """Leaves the terminal as it was, though a thread is still reading from it."""
    if not typed:
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    import readline  # noqa: F401 - `input` edits lines with it

    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
