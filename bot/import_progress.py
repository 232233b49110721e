"""How far an import is: a bar with bytes (or rows), rows a second and the time left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from directory.feed import Feed


@contextmanager
def shown(feeds: Iterable[Feed], console: Console) -> Iterator[Iterator[Feed]]:
    """The feeds, and on a terminal a bar of the one that is being read. The bar goes at the end."""
    bar = _Bar(console)
    with bar:
        yield bar.watch(feeds)


class _Bar(Progress):
    """Asks the feed how far it is whenever it is drawn: some read long before they tell of it."""

    def __init__(self, console: Console) -> None:
        self._feed: Feed | None = None  # before the bar is made: making it draws it
        self._began = time.monotonic()
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[rows]:,} rows, {task.fields[speed]:,}/s"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self.add_task("opening", total=None, rows=0, speed=0)

    def watch(self, feeds: Iterable[Feed]) -> Iterator[Feed]:
        for feed in feeds:
            self._feed = feed
            self._began = time.monotonic()
            self.reset(self._task, total=feed.total, description=feed.source, rows=0, speed=0)
            yield feed

    def get_renderables(self) -> Iterable[RenderableType]:
        feed = self._feed
        if feed is not None:
            seconds = max(time.monotonic() - self._began, 0.001)
            with suppress(ValueError, OSError):  # its file may have been closed just now
                self.update(
                    self._task,
                    completed=feed.done(),
                    total=feed.total,
                    rows=feed.rows,
                    speed=round(feed.rows / seconds),
                )
        return super().get_renderables()
