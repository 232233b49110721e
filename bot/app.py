"""The edge: one public ASGI service. It puts the parts together and holds no logic of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.body import BodyLimits
from bot.channels.clinics import ClinicsChannel
from bot.channels.directory import DirectoryChannel
from bot.channels.problems import Problem, http_problem, problem_response
from bot.channels.web import WebChannel
from bot.clearing import Clearing
from bot.clinics import EVERY, Clinic, ClinicBook
from bot.conversation import Ids
from bot.counting import Counts
from bot.desk import Desk
from bot.engine.client import EngineClient
from bot.handoff.desk import HandoffDesk
from bot.handoff.elsewhere import open_elsewhere
from bot.handoff.person import Reception
from bot.handoff.queue import Queue
from bot.handoff.steps import Steps
from bot.handoff.watch import Watch
from bot.hub import Hub
from bot.limits import ChatLimits
from bot.pages import page_routes
from bot.security import ClinicCors, SecurityHeaders
from bot.settings import PROJECT, Settings, load_settings
from bot.sheet.setup import open_sheets
from bot.sms.setup import open_sms
from bot.staff import admin_pages, answering, content_pages
from bot.staff import pages as staff_pages
from bot.staff.admin_common import Admin
from bot.staff.listings import Listings
from bot.staff.office import Office
from bot.staff.site import open_site
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.record import Record, StoreDown
from bot.tokens import Tokens
from bot.turn import Turn
from bot.widget.assets import load_assets, load_words
from guardrails.catalogue import load_catalogue
from guardrails.glossary import load_glossary
from guardrails.helplines import load_helplines
from guardrails.kept import CACHE
from guardrails.release import Releaser
from guardrails.screen import Screener, load_screener
from guardrails.substances import load_substances

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
    for noisy in ("alembic", "httpx", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    clinics = ClinicBook(settings.clinics, open_engine(settings.database_url))
    desk = _desk(settings, clinics, now, data)
    origin = _origin(settings.public_url)
    limits = ChatLimits(desk.turn, settings)
    copies = load_words(data / "content" / "export.yml")
    web = WebChannel(desk, Tokens(settings.token_secret), clinics, origin, limits, copies)
    directory = DirectoryChannel(settings.directory_url, settings.api_rate)
    shown = ClinicsChannel(clinics, origin, now)
    assets = load_assets(data / "content")
    elsewhere = open_elsewhere(desk.watch, clinics, settings, data / "content", now)
    sms = open_sms(desk, clinics, limits, settings, data / "content", elsewhere.bridge)
    pages = open_sheets(desk.turn, clinics, settings.public_url, data / "content")
    listings = Listings(settings.directory_url)
    admin = Admin(clinics, desk.counts, listings, desk.turn.releaser)
    staff = open_site(
        desk.turn.record,
        clinics,
        data / "content",
        public_url=settings.public_url,
        secret=settings.token_secret,
        now=now,
    )
    office = Office(
        staff, desk.watch.desk, clinics, desk.turn.releaser.helplines, desk.turn.hub, now
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        migrated = asyncio.create_task(_migrate(settings.database_url))
        tasks = [
            migrated,
            asyncio.create_task(desk.run()),
            asyncio.create_task(_follow(clinics)),
            asyncio.create_task(Clearing(desk.turn).run()),
            asyncio.create_task(desk.counts.run(desk.turn.record)),
            asyncio.create_task(elsewhere.run()),
            *(asyncio.create_task(_once(migrated, part)) for part in sms.work()),
            asyncio.create_task(_widen(desk.turn.screener, data)),
            asyncio.create_task(_count(limits)),
        ]
        yield
        for task in tasks:
            task.cancel()
        await elsewhere.stop()
        directory.close()
        listings.close()
        await desk.stop()
        await desk.counts.stop(desk.turn.record)
        await desk.turn.engine.aclose()

    app = Starlette(
        routes=[
            *web.routes(),
            *shown.routes(),
            *directory.routes(),
            *elsewhere.channel.routes(),
            *sms.routes,
            *pages.routes(),
            *answering.routes(office),
            *staff_pages.routes(),
            *admin_pages.routes(admin),
            *content_pages.routes(admin.releaser),
            *page_routes(assets, clinics),
            *_health(desk),
        ],
        middleware=[
            Middleware(SecurityHeaders, https=origin.startswith("https:")),
            Middleware(ClinicCors, clinics=clinics, own_origin=origin),
            Middleware(BodyLimits),
        ],
        exception_handlers={Problem: problem_response, HTTPException: http_problem},
        lifespan=lifespan,
    )
    app.state.limits = limits
    app.state.clinics = clinics
    app.state.handoffs = desk.watch.desk
    app.state.counts = desk.counts
    app.state.record = desk.turn.record
    app.state.hub = desk.turn.hub
    staff.install(app)
    return app


def _desk(
    settings: Settings, clinics: Mapping[str, Clinic], now: Callable[[], float], data: Path
) -> Desk:
    today = date.fromtimestamp(now())
    helplines = load_helplines(data / "content" / "helplines.yml", today)
    engine, sealer = open_engine(settings.database_url), Sealer(settings.encryption_keys)
    record, hub, ids = Record(Store(engine, sealer)), Hub(), Ids()
    counts = Counts(engine, clinics, now)
    steps = Steps(Queue(engine, sealer, ids), record, hub, now, counts)
    substances = load_substances(data / "guardrails")
    turn = Turn(
        screener=load_screener(data / "guardrails", nets=False),
        releaser=Releaser(
            load_catalogue(data / "content"),
            helplines,
            lambda: date.fromtimestamp(now()),
            load_glossary(data / "content" / "glossary.yml"),
        ),
        clinics=clinics,
        record=record,
        engine=EngineClient(settings.rasa_port, settings.engine_token),
        hub=hub,
        counts=counts,
        reception=Reception(steps, clinics, substances, now),
        now=now,
        patience=settings.engine_timeout,
        ids=ids,
    )
    handoffs = HandoffDesk(steps, turn, clinics, substances, now)
    return Desk(turn, Watch(handoffs, clinics, now), counts)


async def _follow(clinics: ClinicBook) -> None:
    """Take up what changes in the clinics' files and on the admin's pages."""
    while True:
        await asyncio.sleep(EVERY)
        await asyncio.to_thread(clinics.refresh)


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


async def _count(limits: ChatLimits) -> None:
    await asyncio.sleep(SETTLE)
    await limits.load()


async def _migrate(url: str) -> None:
    """Bring the tables up to date; while the database is away, try again and again."""
    while True:
        try:
            return await asyncio.to_thread(upgrade, url)
        except Exception as error:
            log.error("the database is not ready: %s", type(error).__name__)
            await asyncio.sleep(2)


async def _once(ready: asyncio.Task[None], work: Coroutine[Any, Any, None]) -> None:
    await ready
    await work


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


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
