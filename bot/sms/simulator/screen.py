"""A phone's screen at a terminal: what was sent at the right, what came at the left."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping

from rich.align import Align
from rich.console import Console
from rich.panel import Panel
from rich.text import Text as Line

from bot.sms.segments import segments

PROMPT = "> "
_WIDEST = 60
_WIPE = "\r\x1b[2K"
_UP = "\x1b[1A\x1b[2K"


class Screen:
    """``typed`` is whether a person sits at it: then a prompt stands below the last bubble."""

    def __init__(self, words: Mapping[str, str], typed: bool, console: Console) -> None:
        self.words = words
        self._typed = typed
        self._console = console
        self._asking = False

    def wipe(self, line: str) -> None:
        """The line that was just typed goes; what was sent comes back as a bubble."""
        if self._typed:
            sys.stdout.write(_UP * math.ceil((len(PROMPT) + len(line) + 1) / self._console.width))
            self._asking = False

    def sent(self, body: str) -> None:
        self._bubble(body, "right", "blue")

    def came(self, body: str) -> None:
        self._bubble(body, "left", "green")

    def note(self, key: str, **filled: object) -> None:
        self._draw(Line(self.words[key].format(**filled), style="dim italic"))

    def ask(self) -> None:
        """A line may be typed now."""
        self._asking = self._typed

    def _bubble(self, body: str, side: str, colour: str) -> None:
        count = segments(body)
        told = self.words["segments_one" if count == 1 else "segments_many"].format(count=count)
        panel = Panel(
            Line(body),
            width=min(_WIDEST, self._console.width * 4 // 5, _wide(body, told)),
            border_style=colour,
            subtitle=Line(f"{time.strftime('%H:%M')} · {told}", style="dim"),
            subtitle_align="right" if side == "right" else "left",
        )
        self._draw(Align.right(panel) if side == "right" else Align.left(panel))

    def _draw(self, what: Line | Align) -> None:
        """Above the line that is being typed, which comes back as it was."""
        if self._asking:
            sys.stdout.write(_WIPE)
        self._console.print(what)
        if self._asking:
            sys.stdout.write(PROMPT + _being_typed())
        sys.stdout.flush()


def _wide(body: str, told: str) -> int:
    longest = max((len(line) for line in body.splitlines()), default=0)
    return max(longest + 4, len(told) + 16)


def _being_typed() -> str:
    import readline  # only where somebody types

    return readline.get_line_buffer()
