"""What an importer hands to the intake: a feed of providers, read once from front to back.

An importer opens a file (or a folder, or an address) and raises `ImportFault` when it is not what
it should be. Then it yields what it finds; a faulty row is one item of the feed, never the end
of it.
"""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from directory.records import ProviderRecord


class ImportFault(Exception):
    """The file as a whole can't be imported. The text is one line for the operator."""


@dataclass(frozen=True)
class Rejected:
    """A row that can't be used. `row` counts from 1; `text` is the row as it stood in the file."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class Gone:
    """A provider that the source no longer lists as one of ours. With `ended`, the day on which
    nobody works under its NPI any more, whatever older sources say."""

    source_id: str
    ended: date | None = None


Item = ProviderRecord | Gone | Rejected


class Feed(Protocol):
    """An open source. `source` names it in the tables ("nppes", "plan-net:aetna").

    `total` and `done()` are bytes (or rows) for the progress bar; `total` may be None. `rows`
    counts what was read so far and `left_out` what was left out on purpose, by reason; both grow
    while `items` goes on.
    """

    source: str
    rows: int
    left_out: Counter[str]

    @property
    def total(self) -> int | None: ...

    def done(self) -> int: ...

    def items(self, known: Container[str]) -> Iterator[Item]:
        """Everything in it. `known` holds the `source_id`s in the tables: what was never stored
        need not be told to be `Gone`."""
        ...
