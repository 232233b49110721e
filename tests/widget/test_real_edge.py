"""The chat before the real edge, on other origins: who may show it, and who may frame it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from bot.app import create_app
from bot.settings import load_settings
from tests.bot.edge import KEY
from tests.widget.fake_edge import FakeEdge

pytestmark = pytest.mark.browser

CLINIC = """
name: Elm Clinic
country: US
state: TX
languages: [en, es]
colours: {{accent: "#ba32a0"}}
greeting: {{en: Welcome to Elm., es: Le damos la bienvenida a Elm.}}
origins: ["{origin}"]
retention_days: 30
"""
SAYS = "does not list the origin"


@pytest.fixture(scope="module")
def friend() -> Iterator[FakeEdge]:
    """A web site that the clinic lists; only its pages are used."""
    site = FakeEdge()
    site.start()
    yield site
    site.kill()


@pytest.fixture(scope="module")
def stranger() -> Iterator[FakeEdge]:
    """A web site that it does not list."""
    site = FakeEdge()
    site.start()
    yield site
    site.kill()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, friend: FakeEdge) -> Iterator[str]:
    """The address of a real edge whose Rasa is not there."""
    folder: Path = tmp_path_factory.mktemp("edge")
    (folder / "clinics").mkdir()
    clinic = CLINIC.format(origin=friend.url.replace("127.0.0.1", "localhost"))
    (folder / "clinics" / "elm.yml").write_text(clinic, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = load_settings(
        {
            "CARENAV_STATE_DIR": str(folder),
            "CARENAV_CLINICS": str(folder / "clinics"),
            "CARENAV_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "CARENAV_TOKEN_SECRET": "t" * 32,
            "CARENAV_ENGINE_TOKEN": "e" * 32,
            "CARENAV_ENCRYPTION_KEYS": KEY,
            "CARENAV_RASA_PORT": "1",
        }
    )
    config = uvicorn.Config(create_app(settings), port=port, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def site(friend: FakeEdge, service: str) -> str:
    """The listed site, allowed by its own policy to reach the service."""
    friend.policy = f"default-src 'self'; script-src {service}; connect-src {service}"
    friend.policy += f"; frame-src {service}"
    return friend.url.replace("127.0.0.1", "localhost")


def test_a_listed_site_shows_it_and_it_answers(page: Page, site: str, service: str) -> None:
    page.goto(f"{site}/host?edge={service}&data-clinic=elm")
    launcher = page.get_by_role("button", name="Ask the care guide")
    expect(launcher).to_have_css("background-color", "rgb(186, 50, 160)")
    launcher.click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("Welcome to Elm.")
    expect(log.locator(".message.bot").first).to_contain_text("not a person")
    page.get_by_label("Your message").fill("i want to kill myself")
    page.keyboard.press("Enter")
    expect(log.locator("a[href='tel:988']").first).to_be_visible()
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_label("Su mensaje")).to_be_visible()
    expect(page.locator(".help")).to_contain_text("No es para emergencias")


def test_another_site_shows_nothing(page: Page, stranger: FakeEdge, service: str) -> None:
    with page.expect_console_message(lambda line: SAYS in line.text):
        page.goto(f"{stranger.url}/host?edge={service}&data-clinic=elm&data-open=")
    expect(page.locator("care-navigator")).to_have_count(0)


def test_an_unknown_clinic_shows_nothing(page: Page, site: str, service: str) -> None:
    with page.expect_console_message(lambda line: "no clinic has the key" in line.text):
        page.goto(f"{site}/host?edge={service}&data-clinic=oak&data-open=")
    expect(page.locator("care-navigator")).to_have_count(0)


def frame(page: Page, site: str, service: str) -> None:
    page.goto(site + "/host?data-clinic=nowhere")
    page.evaluate(
        "src => { const frame = document.createElement('iframe'); frame.src = src;"
        " frame.width = 400; frame.height = 600; document.body.append(frame) }",
        f"{service}/chat/elm?language=es",
    )


def test_a_listed_site_may_frame_the_chat(page: Page, site: str, service: str) -> None:
    frame(page, site, service)
    inside = page.frame_locator("iframe")
    expect(inside.get_by_label("Su mensaje")).to_be_visible()
    expect(inside.get_by_role("log")).to_contain_text("Le damos la bienvenida a Elm.")


def test_another_site_may_not(page: Page, stranger: FakeEdge, service: str) -> None:
    stranger.policy = f"default-src 'self' {service}"
    with page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        frame(page, stranger.url, service)
    expect(page.frame_locator("iframe").get_by_label("Su mensaje")).to_have_count(0)


def test_the_plain_link_is_the_chat_alone(page: Page, service: str) -> None:
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text))
    page.goto(service + "/chat/elm")
    expect(page.get_by_label("Your message")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("Welcome to Elm.")
    assert page.title() == "Care guide: Elm Clinic"
    assert faults == []
