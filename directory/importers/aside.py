"""Reading in a process of its own: while records are stored, the next ones are made.

Making records of a large file takes about as long as storing them, so with two processors this
halves the time. It takes a second to begin, and pays from some 50 MB.
"""

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from directory.feed import Feed, ImportFault, Item

_PART = 200  # items; a few parts fit in the pipe, and the reader waits while it is full
_PATIENCE = 5  # seconds until a reader that was told to stop is stopped


@dataclass(frozen=True)
class _Part:
    """Some items, and how far the feed has come; the last part has none."""

    items: list[Item]
    rows: int
    left_out: Counter[str]
    done: int


@contextmanager
def aside(
    open_feeds: Callable[[], AbstractContextManager[Sequence[Feed]]],
) -> Iterator[list[Feed]]:
    """The feeds that `open_feeds` opens, read elsewhere. They are to be read in order, each once.

    `open_feeds` and the `known` of the feeds must be such that they can be pickled.
    """
    fresh = multiprocessing.get_context("spawn")  # forking would copy threads and open databases
    here, there = fresh.Pipe()
    reader = fresh.Process(target=_read, args=(open_feeds, there), daemon=True)
    reader.start()
    there.close()
    try:
        yield [_Aside(here, source, total) for source, total in _received(here)]
    finally:
        here.close()  # the reader ends as soon as it has something to tell
        reader.join(_PATIENCE)
        reader.terminate()
        reader.join()


class _Aside:
    def __init__(self, pipe: "Connection[Any, Any]", source: str, total: int | None) -> None:
        self.source = source
        self.total = total
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._done = 0
        self._pipe = pipe

    def done(self) -> int:
        return self._done

    def items(self, known: Container[str]) -> Iterator[Item]:
        self._pipe.send(known)
        while True:
            part: _Part = _received(self._pipe)
            self.rows, self.left_out, self._done = part.rows, part.left_out, part.done
            if not part.items:
                return
            yield from part.items


def _received(pipe: "Connection[Any, Any]") -> Any:
    try:
        told = pipe.recv()
    except EOFError as end:
        raise ImportFault("The process that reads the file ended before its time.") from end
    if isinstance(told, ImportFault):
        raise told
    return told


def _read(
    open_feeds: Callable[[], AbstractContextManager[Sequence[Feed]]],
    pipe: "Connection[Any, Any]",
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who stores
    try:
        with open_feeds() as feeds:
            pipe.send([(feed.source, feed.total) for feed in feeds])
            for feed in feeds:
                for part in _parts(feed, pipe.recv()):
                    pipe.send(part)
    except ImportFault as fault:
        pipe.send(fault)
    except (EOFError, ConnectionError):
        pass  # nobody listens any more


def _parts(feed: Feed, known: Container[str]) -> Iterator[_Part]:
    items = feed.items(known)
    more = True
    while more:
        some = list(islice(items, _PART))
        more = bool(some)
        yield _Part(some, feed.rows, feed.left_out, feed.done())
