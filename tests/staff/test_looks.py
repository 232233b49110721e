"""The pages in a real browser: axe finds nothing, nothing is cut off, they work by keyboard."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from bot.staff import content_pages
from bot.staff.passwords import hash_password
from bot.store.migrate import upgrade
from tests.staff.site import PASSWORD, Clock, Site
from tests.staff.test_content_page import RELEASER

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
SHOTS = os.environ.get("CARENAV_SHOTS")
"""A folder to look at the pages in."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Served on this machine, with an admin who has signed up and one who is invited."""
    url = f"sqlite:///{tmp_path_factory.mktemp('looks') / 'staff.db'}"
    upgrade(url)
    holder: list[Site] = []
    config = uvicorn.Config(_late(holder), port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    own, clock = f"http://127.0.0.1:{port}", Clock(time.time())
    routes = content_pages.routes(RELEASER)
    holder.append(Site(url, routes=routes, public_url=own, clock=clock))
    admin = holder[0].member("admin", ["*"])
    holder[0].staff.accounts.set_password(admin.id, hash_password(PASSWORD))
    holder[0].member("staff")
    yield holder[0]
    server.should_exit = True
    thread.join(10)


def _late(holder: list[Site]):  # type: ignore[no-untyped-def]
    """The site's app, which can be made only once the port is known."""

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await holder[0].app(scope, receive, send)

    return app


def look(page: Page, name: str) -> None:
    """Nothing for axe, nothing wider than the window; and a picture for who wants one."""
    size = page.viewport_size
    assert size
    if SHOTS:
        scheme = (
            "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else ""
        )
        path = Path(SHOTS) / f"{name}-{size['width']}{scheme}.png"
        page.screenshot(path=path, full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", PHONE), ("dark", DESKTOP)], ids=["light-phone", "dark-desktop"]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Chromium, site: Site, size: dict[str, int], scheme: str
) -> None:
    context = browser.new_context(
        base_url=site.public_url, viewport=size, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    faults: list[str] = []
    page.on("console", lambda said: said.type == "error" and faults.append(said.text))
    admin = site.staff.accounts.all()[0]
    waiting = site.staff.accounts.all()[1]

    page.goto("/staff/people")
    look(page, "login")
    page.get_by_label("E-mail").fill(admin.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "login-wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    look(page, "people")
    page.goto("/staff/people/new")
    page.get_by_label("E-mail").fill(admin.email)
    page.get_by_label("First name").fill("Rosa")
    page.get_by_role("textbox", name="Title").fill("nurse")
    page.get_by_label("Every clinic").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_label("E-mail")).to_be_focused()
    look(page, "people-new")
    page.goto(f"/staff/people/{waiting.id}")
    look(page, "people-one")
    page.get_by_role("button", name="Make a new link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    look(page, "people-link")
    page.goto("/staff/content?subject=culture")
    look(page, "content")
    page.goto("/staff/account")
    look(page, "account")
    page.goto("/staff/account/code")
    look(page, "account-code")
    page.goto(link)
    look(page, "invitation")
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same again").fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_label("New password")).to_be_focused()
    look(page, "invitation-wrong")
    page.goto("/staff/people/nobody")
    look(page, "problem")
    context.close()
    refused = "the server responded with a status of"
    assert [fault for fault in faults if refused not in fault] == []


def test_the_pages_fit_a_window_of_320_pixels(browser: Chromium, site: Site) -> None:
    context = browser.new_context(base_url=site.public_url, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto("/staff/login")
    admin = site.staff.accounts.all()[0]
    page.get_by_label("E-mail").fill(admin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)
    for path in ("/staff/people", "/staff/people/new", "/staff/account", "/staff/account/code"):
        page.goto(path)
        expect(page.get_by_role("main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    context.close()
