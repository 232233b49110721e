"""Saying when the page can be opened and when the conversation is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from bot.settings import Settings

Say = Callable[[str, str], None]  # the part's name, one line

_POLL = 0.25  # seconds between questions whether a part answers


async def announce(settings: Settings, say: Say, fill: Callable[[], None] | None) -> None:
    """Ends when all parts answer. `fill` is called in a thread once the tables are there."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    address = f"http://{_in_url(host)}:{settings.port}"
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        while not (await _get(http, "/healthz"))[0]:
            await asyncio.sleep(_POLL)
        say("carenav", f"Open {settings.public_url} (Ctrl-C stops). The conversation is starting.")
        parts: dict[str, bool] = {}
        while not (parts and all(parts.values())):
            parts = (await _get(http, "/readyz"))[1]
            if fill is not None and parts.get("database"):
                await _filled(fill, say)
                fill = None
            await asyncio.sleep(_POLL)
    say("carenav", f"The conversation is ready: {settings.public_url}")


async def _filled(fill: Callable[[], None], say: Say) -> None:
    try:
        await asyncio.to_thread(fill)
    except Exception as fault:  # the conversation is worth having without a directory
        say("carenav", f"The directory of providers is not ready: {type(fault).__name__}: {fault}")


async def _get(http: httpx.AsyncClient, path: str) -> tuple[bool, dict[str, bool]]:
    """Whether the edge says yes, and the parts that it names."""
    try:
        response = await http.get(path)
    except httpx.HTTPError:
        return False, {}
    named = response.json() if "json" in response.headers.get("content-type", "") else {}
    return response.is_success, named


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
