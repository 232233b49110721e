"""Signing in and out: what works, what is told, and what the browser keeps."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pyotp
import pytest

from bot.staff.accounts import Account
from bot.staff.passwords import hash_password
from bot.staff.sessions import csrf_token
from bot.staff.tries import FREE, LONGEST_REST, REST
from bot.store.migrate import upgrade
from tests.staff.site import PASSWORD, Browser, Site

HASHED = hash_password(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    url = f"sqlite:///{tmp_path / 'staff.db'}"
    upgrade(url)
    return Site(url)


@pytest.fixture
def ana(site: Site) -> Account:
    """A member with a password."""
    account = site.member()
    site.staff.accounts.set_password(account.id, HASHED)
    return account


@pytest.fixture
def careful(site: Site, ana: Account) -> Account:
    """A member with a code besides."""
    sealed = site.staff.record.store.sealer.seal(SECRET.encode())
    site.staff.accounts.set_totp(ana.id, sealed)
    return ana


def log_in(
    browser: Browser, account: Account, password: str = PASSWORD, **more: str
) -> httpx.Response:
    return browser.post("/staff/login", {"email": account.email, "password": password, **more})


def is_in(browser: Browser) -> bool:
    return browser.get("/staff/account").status_code == 200


def cookies(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """What the browser is told to keep: each cookie's attributes, by name."""
    kept = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        kept.load(line)
    return {name: {k: v for k, v in morsel.items() if v} for name, morsel in kept.items()}


def code_at(site: Site, later: float = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(site.clock.now + later))


def with_code(browser: Browser, first: httpx.Response, code: str) -> httpx.Response:
    ticket = re.search(r'name="ticket" value="([^"]+)"', first.text)
    assert ticket
    return browser.post("/staff/login/code", {"ticket": ticket[1], "code": code})


# --- the password ----------------------------------------------------------------------------


def test_a_member_signs_in_with_e_mail_and_password(site: Site, ana: Account) -> None:
    browser = site.browser()
    answer = log_in(browser, ana)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/inbox")
    assert is_in(browser)
    assert (ana.id, "login", "") in site.actions()


def test_upper_case_and_spaces_in_the_e_mail_do_not_matter(site: Site, ana: Account) -> None:
    answer = site.browser().post(
        "/staff/login", {"email": f" {ana.email.upper()} ", "password": PASSWORD}
    )
    assert answer.status_code == 303


def test_one_goes_on_to_the_page_that_was_asked_for(site: Site, ana: Account) -> None:
    page = site.browser().get("/staff/login?next=/staff/people%3Fx=1")
    assert 'name="next" value="/staff/people?x=1"' in page.text
    answer = log_in(site.browser(), ana, next="/staff/people?x=1")
    assert answer.headers["location"] == "/staff/people?x=1"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/staff/", "/", "/staff\\"])
def test_no_link_sends_anybody_elsewhere(site: Site, ana: Account, to: str) -> None:
    assert 'name="next" value="/staff/inbox"' in site.browser().get(f"/staff/login?next={to}").text
    assert log_in(site.browser(), ana, next=to).headers["location"] == "/staff/inbox"
    inside = site.signed_in().get(f"/staff/login?next={to}")
    assert inside.headers["location"] == "/staff/inbox"


def test_nobody_is_told_what_was_wrong(site: Site, ana: Account) -> None:
    gone = site.member()
    site.staff.accounts.set_password(gone.id, HASHED)
    site.member("admin")
    site.staff.accounts.disable(gone.id, site.clock())
    invited = site.member()
    told = set()
    for email, password in [
        (ana.email, "another password"),
        (gone.email, PASSWORD),
        (invited.email, PASSWORD),
        (invited.email, ""),
        ("nobody@clinic.example.org", PASSWORD),
        ("not an address \0", PASSWORD),
        ("", ""),
    ]:
        answer = site.browser().post("/staff/login", {"email": email, "password": password})
        told.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    [(status, text)] = told
    assert status == 422
    assert "That did not work." in text


def test_what_failed_is_written_down_without_the_address(site: Site, ana: Account) -> None:
    log_in(site.browser(), ana, "wrong")
    site.browser().post("/staff/login", {"email": "nobody@a.example", "password": "x"})
    assert site.actions() == [(ana.id, "login.failed", ""), ("stranger", "login.failed", "")]


def test_a_form_from_another_site_signs_nobody_in(site: Site, ana: Account) -> None:
    answer = site.browser().post(
        "/staff/login",
        {"email": ana.email, "password": PASSWORD},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert cookies(answer) == {}


# --- the cookie ------------------------------------------------------------------------------


def test_over_https_the_cookies_are_the_hosts_own(site: Site, ana: Account) -> None:
    kept = cookies(log_in(site.browser(), ana))
    assert set(kept) == {"__Host-carenav-staff", "__Host-carenav-device"}
    strict = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
    assert kept["__Host-carenav-staff"] == strict
    assert {**strict, **kept["__Host-carenav-device"]} == kept["__Host-carenav-device"]


def test_on_this_machine_over_http_they_are_not_secure_and_have_a_plain_name(
    site: Site, ana: Account
) -> None:
    url = str(site.staff.accounts.engine.url)
    browser = Site(url, public_url="http://127.0.0.1:8000").browser()
    kept = cookies(log_in(browser, ana))
    assert kept["carenav-staff"] == {"path": "/", "httponly": True, "samesite": "strict"}
    assert is_in(browser)


def test_signing_in_makes_a_new_session_and_ends_the_old_one(site: Site, ana: Account) -> None:
    browser = site.browser()
    log_in(browser, ana)
    before = browser.token
    log_in(browser, ana)
    assert browser.token != before
    stolen = site.browser()
    stolen.cookies.set("__Host-carenav-staff", before)
    assert is_in(browser)
    assert not is_in(stolen)


def test_a_session_that_somebody_else_chose_is_not_taken_over(site: Site, ana: Account) -> None:
    browser = site.browser()
    browser.cookies.set("__Host-carenav-staff", "chosen-by-somebody-else")
    answer = log_in(browser, ana)
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(site: Site, ana: Account) -> None:
    browser = site.browser()
    log_in(browser, ana)
    copy = site.browser()
    copy.cookies.set("__Host-carenav-staff", browser.token)
    answer = browser.post("/staff/logout")
    assert answer.headers["location"] == "/staff/login?done=signed_out"
    assert cookies(answer)["__Host-carenav-staff"]["max-age"] == "0"
    assert not is_in(copy)
    assert "You are signed out" in browser.get(answer.headers["location"]).text
    assert (ana.id, "logout", "") in site.actions()


def test_signing_out_needs_the_sessions_token(site: Site) -> None:
    browser = site.signed_in()
    assert browser.post("/staff/logout", {"csrf": ""}).status_code == 403
    assert is_in(browser)


def test_an_auditor_may_sign_out(site: Site) -> None:
    assert site.signed_in("auditor").post("/staff/logout").status_code == 303


# --- tries that fail -------------------------------------------------------------------------


def test_after_five_tries_the_account_rests_and_the_right_password_does_not_help(
    site: Site, ana: Account
) -> None:
    for _ in range(FREE):
        log_in(site.browser(), ana, "wrong")
    assert site.actions()[-1] == (ana.id, "login.locked", "")
    assert log_in(site.browser(), ana).status_code == 422
    site.clock.now += REST - 1
    assert log_in(site.browser(), ana).status_code == 422
    site.clock.now += 1
    assert log_in(site.browser(), ana).status_code == 303


def test_the_fifth_try_may_still_be_right_and_then_all_is_forgotten(
    site: Site, ana: Account
) -> None:
    for _ in range(2):
        for _ in range(FREE - 1):
            log_in(site.browser(), ana, "wrong")
        assert log_in(site.browser(), ana).status_code == 303


def test_each_further_failure_rests_twice_as_long_up_to_a_day(site: Site, ana: Account) -> None:
    tries = site.staff.sign_in.tries
    for _ in range(FREE):
        tries.begin(ana.id, site.clock())
    rests = []
    for _ in range(9):
        account = site.staff.accounts.named(ana.id)
        assert account.locked_until is not None
        rests.append(account.locked_until - site.clock.now)
        assert tries.begin(ana.id, site.clock()) is None, "what comes while it rests counts nothing"
        site.clock.now = account.locked_until
        assert tries.begin(ana.id, site.clock()) is not None
    assert rests == [min(REST * 2**n, LONGEST_REST) for n in range(9)]


def test_unlocking_lets_a_member_in_at_once(site: Site, ana: Account) -> None:
    for _ in range(FREE):
        log_in(site.browser(), ana, "wrong")
    site.staff.accounts.unlock(ana.id)
    assert log_in(site.browser(), ana).status_code == 303


def test_a_stranger_cannot_keep_a_member_from_a_browser_they_know(site: Site, ana: Account) -> None:
    known = site.browser()
    log_in(known, ana)
    known.post("/staff/logout")
    for _ in range(FREE + 2):
        log_in(site.browser(), ana, "wrong")
    assert log_in(known, ana).status_code == 303, "known: its own count"
    assert log_in(site.browser(), ana).status_code == 422, "and the account rests all the same"


def test_a_known_browser_has_few_tries_too(site: Site, ana: Account) -> None:
    known = site.browser()
    log_in(known, ana)
    answers = [log_in(known, ana, "wrong").status_code for _ in range(12)]
    assert set(answers[:9]) == {422}
    assert answers[-1] == 429
    assert site.staff.accounts.named(ana.id).failures == 0


def test_a_browser_that_another_member_used_is_not_known_for_this_one(
    site: Site, ana: Account
) -> None:
    other = site.member()
    site.staff.accounts.set_password(other.id, HASHED)
    browser = site.browser()
    log_in(browser, other)
    for _ in range(FREE):
        log_in(browser, ana, "wrong")
    assert site.staff.accounts.named(ana.id).locked_until


def test_a_made_up_device_cookie_is_not_known(site: Site, ana: Account) -> None:
    browser = site.browser()
    browser.cookies.set("__Host-carenav-device", f'["{ana.id}","x"].signature')
    for _ in range(FREE):
        log_in(browser, ana, "wrong")
    assert site.staff.accounts.named(ana.id).locked_until


def test_one_network_cannot_make_many_accounts_rest(site: Site) -> None:
    members = [site.member() for _ in range(10)]
    answers = [log_in(site.browser(), member, "wrong") for member in members for _ in range(FREE)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 25
    assert int(refused[0].headers["retry-after"]) > 0
    assert "Too many tries" in refused[0].text


# --- the code --------------------------------------------------------------------------------


def test_with_codes_on_the_password_alone_is_not_enough(site: Site, careful: Account) -> None:
    browser = site.browser()
    first = log_in(browser, careful)
    assert first.status_code == 200
    assert cookies(first) == {}
    assert not is_in(browser)
    answer = with_code(browser, first, code_at(site))
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/inbox")
    assert is_in(browser)


@pytest.mark.parametrize("later", [-30, 30])
def test_a_clock_that_is_half_a_minute_off_does(site: Site, careful: Account, later: float) -> None:
    browser = site.browser()
    first = log_in(browser, careful)
    assert with_code(browser, first, code_at(site, later)).status_code == 303


@pytest.mark.parametrize("later", [-60, 60])
def test_one_that_is_further_off_does_not(site: Site, careful: Account, later: float) -> None:
    browser = site.browser()
    first = log_in(browser, careful)
    assert with_code(browser, first, code_at(site, later)).status_code == 422


def test_a_code_works_once_and_none_older_works_after_it(site: Site, careful: Account) -> None:
    for code, wanted in [
        (code_at(site), 303),
        (code_at(site), 422),
        (code_at(site, -30), 422),
        (code_at(site, 30), 303),
    ]:
        browser = site.browser()
        first = log_in(browser, careful)
        assert with_code(browser, first, code).status_code == wanted


def test_wrong_codes_make_the_account_rest(site: Site, careful: Account) -> None:
    for _ in range(FREE):
        browser = site.browser()
        with_code(browser, log_in(browser, careful), "000000")
    assert site.staff.accounts.named(careful.id).locked_until
    assert log_in(site.browser(), careful).status_code == 422


@pytest.mark.parametrize("code", ["", "12345", "ññññññ", "1" * 1000])
def test_what_is_no_code_is_wrong(site: Site, careful: Account, code: str) -> None:
    browser = site.browser()
    answer = with_code(browser, log_in(browser, careful), code)
    assert answer.status_code == 422
    assert "That code did not work" in answer.text


def test_spaces_in_a_code_do_not_matter(site: Site, careful: Account) -> None:
    browser = site.browser()
    code = code_at(site)
    answer = with_code(browser, log_in(browser, careful), f" {code[:3]} {code[3:]} ")
    assert answer.status_code == 303


def test_the_code_must_come_within_five_minutes(site: Site, careful: Account) -> None:
    browser = site.browser()
    first = log_in(browser, careful)
    site.clock.now += 300
    assert with_code(browser, first, code_at(site)).status_code == 422


def test_a_ticket_is_void_once_the_password_changes_or_the_member_goes(
    site: Site, careful: Account
) -> None:
    browser = site.browser()
    first = log_in(browser, careful)
    site.staff.accounts.set_password(careful.id, hash_password("another one altogether"))
    assert with_code(browser, first, code_at(site)).status_code == 422
    made_up = browser.post("/staff/login/code", {"ticket": "x.y", "code": code_at(site)})
    assert made_up.status_code == 422


def test_a_secret_that_we_cannot_unseal_lets_nobody_in(site: Site, careful: Account) -> None:
    site.staff.accounts.set_totp(careful.id, b"sealed with a key that is lost")
    browser = site.browser()
    assert with_code(browser, log_in(browser, careful), code_at(site)).status_code == 422


# --- besides ---------------------------------------------------------------------------------


def test_a_password_kept_with_weaker_parameters_is_kept_anew_at_the_next_sign_in(
    site: Site, ana: Account
) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    site.staff.accounts.set_password(ana.id, weak)
    log_in(site.browser(), ana)
    kept = site.staff.accounts.named(ana.id).password
    assert kept
    assert kept != weak
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert log_in(site.browser(), ana).status_code == 303


def test_with_the_database_away_signing_in_says_so(site: Site, ana: Account) -> None:
    with site.staff.accounts.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE staff RENAME TO away")
    answer = log_in(site.browser(), ana)
    assert answer.status_code == 503
    assert "We cannot reach our records" in answer.text


def test_the_page_is_in_the_readers_language(site: Site) -> None:
    page = site.browser(Accept_Language="es").get("/staff/login").text
    assert "<h1>Entrar</h1>" in page
    assert '<html lang="es">' in page


def test_what_is_typed_is_shown_as_text(site: Site) -> None:
    answer = site.browser().post("/staff/login", {"email": '"><script>x', "password": "x"})
    assert "<script>" not in answer.text


def test_nothing_in_the_pages_needs_a_script_or_a_style_of_its_own(site: Site) -> None:
    for path in ("/staff/account", "/staff/people", "/staff/people/new", "/staff/account/code"):
        page = site.signed_in("admin").get(path)
        assert page.status_code == 200
        assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=|javascript:", page.text)


def test_a_token_of_no_session_is_of_no_use(site: Site) -> None:
    browser = site.signed_in()
    browser.cookies.clear()
    assert browser.post("/staff/logout", {"csrf": csrf_token("")}).status_code == 303
    assert not is_in(browser)
