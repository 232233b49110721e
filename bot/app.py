"""The edge: one public ASGI service. It puts the parts together and holds no logic of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.directory import DirectoryChannel
from bot.channels.problems import Problem, problem_response
from bot.channels.web import WebChannel
from bot.clinics import Clinic, load_clinics
from bot.desk import Desk
from bot.engine.client import EngineClient
from bot.hub import Hub
from bot.security import SecurityHeaders
from bot.settings import PROJECT, Settings, load_settings
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.record import Record, StoreDown
from bot.tokens import Tokens
from bot.turn import Turn
from bot.widget.assets import Assets, load_assets
from bot.widget.serving import script_response
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.kept import CACHE
from guardrails.release import Releaser
from guardrails.screen import Screener, load_screener

log = logging.getLogger(__name__)
DATA = PROJECT / "data"
SETTLE = 1.0
"""Seconds in which a starting edge does nothing but answer."""


def create_app(
    settings: Settings | None = None,
    *,
    now: Callable[[], float] = time.time,
    data: Path = DATA,
) -> Starlette:
    """The whole edge. Reads all content first and raises its errors; contacts nothing yet."""
    settings = settings or load_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(message)s")
    for noisy in ("alembic", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    clinics = load_clinics(settings.clinics)
    desk = _desk(settings, clinics, now, data)
    origin = _origin(settings.public_url)
    web = WebChannel(desk, Tokens(settings.token_secret), clinics, origin)
    directory = DirectoryChannel(settings.directory_url, settings.api_rate)
    assets = load_assets(data / "content")
    allowed = sorted({o for clinic in clinics.values() for o in clinic.origins} | {origin})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(_migrate(settings.database_url)),
            asyncio.create_task(desk.run()),
            asyncio.create_task(_widen(desk.turn.screener, data)),
        ]
        yield
        for task in tasks:
            task.cancel()
        directory.close()
        await desk.stop()
        await desk.turn.engine.aclose()

    return Starlette(
        routes=[*web.routes(), *directory.routes(), *_pages(assets), *_health(desk)],
        middleware=[
            Middleware(SecurityHeaders, ancestors=allowed),
            Middleware(
                CORSMiddleware,
                allow_origins=allowed,
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
                max_age=600,
            ),
        ],
        exception_handlers={Problem: problem_response},
        lifespan=lifespan,
    )


def _desk(
    settings: Settings, clinics: Mapping[str, Clinic], now: Callable[[], float], data: Path
) -> Desk:
    today = date.fromtimestamp(now())
    helplines = load_helplines(data / "content" / "helplines.yml", today)
    turn = Turn(
        screener=load_screener(data / "guardrails", nets=False),
        releaser=Releaser(
            load_catalogue(data / "content"), helplines, lambda: date.fromtimestamp(now())
        ),
        clinics=clinics,
        record=Record(Store(open_engine(settings.database_url), Sealer(settings.encryption_keys))),
        engine=EngineClient(settings.rasa_port, settings.engine_token),
        hub=Hub(),
        now=now,
        patience=settings.engine_timeout,
    )
    return Desk(turn)


async def _widen(screener: Screener, data: Path) -> None:
    """Give the screener its nets. Learning them takes seconds, and crisis messages don't wait."""
    await asyncio.sleep(SETTLE)
    from guardrails.net import load_nets  # numbers in bulk: a start need not wait for them

    try:
        screener.nets = await asyncio.to_thread(
            load_nets, screener.books, CACHE, data / "guardrails"
        )
    except Exception as error:
        log.error("screening goes on with the rules alone: %s", type(error).__name__)


async def _migrate(url: str) -> None:
    """Bring the tables up to date; while the database is away, try again and again."""
    while True:
        try:
            return await asyncio.to_thread(upgrade, url)
        except Exception as error:
            log.error("the database is not ready: %s", type(error).__name__)
            await asyncio.sleep(2)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _pages(assets: Assets) -> list[Route]:
    cached = {"Cache-Control": "public, max-age=300"}

    async def page(request: Request) -> Response:
        language = request.query_params.get("language", "")
        return Response(assets.pages.get(language, assets.pages["en"]), media_type="text/html")

    async def style(_request: Request) -> Response:
        return Response(assets.style, media_type="text/css", headers=cached)

    async def chat_style(_request: Request) -> Response:
        return Response(assets.chat_style, media_type="text/css", headers=cached)

    async def script(request: Request) -> Response:
        return script_response(request, assets, cached)

    return [
        Route("/", page),
        Route("/page.css", style),
        Route("/chat.css", chat_style),
        Route("/widget.js", script),
    ]


def _health(desk: Desk) -> list[Route]:
    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        parts = await _parts(desk)
        status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse(parts, status)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]


async def _parts(desk: Desk) -> dict[str, bool]:
    """Each part by name, and whether it answers."""
    record = desk.turn.record

    async def database() -> bool:
        try:
            await record.call(record.store.ping, limit=2)
        except StoreDown:
            return False
        return True

    stored, engine = await asyncio.gather(database(), desk.turn.engine.ready())
    return {"database": stored, "engine": engine}
