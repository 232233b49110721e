"""Connections that do not wait for ever: for people who are slow there is time, for idlers not.

uvicorn bounds the time between two requests only. Here the head of a request must be complete in
time and in size, and who does not read what was sent is let go. A request's body is bounded in
`bot/channels/body.py`. One that is refused so early gets a bare status: no call was made yet.
"""

from __future__ import annotations

import asyncio
import resource
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    _Base = Any
else:
    _Base = object

HEAD_IN_TIME = 10.0
"""Seconds from the connection, or from the first byte after an answer, to the end of the head."""
LARGEST_HEAD = 32 * 1024
"""Bytes of a request line with its headers."""
READ_IN_TIME = 30.0
"""Seconds for which what was sent may wait to be read, once the buffers are full."""
FILES = 16_384
"""Open files that are asked for: each connection is one."""
SPARE = 128
"""Open files that are kept for everything else: the database, logs."""


class Patience(_Base):  # type: ignore[misc]
    """Goes before a protocol class of uvicorn's, h11's or httptools'."""

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _read_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._head_is_here()
        elif before is None or before.response_complete:
            self._await_head()
            if before is None or not before.more_body:  # else it may be what is left of a body
                self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(b"431 Request Header Fields Too Large")

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._is_read()
        self._read_timer = self.loop.call_later(READ_IN_TIME, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def _await_head(self) -> None:
        if self._head_timer is None:
            late = b"408 Request Timeout"
            self._head_timer = self.loop.call_later(HEAD_IN_TIME, self._refuse, late)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
        self._head_timer, self._head_bytes = None, 0

    def _is_read(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
        self._read_timer = None

    def _refuse(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._head_bytes:
            rest = b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(b"HTTP/1.1 " + status + rest)
        self.transport.close()


class PatientProtocol(Patience, AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's own choice of protocol, with `Patience`."""


def allow_files(wanted: int = FILES) -> int:
    """Raise this process's limit of open files as far as the system lets us; the limit then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):  # macOS says infinity and means less
            return soft
        return wanted
    return wanted if soft == resource.RLIM_INFINITY else soft
