"""Who may come in, what is refused, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.staff.guard import COOKIE, local, staff_route, still_in
from bot.staff.sessions import IDLE, LONGEST, csrf_token
from bot.store.migrate import upgrade
from tests.staff.site import Browser, Site

FORM = "application/x-www-form-urlencoded"


async def who(request: Request) -> Response:
    return PlainTextResponse(f"{request.state.member.name} {sorted(request.state.member.clinics)}")


async def said(request: Request) -> Response:
    return PlainTextResponse(" ".join(request.state.form.getlist("word")))


async def lasts(request: Request) -> Response:
    return PlainTextResponse(str(await still_in(request)))


async def missing(_request: Request) -> Response:
    raise HTTPException(404)


ROUTES = [
    staff_route("/staff/see", who),
    staff_route("/staff/see/post", said, methods=["POST"]),
    staff_route("/staff/answer", who, needs="answer"),
    staff_route("/staff/answer/post", said, methods=["POST"], needs="answer"),
    staff_route("/staff/administer", who, needs="administer"),
    staff_route("/staff/administer/post", said, methods=["POST", "DELETE"], needs="administer"),
    staff_route("/staff/self/post", said, methods=["POST"], needs="self"),
    staff_route("/staff/quiet", lasts, quiet=True),
    staff_route("/staff/missing", missing),
]


@pytest.fixture
def db(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'staff.db'}"
    upgrade(url)
    return url


@pytest.fixture
def site(db: str) -> Site:
    return Site(db, routes=ROUTES)


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(site: Site) -> None:
    answer = site.browser().get("/staff/see?state=waiting")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/staff/login?next=%2Fstaff%2Fsee%3Fstate%3Dwaiting"


def test_a_cookie_that_is_no_session_is_nobody(site: Site) -> None:
    browser = site.browser()
    browser.cookies.set("__Host-carenav-staff", "made-up")
    assert browser.get("/staff/see").status_code == 303


def test_a_member_comes_in(site: Site) -> None:
    browser = site.signed_in("staff", ["demo", "north"])
    assert browser.get("/staff/see").text == "Ana1 ['demo', 'north']"


@pytest.mark.parametrize(
    ("role", "open_to"),
    [
        ("staff", {"GET see", "POST see", "GET answer", "POST answer", "POST self"}),
        (
            "admin",
            {
                "GET see",
                "POST see",
                "GET answer",
                "POST answer",
                "GET administer",
                "POST administer",
                "POST self",
            },
        ),
        ("auditor", {"GET see", "GET answer", "GET administer", "POST self"}),
    ],
)
def test_each_role_does_its_own_and_an_auditor_changes_nothing(
    site: Site, role: str, open_to: set[str]
) -> None:
    browser = site.signed_in(role)
    asked = {f"GET {needs}": browser.get(f"/staff/{needs}") for needs in ("see", "answer")}
    asked["GET administer"] = browser.get("/staff/administer")
    for needs in ("see", "answer", "administer", "self"):
        asked[f"POST {needs}"] = browser.post(f"/staff/{needs}/post")
    assert {name for name, answer in asked.items() if answer.status_code == 200} == open_to
    assert {a.status_code for a in asked.values()} <= {200, 403}


# --- forms -----------------------------------------------------------------------------------


def test_a_form_of_ours_is_read(site: Site) -> None:
    browser = site.signed_in()
    answer = browser.post("/staff/see/post", {"word": ["señal", "b&c"]})
    assert answer.text == "señal b&c"


def test_the_token_may_come_in_a_header(site: Site) -> None:
    browser = site.signed_in()
    header = {"X-CSRF-Token": csrf_token(browser.token)}
    assert browser.post("/staff/see/post", {"csrf": ""}, headers=header).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "ñ"])
def test_a_form_without_the_sessions_token_is_refused(site: Site, token: str) -> None:
    answer = site.signed_in().post("/staff/see/post", {"csrf": token})
    assert answer.status_code == 403
    assert "That was not sent" in answer.text


def test_a_token_of_another_session_is_refused(site: Site) -> None:
    other = site.signed_in()
    answer = site.signed_in().post("/staff/see/post", {"csrf": csrf_token(other.token)})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Origin": "https://chat.example.org.evil.example"},
        {"Origin": "https://chat.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://chat.example.org", "Sec-Fetch-Site": "same-site"},
        {"Origin": "https://chat.example.org", "Sec-Fetch-Site": "none"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_a_form_from_elsewhere_is_refused_even_with_the_token(
    site: Site, headers: dict[str, str]
) -> None:
    assert site.signed_in().post("/staff/see/post", headers=headers).status_code == 403


def test_a_form_that_does_not_say_where_it_comes_from_is_refused(site: Site) -> None:
    browser = site.signed_in()
    body = {"csrf": csrf_token(browser.token)}
    assert browser.request("POST", "/staff/see/post", data=body).status_code == 403


def test_sec_fetch_site_alone_is_enough(site: Site) -> None:
    browser = site.signed_in()
    body = {"csrf": csrf_token(browser.token)}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = browser.request("POST", "/staff/see/post", data=body, headers=headers)
    assert answer.status_code == 200


def test_delete_is_guarded_like_post(site: Site) -> None:
    browser = site.signed_in("admin")
    ours = {"Origin": site.public_url}
    token = {"X-CSRF-Token": csrf_token(browser.token)}
    path = "/staff/administer/post"
    assert browser.delete(path, headers={**ours, **token}).status_code == 200
    assert browser.delete(path, headers=ours).status_code == 403
    assert browser.delete(path, headers=token).status_code == 403


def test_other_bodies_than_forms_are_not_read_and_huge_ones_are_refused(site: Site) -> None:
    browser = site.signed_in()
    headers = {"Origin": site.public_url, "X-CSRF-Token": csrf_token(browser.token)}
    path = "/staff/see/post"
    answer = browser.request("POST", path, json={"word": "a"}, headers=headers)
    assert (answer.status_code, answer.text) == (200, "")
    answer = browser.request(
        "POST", path, content=b"\xff\xfe=%zz", headers={**headers, "Content-Type": FORM}
    )
    assert (answer.status_code, answer.text) == (200, "")
    assert browser.post(path, {"word": "x" * 70_000}).status_code == 413


# --- sessions --------------------------------------------------------------------------------


def test_a_session_ends_half_an_hour_after_the_last_thing_done(site: Site) -> None:
    browser = site.signed_in()
    for _ in range(3):
        site.clock.now += IDLE - 1
        assert browser.get("/staff/see").status_code == 200
    site.clock.now += IDLE
    assert browser.get("/staff/see").status_code == 303


def test_what_a_page_asks_by_itself_does_not_keep_a_session_alive(site: Site) -> None:
    browser = site.signed_in()
    site.clock.now += IDLE - 60
    assert browser.get("/staff/quiet").text == "True"
    site.clock.now += 60
    assert browser.get("/staff/see").status_code == 303


def test_a_session_ends_after_twelve_hours_whatever_is_done(site: Site) -> None:
    browser = site.signed_in()
    began = site.clock.now
    while site.clock.now < began + LONGEST - IDLE:
        site.clock.now += IDLE - 1
        assert browser.get("/staff/see").status_code == 200
    site.clock.now = began + LONGEST - 1
    assert browser.get("/staff/see").status_code == 200
    site.clock.now = began + LONGEST
    assert browser.get("/staff/see").status_code == 303


def test_a_disabled_members_session_is_over_at_once(site: Site) -> None:
    site.signed_in("admin")
    browser = site.signed_in()
    site.staff.accounts.disable(browser.account.id, site.clock())
    assert browser.get("/staff/see").status_code == 303


def test_a_page_that_stays_open_can_ask_whether_the_session_lasts(site: Site) -> None:
    seen: list[bool] = []

    async def ended_meanwhile(request: Request) -> Response:
        seen.append(await still_in(request))
        site.staff.sessions.end_all(request.state.member.id)
        seen.append(await still_in(request))
        return Response()

    site.app.router.routes.insert(0, staff_route("/staff/stream", ended_meanwhile))
    site.signed_in().get("/staff/stream")
    assert seen == [True, False]


def test_the_database_holds_no_cookie(site: Site, tmp_path: Path) -> None:
    token = site.signed_in().token
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in kept
    assert b"staff_sessions" in kept


# --- where one is sent -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/staff", "/staff/inbox", "/staff/inbox?state=mine&x=%2F"])
def test_a_staff_page_may_be_returned_to(path: str) -> None:
    assert local(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/staffed",
        "//evil.example/staff/",
        "///evil.example/staff",
        "https://evil.example/staff/inbox",
        "https:/staff/inbox",
        "javascript:alert(1)//staff",
        "/\\evil.example/staff",
        "/staff/\\..\\x",
        "/staff/../x",
        "/staff/inbox\r\nSet-Cookie: a=b",
        "/staff/logout",
        "/staff/login?next=/staff/login",
        "\t//evil.example/staff",
    ],
)
def test_nothing_else_may(path: str) -> None:
    assert not local(path)


def test_a_part_that_htmx_asks_for_sends_the_whole_page_to_sign_in(site: Site) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://chat.example.org/staff/inbox"}
    answer = site.browser().get("/staff/see", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/staff/login?next=%2Fstaff%2Finbox"


def test_a_stream_is_refused_without_a_page(site: Site) -> None:
    answer = site.browser().get("/staff/quiet", headers={"Sec-Fetch-Dest": "empty"})
    assert (answer.status_code, answer.text) == (401, "")


def test_a_link_on_another_site_takes_one_more_step_so_that_the_cookie_comes_along(
    site: Site,
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    answer = site.browser().get("/staff/see?x=1", headers=headers)
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0">' in answer.text


# --- what every answer carries ---------------------------------------------------------------


@pytest.mark.parametrize("path", ["/staff/see", "/staff/missing", "/staff/administer"])
def test_every_answer_has_the_headers_of_staff_pages(site: Site, path: str) -> None:
    for browser in (site.signed_in(), site.browser()):
        headers = browser.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"


def test_a_page_that_is_not_there_says_so_in_the_readers_language(site: Site) -> None:
    answer = site.signed_in().get("/staff/missing", headers={"Accept-Language": "es-US,en;q=0.5"})
    assert answer.status_code == 404
    assert "No existe esa página" in answer.text
    assert '<html lang="es">' in answer.text


@pytest.mark.parametrize(
    ("liked", "language"),
    [
        ("es", "es"),
        ("en-GB,es;q=0.9", "en"),
        ("fr, es;q=0.5, en;q=0.4", "es"),
        ("fr", "en"),
        ("es;q=0", "en"),
        ("es;q=x, en", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_one_the_browser_likes_best(
    site: Site, liked: str, language: str
) -> None:
    answer = site.signed_in().get("/staff/missing", headers={"Accept-Language": liked})
    assert f'<html lang="{language}">' in answer.text


def test_a_database_that_does_not_answer_is_a_page_in_words(site: Site) -> None:
    browser = site.signed_in()
    break_database(site)
    answer = browser.get("/staff/see")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "We cannot reach our records" in answer.text


def break_database(site: Site) -> None:
    """The tables are gone, which no query survives."""
    with site.staff.accounts.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE staff_sessions RENAME TO away")


@pytest.mark.parametrize(
    ("public_url", "open_"),
    [
        ("https://chat.example.org", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://chat.example.org", False),
        ("http://0.0.0.0:8000", False),
    ],
)
def test_the_pages_open_over_https_or_on_this_machine_only(
    db: str, public_url: str, open_: bool
) -> None:
    answer = Site(db, public_url=public_url, routes=ROUTES).browser().get("/staff/see")
    assert answer.status_code == (303 if open_ else 403)


def test_static_files_are_checked_for_a_newer_one_each_time(site: Site) -> None:
    first = site.browser().get("/staff/static/staff.css")
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    again = site.browser().get(
        "/staff/static/staff.css", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304


def test_the_navigation_shows_what_the_role_may_open(site: Site) -> None:
    def links(browser: Browser) -> set[str]:
        text = browser.get("/staff/missing").text
        return {name for name in ("inbox", "admin", "people") if f'"/staff/{name}"' in text}

    assert links(site.signed_in("staff")) == {"inbox"}
    assert links(site.signed_in("admin")) == {"inbox", "admin", "people"}
    assert links(site.signed_in("auditor")) == {"inbox", "admin", "people"}
    assert COOKIE == "carenav-staff"
