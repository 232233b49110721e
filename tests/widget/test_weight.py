"""What is served: its words, its size, and that it is served well."""

from __future__ import annotations

import gzip
import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.widget.assets import HERE, PARTS, load_assets, load_words
from bot.widget.serving import script_response
from tests.widget.fake_edge import CONTENT

LARGEST = 20 * 1024
"""Bytes of the script as it travels, with both languages and the style sheet in it."""
BUILT = {"from_bot", "from_person", "from_system", "help_call_href", "help_text_href"} | {
    "help_emergency_href",
    *(f"{key}_{part}" for key in ("stop", "take_back", "end") for part in ("sure", "yes")),
    *(f"{key}_sure" for key in ("start_over", "erase", "leave_erase")),
    *("expired", "erased", "elsewhere", "failed"),
}
"""Words whose keys the script puts together."""


def test_every_word_it_uses_exists_and_none_is_left_over() -> None:
    parts = (*PARTS, "widget")
    scripts = "".join((HERE / f"{name}.js").read_text("utf-8") for name in parts)
    known = set(load_words(CONTENT / "widget.yml").by_language["en"])
    used = set(re.findall(r"\bwords\.([a-z_]+)", scripts))
    assert used <= known
    quoted = {key for key in known if f'"{key}"' in scripts}
    assert known - used - quoted - BUILT == set()
    assert known >= BUILT


def test_the_script_with_its_words_and_style_is_small() -> None:
    assets = load_assets(CONTENT)
    assert len(assets.zipped) <= LARGEST
    assert gzip.decompress(assets.zipped) == assets.script


def test_the_same_script_has_the_same_name_and_another_one_another() -> None:
    one, other = load_assets(CONTENT), load_assets(CONTENT)
    assert (one.etag, one.zipped) == (other.etag, other.zipped)
    assert re.fullmatch(r'"[0-9a-f]{32}"', one.etag)


@pytest.fixture(scope="module")
def client() -> TestClient:
    assets = load_assets(CONTENT)
    route = Route("/widget.js", lambda request: script_response(request, assets, {"X-Own": "kept"}))
    return TestClient(Starlette(routes=[route]))


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, br", None),
        ("identity", None),
        ("", None),
    ],
)
def test_it_travels_small_to_who_can_read_that(
    client: TestClient, accepts: str, coding: str | None
) -> None:
    sent = client.get("/widget.js", headers={"Accept-Encoding": accepts})
    assert sent.headers.get("content-encoding") == coding
    assert sent.content == load_assets(CONTENT).script
    assert sent.headers["content-type"].startswith("text/javascript")
    assert sent.headers["vary"] == "Accept-Encoding"
    assert sent.headers["x-own"] == "kept"


def test_who_has_it_does_not_get_it_again(client: TestClient) -> None:
    etag = client.get("/widget.js").headers["etag"]
    for known in (etag, f'"other", W/{etag}'):
        again = client.get("/widget.js", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get("/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_clinics_page_keeps_its_name_and_topic_as_text() -> None:
    page = load_assets(CONTENT).chat("es", "riverside", "A & <b>B</b>", 'x" onload="y').decode()
    assert '<html lang="es">' in page
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in page
    assert 'data-topic="x&#34; onload=&#34;y"' in page


@pytest.mark.parametrize("language", ["fr", ""])
def test_a_language_it_does_not_have_is_english(language: str) -> None:
    assert b'<html lang="en">' in load_assets(CONTENT).chat(language, "riverside", "Riverside")
