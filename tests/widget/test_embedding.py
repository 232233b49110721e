"""On somebody else's page: who may show it, and that neither spoils the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.widget.conftest import write
from tests.widget.fake_edge import ANSWER, HELLO, FakeEdge

pytestmark = pytest.mark.browser

LAUNCHER = "Ask the care guide"
STRICT = (
    "default-src 'none'; script-src {edge} 'strict-dynamic'; style-src 'self'; connect-src {edge}; "
    "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'"
)
HOSTILE = """
html { font-size: 62.5%; }
body { display: grid; gap: 100px; transform: none; }
* { all: unset !important; font-size: 40px !important; color: red !important;
    --own: red !important; --accent: red !important; visibility: hidden !important;
    position: static !important; opacity: 0.1 !important; float: left !important; }
button, textarea, dialog, section { display: none !important; }
care-navigator { display: none !important; width: 5px !important; transform: scale(3) !important; }
"""


@pytest.fixture
def clinic() -> Iterator[FakeEdge]:
    """The web site of a clinic, on an origin of its own; its own chat is not used."""
    site = FakeEdge()
    site.start()
    yield site
    site.kill()


@pytest.fixture
def console(page: Page) -> list[str]:
    lines: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text and "CORS" not in message.text:
            lines.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


def test_a_page_of_a_listed_origin_has_the_chat(
    page: Page, edge: FakeEdge, clinic: FakeEdge, console: list[str]
) -> None:
    edge.allowed = (clinic.url,)
    edge.kill()
    edge.start()
    page.goto(f"{clinic.url}/host?edge={edge.url}")
    page.get_by_role("button", name=LAUNCHER).click()
    write(page, "hello")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    assert clinic.asked == []
    assert console == []


def test_a_page_of_another_origin_shows_nothing_and_one_line_says_why(
    page: Page, edge: FakeEdge, clinic: FakeEdge, console: list[str]
) -> None:
    edge.allowed = ("https://example.org",)
    edge.kill()
    edge.start()
    with page.expect_console_message(lambda message: "docs/embedding.md" in message.text):
        page.goto(f"{clinic.url}/host?edge={edge.url}&data-open=")
    expect(page.locator("care-navigator")).to_have_count(0)
    (line,) = console
    assert f'"demo" does not list the origin {clinic.url}' in line
    assert edge.sessions == []


def test_an_unknown_key_shows_nothing_and_one_line_says_why(
    page: Page, edge: FakeEdge, console: list[str]
) -> None:
    with page.expect_console_message(lambda message: "docs/embedding.md" in message.text):
        page.goto(edge.url + "/host?data-clinic=nowhere&data-open=")
    expect(page.locator("care-navigator")).to_have_count(0)
    (line,) = console
    assert 'no clinic has the key "nowhere"' in line


def test_a_policy_that_keeps_it_from_its_server_shows_nothing_and_one_line_says_why(
    page: Page, edge: FakeEdge, clinic: FakeEdge, console: list[str]
) -> None:
    clinic.policy = f"default-src 'self'; script-src {edge.url}"
    with page.expect_console_message(lambda message: "docs/embedding.md" in message.text):
        page.goto(f"{clinic.url}/host?edge={edge.url}")
    expect(page.locator("care-navigator")).to_have_count(0)
    (line,) = [line for line in console if "Care Navigator" in line]
    assert "Content-Security-Policy" in line
    assert "connect-src" in line


def test_a_clinic_that_ends_meanwhile_takes_the_chat_away(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host")
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_visible()
    edge.refuse_sends, edge.refuse_with, edge.refuse_about = 9, 404, "sessions"
    with page.expect_console_message(lambda message: "docs/embedding.md" in message.text):
        page.get_by_role("button", name=LAUNCHER).click()
    expect(page.locator("care-navigator")).to_have_count(0)


def test_while_the_server_is_away_it_shows_the_help_lines(page: Page, edge: FakeEdge) -> None:
    page.route("**/api/**", lambda route: route.abort())
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.locator(".help").get_by_role("link", name="Call 988")).to_be_visible()


def test_the_strictest_policy_breaks_nothing(
    page: Page, edge: FakeEdge, clinic: FakeEdge, console: list[str]
) -> None:
    clinic.policy = STRICT.replace("{edge}", edge.url).replace(" 'strict-dynamic'", "")
    page.goto(f"{clinic.url}/host?edge={edge.url}")
    page.get_by_role("button", name=LAUNCHER).click()
    write(page, "hello")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="A+").click()
    with page.expect_download():
        page.get_by_role("button", name="Save this chat as a file").click()
    assert console == []


def test_a_nonce_and_strict_dynamic_are_enough(
    page: Page, edge: FakeEdge, clinic: FakeEdge, console: list[str]
) -> None:
    clinic.policy = STRICT.replace("{edge}", edge.url, 2).replace(edge.url, "'nonce-abc'", 1)
    page.goto(f"{clinic.url}/host?edge={edge.url}&nonce=abc")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert console == []


def test_it_leaves_no_global_and_no_style_behind(
    page: Page, edge: FakeEdge, console: list[str]
) -> None:
    page.add_init_script("window.before = new Set(Object.getOwnPropertyNames(window))")
    page.goto(edge.url + "/host")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    added = "() => Object.getOwnPropertyNames(window).filter(name => !window.before.has(name))"
    assert page.evaluate(added) == ["before"]
    assert page.evaluate("() => document.adoptedStyleSheets.length") == 0
    assert page.evaluate("() => document.querySelectorAll('[style], style').length") == 0
    assert page.title() == "A clinic"
    assert console == []


MEASURE = """() => {
  const root = document.querySelector('care-navigator').shadowRoot;
  return ['.launcher', '.panel', '.bubble', 'textarea', '.send', 'h2', '.help a'].map((name) => {
    const node = root.querySelector(name);
    const { x, y, width, height } = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    const looks = ['fontSize', 'color', 'backgroundColor', 'display', 'visibility', 'opacity'];
    return [name, x, y, width, height, ...looks.map((look) => style[look])];
  });
}"""


def test_the_styles_of_a_hostile_page_change_nothing_of_it(page: Page, edge: FakeEdge) -> None:
    looks = []
    for style in ("", HOSTILE):
        edge.host_style = style
        page.goto(edge.url + "/host?data-open=")
        expect(page.get_by_text(HELLO)).to_be_visible()
        page.evaluate("() => document.fonts.ready")
        looks.append(page.evaluate(MEASURE))
    assert looks[1] == looks[0]


SHIFTS = """() => {
  const moved = [];
  new PerformanceObserver((list) => list.getEntries().forEach((shift) => {
    if (!shift.hadRecentInput) moved.push(shift.value);
  })).observe({ type: 'layout-shift', buffered: true });
  document.moved = () => moved;
}"""


def test_nothing_of_the_page_moves(page: Page, edge: FakeEdge) -> None:
    page.add_init_script(f"({SHIFTS})()")
    edge.host_style = "body { display: flex; flex-direction: column; gap: 50px; min-height: 100vh }"
    page.goto(edge.url + "/host")
    before = page.evaluate("() => [document.body.scrollWidth, document.body.scrollHeight]")
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)  # shifts within 500 ms of input are the person's own
    edge.say("Unread.")
    expect(page.get_by_role("button", name=LAUNCHER)).to_contain_text("1 new message")
    page.wait_for_timeout(100)
    assert page.evaluate("() => document.moved()") == []
    after = page.evaluate("() => [document.body.scrollWidth, document.body.scrollHeight]")
    assert after == before


def test_it_wears_the_clinics_colours_and_says_its_greeting(page: Page, edge: FakeEdge) -> None:
    edge.clinic["colours"] = {"accent": "#6b1d5c", "on_accent": "#ffffff"}
    edge.clinic["greeting"] = {"en": "Welcome to Riverside.", "es": "Le damos la bienvenida."}
    page.goto(edge.url + "/host")
    launcher = page.get_by_role("button", name=LAUNCHER)
    expect(launcher).to_have_css("background-color", "rgb(107, 29, 92)")
    launcher.click()
    expect(page.get_by_role("heading", name="Riverside Clinic")).to_be_visible()
    expect(page.locator("header")).to_have_css("background-color", "rgb(107, 29, 92)")
    expect(page.get_by_role("log").get_by_text("Welcome to Riverside.")).to_be_visible()
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("log").get_by_text("Le damos la bienvenida.")).to_be_visible()


def test_it_knows_what_the_page_is_about(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host?data-topic=psychiatrist&data-page=https://example.org/meds")
    page.get_by_role("button", name="Ask about this page").click()
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert edge.sessions[0] == {
        "clinic": "demo",
        "language": "en",
        "page": "https://example.org/meds",
        "topic": "psychiatrist",
    }
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_visible()


def test_it_stands_left_where_the_page_asks_for_that(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host?data-position=left")
    launcher = page.get_by_role("button", name=LAUNCHER)
    box = launcher.bounding_box()
    assert box
    assert box["x"] == 20
    launcher.click()
    panel = page.get_by_role("dialog").bounding_box()
    assert panel
    assert panel["x"] == 20


def test_a_tag_given_twice_is_one_chat(page: Page, edge: FakeEdge) -> None:
    page.goto(edge.url + "/host")
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_visible()
    page.evaluate(
        "src => new Promise(done => { const tag = document.createElement('script');"
        " tag.src = src; tag.onload = done; document.body.append(tag) })",
        edge.url + "/widget.js",
    )
    page.wait_for_timeout(200)
    expect(page.locator("care-navigator")).to_have_count(1)


def test_the_page_of_a_chat_alone_is_filled_by_it(
    page: Page, edge: FakeEdge, console: list[str]
) -> None:
    page.goto(edge.url + "/chat/demo")
    expect(page.get_by_text(HELLO)).to_be_visible()
    assert page.title() == "Care guide: Riverside Clinic"
    assert page.get_by_role("dialog").bounding_box() == {
        "x": 0,
        "y": 0,
        "width": 1280,
        "height": 800,
    }
    expect(page.get_by_role("button", name="Close chat")).to_have_count(0)
    expect(page.get_by_role("button", name=LAUNCHER)).to_have_count(0)
    page.keyboard.press("Escape")
    write(page, "hello")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    assert console == []


def test_in_a_frame_it_works_and_leaving_takes_the_whole_window(
    page: Page, edge: FakeEdge, clinic: FakeEdge
) -> None:
    neutral = edge.url + "/page.css"  # stands for the neutral page: here no other host answers
    page.route("https://**", lambda route: route.fulfill(status=302, headers={"Location": neutral}))
    page.goto(clinic.url + "/page.css")
    page.set_content(f'<h1>A clinic</h1><iframe src="{edge.url}/chat/demo" width=400 height=600>')
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your message").fill("hello")
    frame.get_by_label("Your message").press("Enter")
    expect(frame.get_by_text(ANSWER)).to_be_visible()
    frame.get_by_role("button", name="Leave quickly").click()
    expect(page.get_by_role("heading", name="A clinic")).to_have_count(0)
