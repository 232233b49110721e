"""What people say is wrong in the directory, for the admin page. The directory is imported by the
first request and asked in a thread of its own, so that the staff pages start and go on without it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from directory.listings import Listing
    from directory.reports import Reported

log = logging.getLogger(__name__)
T = TypeVar("T")
How = Literal["fixed", "dismissed"]
PATIENCE = 10.0
"""Seconds that the directory may take."""
MOST = 200
"""Reported things shown at once, the most reported first."""


class ListingsAway(Exception):
    """The directory did not answer, or not in time."""


@dataclass(frozen=True)
class Doubted:
    """One thing that is said of a listing, and the listing as it is."""

    reported: Reported
    listing: Listing


class Listings:
    """The directory at ``url``. The coroutines raise `ListingsAway`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="listings")

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if "_engine" in vars(self):
            self._engine.dispose()

    async def doubted(self) -> list[Doubted]:
        """What is reported and not settled, the most reported first."""
        return await self._in_thread(self._doubted)

    async def settle(self, provider: int, what: str, payer: str | None, how: How) -> int:
        """Close what is reported of one thing; how many reports that were, 0: none is open."""
        return await self._in_thread(partial(self._settle, provider, what, payer, how))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.wait_for(loop.run_in_executor(self._pool, work), PATIENCE)
        except Exception as fault:
            log.error("the directory did not answer: %s", type(fault).__name__)
            raise ListingsAway from None

    # --- in the thread ------------------------------------------------------------------------

    def _doubted(self) -> list[Doubted]:
        from directory.listings import listings
        from directory.reports import open_reports

        reported = open_reports(self._engine)[:MOST]
        known = listings(self._engine, (one.provider_id for one in reported))
        there = (one for one in reported if one.provider_id in known)
        return [Doubted(one, known[one.provider_id]) for one in there]

    def _settle(self, provider: int, what: str, payer: str | None, how: How) -> int:
        from directory.reports import settle

        return settle(self._engine, provider, what, payer, how=how)

    @cached_property
    def _engine(self) -> Engine:
        from directory.database import open_engine

        return open_engine(self._url)
