"""Reading a table of any size line by line, in little memory.

NPPES has no line breaks inside its cells, so a line is a row. Nothing here looks into a line.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol

from directory.feed import ImportFault

# Bytes. The widest row that the layout allows has about 15,000.
LONGEST = 1 << 16

# What a file or a zip that can't be read to its end raises. zipfile raises RuntimeError for a
# password, NotImplementedError for a packing that it does not know, and the last two for a list
# of contents that is no such list.
BROKEN = (
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    UnicodeError,
    struct.error,
)


class Readable(Protocol):
    def readline(self, size: int, /) -> bytes: ...


class Lines:
    """The lines of an open file, as they are, but for empty ones. `number` is that of the last
    line, from 1; `done` is how many of its bytes (`size` in all, where that is known) were read.

    Of a line of `LONGEST` bytes or more only the beginning is given, and the rest is passed over.
    """

    def __init__(self, name: str, stream: Readable, size: int | None) -> None:
        self.name = name
        self.size = size
        self.number = 0
        self.done = 0
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        read = self._stream.readline
        try:
            while line := read(LONGEST):
                self.number += 1
                self.done += len(line)
                if len(line) == LONGEST and line[-1:] != b"\n":
                    self._pass_over()
                if not line.isspace():
                    yield line
        except BROKEN as fault:
            raise ImportFault(
                f"{self.name} can't be read after line {self.number}: {reason(fault)}. "
                "Download it again; nothing was changed."
            ) from fault
        if self.size is not None and self.done < self.size:
            raise ImportFault(f"{self.name} ends before its end. Download it again.")

    def _pass_over(self) -> None:
        while rest := self._stream.readline(LONGEST):
            self.done += len(rest)
            if rest[-1:] == b"\n":
                return


def reason(fault: Exception) -> str:
    """What went wrong, in one line."""
    return " ".join(str(fault).split()) or type(fault).__name__
