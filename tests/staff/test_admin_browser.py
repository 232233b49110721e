"""The admin pages in a browser: axe finds nothing, nothing runs off, no policy is broken."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.staff.canned_store import add_reply
from bot.store.migrate import upgrade
from bot.store.tables import counts
from directory import reports, tables
from directory.database import open_engine as open_directory
from directory.migrate import upgrade as upgrade_directory
from tests.directory.making import a_provider, keep
from tests.staff.admin_site import TODAY, AdminSite

PAGES = ("counts", "hours", "replies", "listings", "audit")
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdminSite]:
    """Served, with something on every page."""
    folder = tmp_path_factory.mktemp("admin")
    url = f"sqlite:///{folder / 'staff.db'}"
    upgrade(url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = AdminSite(url, folder, public_url=f"http://127.0.0.1:{port}")
    _fill(site)
    config = uvicorn.Config(site.app, port=port, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield site
    server.should_exit = server.force_exit = True
    thread.join(10)


def _fill(site: AdminSite) -> None:
    names = {
        "conversations": 9,
        "messages": 61,
        "handoff.asked": 4,
        "handoff.waiting": 4,
        "handoff.answered": 3,
        "handoff.ended": 3,
        "answered.within_1": 1,
        "answered.within_5": 1,
        "answered.more": 1,
        "answered.seconds": 700,
        "crisis.referrals": 1,
        "refusals": 2,
    }
    with site.engine.begin() as connection:
        for ago in range(0, 60):
            for name, most in names.items():
                count = most * (ago * 7 % 5) // 3
                row = {"day": str(TODAY - timedelta(days=ago)), "clinic": "demo", "name": name}
                connection.execute(sa.insert(counts).values(**row, count=count))
    add_reply(site.engine, "demo", "en", "Insurance", "We take most plans.\nWhich one is yours?")
    add_reply(site.engine, "demo", "en", "Parking", "Parking is behind the house, and is free.")
    add_reply(site.engine, "demo", "es", "Seguro", "Aceptamos casi todos los planes.")
    upgrade_directory(site.directory_url)
    directory = open_directory(site.directory_url)
    keep(directory, *(a_provider(n, city="San Francisco") for n in (1, 2)))
    with directory.connect() as connection:
        first, second = connection.scalars(sa.select(tables.providers.c.id))
    for ago in (0, 1, 1):
        reports.report(directory, first, "number", on=date.today() - timedelta(days=ago))
    reports.report(directory, second, "payer", "aetna", on=date.today())
    directory.dispose()


@pytest.fixture
def opened(browser: Browser, site: AdminSite, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of an admin of every clinic. Ends in failure where the policy stopped something."""
    scheme, size = getattr(request, "param", ("light", "desktop"))
    cookies = site.signed_in("admin", ["*"]).cookies
    context = browser.new_context(
        viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", locale="en-US"
    )
    context.set_default_timeout(10_000)
    for name, value in cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": site.public_url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in SIZES]


@pytest.mark.parametrize("opened", LOOKS, indirect=True, ids=["-".join(look) for look in LOOKS])
@pytest.mark.parametrize("name", PAGES)
def test_r20_axe_finds_nothing_and_nothing_runs_off(
    opened: Page, site: AdminSite, name: str, request: pytest.FixtureRequest
) -> None:
    opened.goto(f"{site.public_url}/staff/admin/{name}")
    for details in opened.locator("details").all()[:2]:
        details.locator("summary").click()
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    if folder := _pictures(request):
        opened.screenshot(path=folder / f"{request.node.callspec.id}.png", full_page=True)
    found = Axe().run(opened)
    assert found.response["violations"] == [], found.generate_report()
    wide = opened.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


def _pictures(request: pytest.FixtureRequest) -> Path | None:
    """Where to put pictures of the pages: `pytest --basetemp=DIR` keeps them below DIR."""
    kept = request.config.getoption("basetemp")
    return request.getfixturevalue("tmp_path") if kept else None
