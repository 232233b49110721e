"""Fetching a reply from a public service that may be busy: patiently, and never without bounds."""

import time
from collections.abc import Callable, Mapping

import httpx

from directory.feed import ImportFault

Wait = Callable[[float], None]

_TRIES = 5
_LONGEST_WAIT = 60.0  # seconds
_LARGEST = 64 << 20  # bytes of one reply
_TIMEOUT = httpx.Timeout(60.0, connect=15.0)
_BUSY = {408, 425, 429, 500, 502, 503, 504}


def open_client() -> httpx.Client:
    agent = {"User-Agent": "care-navigator (directory import)"}
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=True, max_redirects=5, headers=agent)


def fetch(
    client: httpx.Client, url: str, params: Mapping[str, str], wait: Wait = time.sleep
) -> bytes:
    """The body of the reply. A service that is busy or out of reach is asked again, each time
    after a longer wait; then, or when it says no, this raises ImportFault."""
    trouble = ""
    for tried in range(_TRIES):
        if tried:
            wait(min(_LONGEST_WAIT, 2.0**tried))
        try:
            with client.stream("GET", url, params=params) as reply:
                if reply.status_code == 200:
                    return _body(reply)
                trouble = f"it answered with status {reply.status_code}"
                if reply.status_code not in _BUSY:
                    break
        except (httpx.TransportError, httpx.DecodingError) as fault:
            trouble = str(fault) or type(fault).__name__
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            trouble = str(fault) or type(fault).__name__
            break
    raise ImportFault(f"{url} can't be fetched: {trouble}. Nothing was changed.")


def _body(reply: httpx.Response) -> bytes:
    body = bytearray()
    for part in reply.iter_bytes():
        body += part
        if len(body) > _LARGEST:
            raise ImportFault(f"{reply.url} sends more than {_LARGEST >> 20} MB at once.")
    return bytes(body)
