"""A clinic's chat on other sites: who may frame it, who may call and read, and what is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from bot import app as edge_app
from bot.handoff.hours import save_hours
from bot.settings import load_settings
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from tests.bot.edge import KEY, FakeEngine

OWN = "https://chat.example.org"
ELM, OAK, EVIL = "https://elm.example", "https://oak.example:8443", "https://evil.example"
NOON = datetime(2026, 11, 20, 18, tzinfo=timezone.utc).timestamp()  # a Friday, in Chicago
CLINICS: dict[str, dict[str, Any]] = {
    "elm": {
        "name": "Elm Clinic",
        "origins": [ELM],
        "languages": ["en", "es"],
        "colours": {"accent": "#0c7c59"},
        "greeting": {"en": "Hello. How can we help?"},
        "hours": {"timezone": "America/Chicago", "weekly": {"friday": ["09:00-17:00"]}},
        "handoff": {"to": "staff"},
        "leave_url": "https://weather.example",
        "pages": {"/teens": {"topic": "child_psychiatrist"}},
    },
    "oak": {"name": "Oak Clinic", "origins": [OAK], "languages": ["es"]},
    "ash": {"name": "Ash Clinic", "origins": [], "languages": ["en"]},
}


class Site:
    """An edge with three clinics, and the hour as it pleases."""

    def __init__(self, folder: Path, url: str) -> None:
        self.now = NOON
        self.clinics = folder / "clinics"
        self.clinics.mkdir()
        for key, document in CLINICS.items():
            self.write(key, document)
        self.settings = load_settings(
            {
                "CARENAV_STATE_DIR": str(folder / "state"),
                "CARENAV_CLINICS": str(self.clinics),
                "CARENAV_PUBLIC_URL": url,
                "CARENAV_TOKEN_SECRET": "t" * 32,
                "CARENAV_ENGINE_TOKEN": "e" * 32,
                "CARENAV_ENCRYPTION_KEYS": KEY,
                "CARENAV_RASA_PORT": "1",
            }
        )
        upgrade(self.settings.database_url)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(edge_app, "EngineClient", lambda *_: FakeEngine())
            self.app = edge_app.create_app(self.settings, now=lambda: self.now)

    def write(self, key: str, document: dict[str, Any]) -> None:
        (self.clinics / f"{key}.yml").write_text(yaml.safe_dump({"country": "US", **document}))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"), OWN)


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    site.now = NOON
    with TestClient(site.app, base_url=OWN) as client:
        yield client


def ancestors(policy: str) -> list[str]:
    (found,) = (part for part in policy.split("; ") if part.startswith("frame-ancestors"))
    return found.split()[1:]


def begin(client: TestClient, clinic: str, origin: str | None) -> Any:
    headers = {"Origin": origin} if origin else {}
    return client.post("/api/chat/sessions", json={"clinic": clinic}, headers=headers)


# --- who may frame --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "framed_by"),
    [
        ("/chat/elm", ["'self'", ELM]),
        ("/chat/oak", ["'self'", OAK]),
        ("/chat/ash", ["'self'"]),
        ("/chat/nobody", ["'none'"]),
        ("/", ["'none'"]),
        ("/widget.js", ["'none'"]),
        ("/api/chat/clinics/elm", ["'none'"]),
        ("/healthz", ["'none'"]),
    ],
)
def test_only_a_clinics_own_sites_frame_its_chat_and_nothing_else(
    client: TestClient, path: str, framed_by: list[str]
) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert ancestors(policy) == framed_by
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_elsewhere_loads_the_script_and_the_api_and_no_other_file(
    client: TestClient,
) -> None:
    def who(path: str) -> str:
        return str(client.get(path).headers["cross-origin-resource-policy"])

    shared = ("/widget.js", "/api/chat/clinics/elm", "/api/chat/clinics/nobody")
    assert {who(path) for path in shared} == {"cross-origin"}
    own = ("/", "/page.css", "/chat.css", "/chat/elm", "/healthz", "/nothing")
    assert {who(path) for path in own} == {"same-origin"}


def test_every_answer_carries_the_headers_that_keep_it_to_itself(client: TestClient) -> None:
    for path in ("/", "/chat/elm", "/widget.js", "/api/chat/clinics/elm", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "set-cookie" not in headers


def test_without_https_no_browser_is_told_to_insist_on_it(tmp_path: Path) -> None:
    plain = Site(tmp_path, "http://127.0.0.1:8000")
    with TestClient(plain.app) as client:
        assert "strict-transport-security" not in client.get("/").headers


# --- who may call, and read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clinic", "origin", "status"),
    [
        ("elm", ELM, 201),
        ("elm", OWN, 201),
        ("elm", None, 201),
        ("oak", OAK, 201),
        ("elm", OAK, 403),
        ("elm", EVIL, 403),
        ("elm", "null", 403),
        ("oak", "https://oak.example", 403),  # another port is another site
        ("elm", "http://elm.example", 403),
        ("ash", ELM, 403),  # an empty list is nobody, not everybody
    ],
)
def test_a_chat_begins_on_the_clinics_own_sites_only(
    client: TestClient, clinic: str, origin: str | None, status: int
) -> None:
    answer = begin(client, clinic, origin)
    assert answer.status_code == status
    readable = answer.headers.get("access-control-allow-origin")
    assert readable == (origin if status == 201 and origin else None)
    assert origin is None or "Origin" in answer.headers["vary"]


def test_a_token_of_one_clinic_is_no_use_on_anothers_site(client: TestClient) -> None:
    token = begin(client, "elm", ELM).json()["token"]
    for origin, status in ((ELM, 200), (OAK, 403), (EVIL, 403)):
        answer = client.get(
            "/api/chat/messages", headers={"Origin": origin, "Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == status
        assert ("access-control-allow-origin" in answer.headers) == (status == 200)


def test_before_a_call_any_clinics_site_may_ask_and_no_other(client: TestClient) -> None:
    def asked(origin: str) -> Any:
        return client.options(
            "/api/chat/messages",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type",
            },
        )

    for origin in (ELM, OAK, OWN):
        assert asked(origin).headers["access-control-allow-origin"] == origin
    assert asked(EVIL).status_code == 400
    assert "access-control-allow-origin" not in asked(EVIL).headers


def test_a_site_that_a_clinic_adds_is_let_in_without_a_restart(tmp_path: Path) -> None:
    site = Site(tmp_path, OWN)
    with TestClient(site.app, base_url=OWN) as client:
        assert begin(client, "ash", EVIL).status_code == 403
        site.write("ash", {**CLINICS["ash"], "origins": ["https://evil.example"]})
        until = time.monotonic() + 20
        while begin(client, "ash", EVIL).status_code != 201:
            assert time.monotonic() < until, "the change was not taken up"
            time.sleep(0.1)
        assert ancestors(client.get("/chat/ash").headers["content-security-policy"]) == [
            "'self'",
            EVIL,
        ]


# --- what is told of a clinic ---------------------------------------------------------------------


def facts(client: TestClient, clinic: str = "elm", origin: str = ELM) -> Any:
    return client.get(f"/api/chat/clinics/{clinic}", headers={"Origin": origin})


def test_a_page_is_told_how_the_chat_looks_and_speaks(client: TestClient) -> None:
    assert facts(client).json() == {
        "key": "elm",
        "name": "Elm Clinic",
        "colours": {"accent": "#0c7c59", "on_accent": "#ffffff"},
        "languages": ["en", "es"],
        "greeting": {"en": "Hello. How can we help?"},
        "leave_url": "https://weather.example",
        "person": {"open": True, "opens_at": None},
    }
    assert facts(client, "oak", OAK).json()["person"] is None


def test_the_facts_are_for_the_clinics_own_sites(client: TestClient) -> None:
    assert facts(client).headers["access-control-allow-origin"] == ELM
    assert facts(client, origin=OAK).status_code == 403
    assert "access-control-allow-origin" not in facts(client, origin=OAK).headers
    assert facts(client, "nobody").status_code == 404


def test_when_closed_it_says_from_when_somebody_can_be_reached(
    client: TestClient, site: Site
) -> None:
    site.now = NOON + 8 * 3600
    assert facts(client).json()["person"] == {
        "open": False,
        "opens_at": "2026-11-27T15:00:00+00:00",
    }


def test_the_facts_are_kept_for_five_minutes_or_until_they_change(
    client: TestClient, site: Site
) -> None:
    assert facts(client).headers["cache-control"] == "public, max-age=300"
    assert "Origin" in facts(client).headers["vary"]
    site.now = NOON + 5 * 3600 - 60  # a minute before closing
    assert facts(client).headers["cache-control"] == "public, max-age=61"


def test_hours_that_an_admin_saves_count_at_once_when_the_book_is_refreshed(
    client: TestClient, site: Site
) -> None:
    engine = open_engine(site.settings.database_url)
    closed = {"timezone": "America/Chicago", "weekly": {}}
    save_hours(engine, "elm", closed, by="a", now=NOON)
    site.app.state.clinics.refresh()
    assert facts(client).json()["person"] == {"open": False, "opens_at": None}
    save_hours(engine, "elm", CLINICS["elm"]["hours"], by="a", now=NOON)
    site.app.state.clinics.refresh()
    assert facts(client).json()["person"] == {"open": True, "opens_at": None}


# --- the page that is nothing but the chat --------------------------------------------------------


def test_the_chat_page_is_the_clinics_in_its_language_and_on_its_topic(client: TestClient) -> None:
    page = client.get("/chat/elm?language=es&topic=emdr").text
    assert '<html lang="es">' in page
    assert "Elm Clinic" in page
    assert 'data-clinic="elm"' in page
    assert 'data-topic="emdr"' in page
    assert '<html lang="es">' in client.get("/chat/oak?language=en").text


def test_a_page_of_the_clinics_site_becomes_its_topic_and_is_not_written_out(
    client: TestClient,
) -> None:
    assert 'data-topic="child_psychiatrist"' in client.get("/chat/elm?page=/teens").text
    other = client.get("/chat/elm?page=/my-secret-page").text
    assert "data-topic" not in other
    assert "my-secret-page" not in other


def test_nothing_of_a_link_is_run_on_the_page(client: TestClient) -> None:
    evil = '"><script>alert(1)</script>'
    for name in ("language", "topic", "page"):
        page = client.get("/chat/elm", params={name: evil})
        assert page.status_code == 200
        assert "alert(1)" not in page.text


def test_a_mistyped_link_still_shows_what_this_is_and_the_help_lines(client: TestClient) -> None:
    page = client.get("/chat/nobody")
    assert page.status_code == 404
    assert "tel:988" in page.text


def test_the_script_comes_zipped_once_and_then_by_its_name(client: TestClient) -> None:
    first = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == first.text
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
