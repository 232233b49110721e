"""Work that is done again and again for as long as the process lives, whatever goes wrong in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.store.record import StoreDown

log = logging.getLogger(__name__)


async def rounds(work: Callable[[], Awaitable[object]], every: float, what: str) -> None:
    """``every`` are the seconds between two. A database that is away is waited for; any other
    fault is logged as one of ``what``."""
    while True:
        try:
            await work()
        except StoreDown:
            pass
        except Exception:
            log.exception("%s failed", what)
        await asyncio.sleep(every)
