"""The provider directory for programs: ``GET /api/providers``, and its OpenAPI document.

It is read only, open to any page and needs no token. The directory is imported by the first
request and asked in threads of its own, so that the chat starts and answers without it. Nothing
of what is asked reaches a log.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.document import load_document
from bot.channels.problems import Problem

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from bot.channels.rate import Rate

T = TypeVar("T")

AT_ONCE = 2
"""Searches that run at the same time."""
WAITING = 32
"""Searches that run or wait; more than these are told to come back."""
PATIENCE = 10.0
"""Seconds that a search may take, with its waiting."""

log = logging.getLogger(__name__)
_NO_STORE = {"Cache-Control": "no-store"}
_OPEN = [Middleware(CORSMiddleware, allow_origins=["*"], expose_headers=["Retry-After"])]


class DirectoryChannel:
    """Searches of the directory at ``url``; ``rate`` is the setting CARENAV_API_RATE."""

    def __init__(self, url: str, rate: str) -> None:
        self._url = url
        self._rate_setting = rate
        self._rate: Rate | None = None
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="directory")
        self._under_way = 0

    def routes(self) -> list[Route]:
        return [
            Route("/api/providers", self.providers, methods=["GET"], middleware=_OPEN),
            Route("/api/openapi.json", self.document, methods=["GET"], middleware=_OPEN),
        ]

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if "_engine" in vars(self):
            self._engine.dispose()

    # --- the calls ----------------------------------------------------------------------------

    async def providers(self, request: Request) -> Response:
        await self._check_rate(request.client.host if request.client else "")
        asked: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            asked.setdefault(name, []).append(value)
        found = await self._in_thread(partial(self._search, asked))
        return JSONResponse(found, headers=_NO_STORE)

    async def document(self, request: Request) -> Response:
        await self._check_rate(request.client.host if request.client else "")
        return JSONResponse(await self._in_thread(openapi), headers=_NO_STORE)

    # --- how they are kept from the chat's way ------------------------------------------------

    async def _check_rate(self, address: str) -> None:
        if self._rate is None:
            self._rate = await self._in_thread(self._load_rate)
        wait = self._rate.seconds_to_wait(address)
        if wait:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"too many requests from this address; the limit is {self._rate_setting}",
                Retry_After=str(math.ceil(wait)),
            )

    def _load_rate(self) -> Rate:
        from bot.channels.rate import Rate

        return Rate(self._rate_setting)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """What the work gives, unless there is too much of it or it fails. Raises `Problem`."""
        if self._under_way >= WAITING:
            raise _away()
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await asyncio.wait_for(loop.run_in_executor(self._pool, work), PATIENCE)
        except Problem:
            raise
        except Exception as fault:  # its text may hold what was asked
            log.error("the directory did not answer: %s", type(fault).__name__)
            raise _away() from None
        finally:
            self._under_way -= 1

    # --- in a thread --------------------------------------------------------------------------

    def _search(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        from directory.answer import answer
        from directory.ask import BadAsk, UnknownParameter, ask
        from directory.search import search

        try:
            query = ask(asked)
        except UnknownParameter as fault:
            raise Problem(HTTPStatus.BAD_REQUEST, str(fault), {"parameter": fault.field}) from None
        except BadAsk as fault:
            members = {"parameter": fault.field, "candidates": list(fault.candidates)}
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(fault), members) from None
        return answer(query, search(self._engine, query))

    @cached_property
    def _engine(self) -> Engine:
        from directory.database import open_engine

        return open_engine(self._url)


def _away() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "the directory does not answer now", Retry_After="5"
    )


@cache
def openapi() -> dict[str, Any]:
    """The document, with the ids that each parameter knows of as examples."""
    from directory.ask import TERMS, known

    document = load_document()
    for parameter in document["paths"]["/api/providers"]["get"]["parameters"]:
        if parameter["name"] in TERMS:
            parameter["schema"]["items"]["examples"] = known(parameter["name"])
    return document
