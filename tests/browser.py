"""A real browser for the tests that need one: Playwright's own Chromium, else the system's.

Import the `browser` fixture in a conftest. Without any browser: a failure where ``CI`` is set,
elsewhere one loud skip. The fixture ends with its module, since Playwright keeps an event loop
running and the other modules' async tests need theirs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.missing import missing

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SYSTEM = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "No browser for the browser tests. Get one: `playwright install chromium`, "
    "or your system's package `chromium`."
)


def find_browser(playwright: Playwright) -> str | None:
    """Where a Chromium is, or None."""
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    return next(filter(None, map(shutil.which, SYSTEM)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            missing(MISSING)
        chromium = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield chromium
        chromium.close()
