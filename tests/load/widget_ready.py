"""How long a page waits for the chat's button: cold, on this machine. Printed, not asserted.

    python -m tests.load.widget_ready [loads]

Each load has a browser context of its own, so nothing is cached. The time runs from the start of
the navigation to the moment the button is on the page, by the browser's own clock.
"""

from __future__ import annotations

import statistics
import sys

from playwright.sync_api import Browser, sync_playwright

from tests.browser import ARGS, find_browser
from tests.widget.fake_edge import FakeEdge

WATCH = """() => new MutationObserver((_, watch) => {
  if (!document.querySelector('care-navigator')) return;
  document.shownAt = performance.now();
  watch.disconnect();
}).observe(document, { childList: true, subtree: true })"""


def ready(browser: Browser, url: str) -> float:
    """Milliseconds from navigation to the button."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(url)
    page.get_by_role("button", name="Ask the care guide").wait_for()
    shown: float = page.evaluate("() => document.shownAt")
    context.close()
    return shown


def widget_ready(loads: int = 20) -> str:
    """One line that tells the figures, or why there are none."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            return "the chat's button: not measured, there is no browser here"
        edge = FakeEdge()
        edge.start()
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        ready(browser, edge.url + "/host")  # the browser's own first page is not ours to measure
        times = [ready(browser, edge.url + "/host") for _ in range(loads)]
        browser.close()
        edge.kill()
    return (
        f"the chat's button, cold: {statistics.median(times):.0f} ms (median of {loads}, "
        f"slowest {max(times):.0f} ms); its script is {len(edge.assets.zipped):,} bytes, gzipped"
    )


if __name__ == "__main__":
    print(widget_ready(*map(int, sys.argv[1:])))  # noqa: T201
