"""The stand-in's API on a port of this machine, beside whatever else the event loop does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def served(app: Any, port: int) -> AsyncIterator[None]:
    """The ASGI app at 127.0.0.1 for the block. Raises `OSError` when the port is taken."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, ws="none", lifespan="off"
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])  # `serve` would take Ctrl-C for itself
        running = asyncio.create_task(server.main_loop())
        try:
            yield
        finally:
            server.should_exit = True
            await running
            await server.shutdown(sockets=[listening])
