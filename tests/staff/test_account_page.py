"""A member's own account: password, codes, sessions."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest

from bot.staff.passwords import fits, hash_password
from bot.store.migrate import upgrade
from tests.staff.site import PASSWORD, Browser, Site

NEW = "seven walnut bicycles"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    url = f"sqlite:///{tmp_path / 'staff.db'}"
    upgrade(url)
    return Site(url)


@pytest.fixture
def ana(site: Site) -> Browser:
    """Signed in, with a password she knows."""
    account = site.member()
    site.staff.accounts.set_password(account.id, hash_password(PASSWORD))
    browser = site.browser()
    browser.account = account
    browser.post("/staff/login", {"email": account.email, "password": PASSWORD})
    return browser


def change(browser: Browser, current: str, password: str, again: str | None = None) -> str:
    """The answer's text, or where it leads."""
    answer = browser.post(
        "/staff/account/password",
        {"current": current, "password": password, "again": password if again is None else again},
    )
    return answer.headers.get("location") or answer.text


def is_in(browser: Browser) -> bool:
    return browser.get("/staff/account").status_code == 200


def elsewhere(site: Site, browser: Browser) -> Browser:
    """The same member in another browser."""
    other = site.browser()
    token = site.staff.sessions.open(browser.account.id, site.clock())
    other.cookies.set("__Host-carenav-staff", token)
    return other


def test_the_page_says_who_one_is_here(ana: Browser) -> None:
    page = ana.get("/staff/account").text
    assert ana.account.email in page
    assert "care coordinator" in page
    assert "This browser" in page
    assert (ana.account.id, "account.view", "") in ana.site.actions()


def test_a_new_password_ends_every_other_session(site: Site, ana: Browser) -> None:
    other, before = elsewhere(site, ana), ana.token
    assert change(ana, PASSWORD, NEW) == "/staff/account?done=password"
    assert is_in(ana)
    assert ana.token != before
    assert not is_in(other)
    kept = site.staff.accounts.named(ana.account.id).password
    assert fits(kept, NEW)
    assert (ana.account.id, "password.change", ana.account.id) in site.actions()
    assert "Your password is changed" in ana.get("/staff/account?done=password").text


def test_it_needs_the_one_of_now(site: Site, ana: Browser) -> None:
    assert "That is not your password" in change(ana, "not it", NEW)
    assert fits(site.staff.accounts.named(ana.account.id).password, PASSWORD)


def test_who_sits_at_an_open_page_cannot_guess_it_for_long(ana: Browser) -> None:
    answers = [change(ana, "not it", NEW) for _ in range(12)]
    assert "Too many tries" in answers[-1]


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", None, "shorter than 12"),
        ("x" * 201, None, "longer than 200"),
        ("Password2026!", None, "easy to guess"),
        (NEW, "seven walnut bicycle", "not the same"),
        ("", None, "shorter than 12"),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(
    ana: Browser, password: str, again: str | None, said: str
) -> None:
    page = change(ana, PASSWORD, password, again)
    assert said in page
    assert "<title>Error:" in page
    field = "again" if again else "password"
    assert f'id="{field}-error"' in page
    assert re.search(rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-error"', page)


def test_one_signs_out_everywhere_else(site: Site, ana: Browser) -> None:
    other = elsewhere(site, ana)
    assert "Another browser" in ana.get("/staff/account").text
    assert ana.post("/staff/account/sessions").status_code == 303
    assert is_in(ana)
    assert not is_in(other)
    assert (ana.account.id, "sessions.end", "") in site.actions()


def test_another_members_sessions_go_on(site: Site, ana: Browser) -> None:
    other = site.signed_in()
    ana.post("/staff/account/sessions")
    change(ana, PASSWORD, NEW)
    assert is_in(other)


# --- codes -----------------------------------------------------------------------------------


def secret_of(page: str) -> str:
    found = re.search(r'<span class="code">([A-Z2-7 ]+)</span>', page)
    assert found
    return found[1].replace(" ", "")


def turn_on(browser: Browser) -> str:
    secret = secret_of(browser.get("/staff/account/code").text)
    code = pyotp.TOTP(secret).at(int(browser.site.clock.now))
    answer = browser.post("/staff/account/code", {"code": code})
    assert answer.headers["location"] == "/staff/account?done=on"
    return secret


def test_codes_are_on_once_the_app_has_shown_one(site: Site, ana: Browser) -> None:
    secret = turn_on(ana)
    kept = site.staff.accounts.named(ana.account.id).totp
    assert kept
    assert secret.encode() not in kept
    assert site.staff.record.store.sealer.open(kept).decode() == secret
    assert (ana.account.id, "totp.on", ana.account.id) in site.actions()


def test_the_secret_is_the_same_at_each_look_and_kept_nowhere_before(
    site: Site, ana: Browser, tmp_path: Path
) -> None:
    secret = secret_of(ana.get("/staff/account/code").text)
    assert secret_of(ana.get("/staff/account/code").text) == secret
    assert secret_of(site.signed_in().get("/staff/account/code").text) != secret
    assert site.staff.accounts.named(ana.account.id).totp is None


def test_a_wrong_code_turns_nothing_on(site: Site, ana: Browser) -> None:
    answer = ana.post("/staff/account/code", {"code": "000000"})
    assert answer.status_code == 422
    assert "That code did not work" in answer.text
    assert site.staff.accounts.named(ana.account.id).totp is None


def test_the_code_that_turned_them_on_signs_nobody_in(site: Site, ana: Browser) -> None:
    secret = turn_on(ana)
    first = site.browser().post("/staff/login", {"email": ana.account.email, "password": PASSWORD})
    ticket = re.search(r'name="ticket" value="([^"]+)"', first.text)
    assert ticket
    used = pyotp.TOTP(secret).at(int(site.clock.now))
    answer = site.browser().post("/staff/login/code", {"ticket": ticket[1], "code": used})
    assert answer.status_code == 422


def test_the_picture_is_an_image_of_the_same_secret_and_gone_once_codes_are_on(
    ana: Browser,
) -> None:
    picture = ana.get("/staff/account/code.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert picture.text.startswith("<svg")
    turn_on(ana)
    assert ana.get("/staff/account/code.svg").status_code == 404
    assert ana.get("/staff/account/code").headers["location"] == "/staff/account"


def test_turning_codes_off_needs_the_password(site: Site, ana: Browser) -> None:
    turn_on(ana)
    answer = ana.post("/staff/account/code/off", {"own": "not it"})
    assert answer.status_code == 422
    assert site.staff.accounts.named(ana.account.id).totp
    answer = ana.post("/staff/account/code/off", {"own": PASSWORD})
    assert answer.headers["location"] == "/staff/account?done=off"
    assert site.staff.accounts.named(ana.account.id).totp is None
    assert (ana.account.id, "totp.off", ana.account.id) in site.actions()


def test_an_auditor_keeps_their_own_account(site: Site) -> None:
    auditor = site.signed_in("auditor")
    assert auditor.post("/staff/account/sessions").status_code == 303
