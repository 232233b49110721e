"""The admin pages in a browser: axe finds nothing, nothing runs off, no policy is broken."""

from __future__ import annotations

import re
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
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from bot.handoff.hours import hours_from, save_hours
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
    page.on("console", lambda said: errors.append(said.text) if _is_fault(said) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def _is_fault(said: ConsoleMessage) -> bool:
    """What the browser complains of, but for a form that was sent back to be mended."""
    return said.type == "error" and "422" not in said.text


LOOKS = list(zip(("light", "dark"), SIZES, strict=True))


@pytest.mark.parametrize("opened", LOOKS, indirect=True, ids=["-".join(look) for look in LOOKS])
@pytest.mark.parametrize("name", PAGES)
def test_r20_axe_finds_nothing_and_nothing_runs_off(
    opened: Page, site: AdminSite, name: str, request: pytest.FixtureRequest
) -> None:
    opened.goto(f"{site.public_url}/staff/admin/{name}")
    for details in opened.locator("details").all()[:2]:
        details.locator("summary").click()
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    looked_at(opened, request, request.node.callspec.id)


def looked_at(page: Page, request: pytest.FixtureRequest, name: str) -> None:
    """Axe finds nothing, nothing runs off; and a picture where they are kept."""
    if folder := _pictures(request):
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


@pytest.mark.parametrize("opened", LOOKS, indirect=True, ids=["-".join(look) for look in LOOKS])
def test_hours_are_typed_mended_and_kept(
    opened: Page, site: AdminSite, request: pytest.FixtureRequest
) -> None:
    opened.goto(f"{site.public_url}/staff/admin/hours?clinic=other")
    opened.get_by_label("From, Monday, line 2").fill("13:30")
    opened.get_by_label("Date, Holidays and other days, line 1").fill("2027-07-05")
    opened.keyboard.press("Enter")
    first = opened.get_by_label("To, Monday, line 2")
    expect(first).to_have_accessible_description("Give both times.")
    expect(opened.get_by_role("alert")).to_contain_text("Nothing was saved yet.")
    looked_at(opened, request, f"hours-wrong-{request.node.callspec.id}")
    opened.get_by_label("To, Monday, line 1").fill("12:00")
    first.fill("17:00")
    opened.get_by_role("button", name="Copy Monday to Tuesday–Friday").click()
    expect(opened.get_by_label("From, Friday, line 2")).to_have_value("13:30")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_role("status")).to_have_text("Saved.")
    # it is Friday, before dawn
    expect(opened.get_by_text("Closed now. Opens today at 9:00 am")).to_be_visible()
    expect(opened.get_by_label("From, Saturday, line 1")).to_have_value("")
    looked_at(opened, request, f"hours-kept-{request.node.callspec.id}")
    hours = hours_from({"timezone": "America/New_York", "weekly": {"monday": ["09:00-17:00"]}})
    save_hours(site.engine, "other", hours.document(), "test", 0)
    site.admin.clinics.refresh()


@pytest.mark.parametrize("opened", LOOKS, indirect=True, ids=["-".join(look) for look in LOOKS])
def test_a_reply_with_a_number_is_asked_about_and_a_deletion_too(
    opened: Page, site: AdminSite, request: pytest.FixtureRequest
) -> None:
    opened.goto(f"{site.public_url}/staff/admin/replies")
    opened.get_by_label("Short name").fill("x")
    opened.get_by_label("What it says").fill("Call me at 415-555-0142, {friend}.")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_label("What it says")).to_have_accessible_description(
        re.compile("Nothing fills {friend}")
    )
    opened.get_by_label("What it says").fill("Call me at 415-555-0142.")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_role("alert")).to_contain_text("415-555-0142")
    looked_at(opened, request, f"reply-wrong-{request.node.callspec.id}")
    opened.get_by_role("link", name=re.compile("Delete ?: Parking")).click()
    expect(opened.get_by_text("It cannot be undone.")).to_be_visible()
    looked_at(opened, request, f"reply-doomed-{request.node.callspec.id}")


def _pictures(request: pytest.FixtureRequest) -> Path | None:
    """Where to put pictures of the pages: `pytest --basetemp=DIR` keeps them below DIR."""
    kept = request.config.getoption("basetemp")
    return request.getfixturevalue("tmp_path") if kept else None
