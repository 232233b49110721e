"""Inviting and keeping members, and what an invitation is good for."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest

from bot.staff.accounts import AccountError, Person
from bot.staff.invitations import LASTS
from bot.staff.passwords import hash_password
from bot.store.migrate import upgrade
from tests.staff.site import PASSWORD, Browser, Site

NEW = {"email": "Rosa@Clinic.example.org", "name": "Rosa", "title": "nurse", "role": "staff"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    url = f"sqlite:///{tmp_path / 'staff.db'}"
    upgrade(url)
    return Site(url)


@pytest.fixture
def admin(site: Site) -> Browser:
    return site.signed_in("admin", ["demo"])


def invite(admin: Browser, **other: object) -> httpx.Response:
    return admin.post("/staff/people/new", {**NEW, "clinics": ["demo"], **other})


def link(answer: httpx.Response) -> str:
    """The path of the link that the page shows."""
    found = re.search(
        r'value="https://chat\.example\.org(/staff/invitation/[\w-]{43})"', answer.text
    )
    assert found, answer.text
    return html.unescape(found[1])


def take(site: Site, path: str, password: str = PASSWORD) -> httpx.Response:
    return site.browser().post(path, {"password": password, "again": password})


# --- inviting --------------------------------------------------------------------------------


def test_an_invited_member_chooses_a_password_and_signs_in(site: Site, admin: Browser) -> None:
    path = link(invite(admin))
    assert "Welcome, Rosa" in site.browser().get(path).text
    assert take(site, path).headers["location"] == "/staff/login?done=password_set"
    rosa = site.staff.accounts.by_email("rosa@clinic.example.org")
    assert rosa
    assert (rosa.name, rosa.title, rosa.role, rosa.clinics) == (
        "Rosa",
        "nurse",
        "staff",
        frozenset({"demo"}),
    )
    answer = site.browser().post("/staff/login", {"email": rosa.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert site.actions() == [
        (admin.account.id, "staff.invite", rosa.id),
        (rosa.id, "invitation.take", ""),
        (rosa.id, "login", ""),
    ]


def test_the_link_is_shown_once_and_kept_only_as_a_digest(
    site: Site, admin: Browser, tmp_path: Path
) -> None:
    token = link(invite(admin)).rpartition("/")[2]
    rosa = site.staff.accounts.by_email("rosa@clinic.example.org")
    assert rosa
    assert token not in admin.get(f"/staff/people/{rosa.id}").text
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_an_invitation_is_good_for_one_password(site: Site, admin: Browser) -> None:
    path = link(invite(admin))
    assert take(site, path).status_code == 303
    assert take(site, path, "another good one here").status_code == 410
    assert site.browser().get(path).status_code == 410
    answer = site.browser().post("/staff/login", {"email": NEW["email"], "password": PASSWORD})
    assert answer.status_code == 303


def test_an_invitation_ends_after_three_days(site: Site, admin: Browser) -> None:
    path = link(invite(admin))
    site.clock.now += LASTS - 1
    assert site.browser().get(path).status_code == 200
    site.clock.now += 1
    assert site.browser().get(path).status_code == 410
    assert take(site, path).status_code == 410
    assert "no longer works" in take(site, path).text


def test_a_weak_password_does_not_use_the_invitation_up(site: Site, admin: Browser) -> None:
    path = link(invite(admin))
    answer = take(site, path, "rosa@clinic.example.org")
    assert answer.status_code == 422
    assert "easy to guess" in answer.text
    assert take(site, path).status_code == 303


@pytest.mark.parametrize("path", ["x", "a" * 43, "%00", "..%2f..%2fx"])
def test_a_made_up_link_is_over(site: Site, path: str) -> None:
    answer = site.browser().get(f"/staff/invitation/{path}")
    assert answer.status_code in (404, 410)


def test_an_invitation_of_a_disabled_member_is_over(site: Site, admin: Browser) -> None:
    path = link(invite(admin))
    rosa = site.staff.accounts.by_email("rosa@clinic.example.org")
    assert rosa
    admin.post(f"/staff/people/{rosa.id}/disable")
    assert site.browser().get(path).status_code == 410
    admin.post(f"/staff/people/{rosa.id}/enable")
    assert take(site, path).status_code == 410, "and stays so"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "a b@c.example"}, "email"),
        ({"email": "x" * 250 + "@a.example"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"title": ""}, "title"),
        ({"role": "owner"}, "role"),
        ({"clinics": []}, "clinics"),
        ({"clinics": ["elsewhere"]}, "clinics"),
        ({"clinics": ["*"]}, "clinics"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    site: Site, admin: Browser, given: dict[str, object], field: str
) -> None:
    answer = invite(admin, **given)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert re.search(rf'aria-describedby="[^"]*{field}-error"', answer.text)
    assert site.staff.accounts.by_email("rosa@clinic.example.org") is None


def test_an_e_mail_has_one_account(site: Site, admin: Browser) -> None:
    invite(admin)
    answer = invite(admin)
    assert answer.status_code == 422
    assert "an account with this e-mail already" in answer.text


# --- keeping ---------------------------------------------------------------------------------


def test_an_admin_changes_a_role_and_it_holds_at_once(site: Site, admin: Browser) -> None:
    ana = site.signed_in("staff")
    path = f"/staff/people/{ana.account.id}"
    assert ana.get("/staff/people").status_code == 403
    answer = admin.post(f"{path}/change", {"role": "admin", "clinics": ["demo"]})
    assert answer.headers["location"] == f"{path}?done=change"
    assert "Saved." in admin.get(f"{path}?done=change").text
    assert ana.get("/staff/people").status_code == 200
    assert (admin.account.id, "staff.change", ana.account.id) in site.actions()


def test_a_disabled_member_is_out_and_may_be_let_in_again(site: Site, admin: Browser) -> None:
    ana = site.signed_in("staff")
    site.staff.accounts.set_password(ana.account.id, hash_password(PASSWORD))
    credentials = {"email": ana.account.email, "password": PASSWORD}
    path = f"/staff/people/{ana.account.id}"
    admin.post(f"{path}/disable")
    assert ana.get("/staff/account").status_code == 303
    assert site.browser().post("/staff/login", credentials).status_code == 422
    assert "Disabled" in admin.get(path).text
    admin.post(f"{path}/enable")
    assert site.browser().post("/staff/login", credentials).status_code == 303


def test_an_admin_unlocks_an_account_that_rests(site: Site, admin: Browser) -> None:
    ana = site.member()
    for _ in range(5):
        site.staff.sign_in.tries.begin(ana.id, site.clock())
    assert "Locked for now" in admin.get("/staff/people").text
    admin.post(f"/staff/people/{ana.id}/unlock")
    assert site.staff.accounts.named(ana.id).locked_until is None


def test_a_new_link_takes_password_code_and_sessions_away(site: Site, admin: Browser) -> None:
    ana = site.signed_in("staff")
    site.staff.accounts.set_totp(ana.account.id, b"sealed")
    answer = admin.post(f"/staff/people/{ana.account.id}/reset")
    assert ana.get("/staff/account").status_code == 303
    assert take(site, link(answer)).status_code == 303
    kept = site.staff.accounts.named(ana.account.id)
    assert kept.password
    assert kept.totp is None


def test_a_new_link_voids_the_one_before(site: Site, admin: Browser) -> None:
    first = link(invite(admin))
    rosa = site.staff.accounts.by_email("rosa@clinic.example.org")
    assert rosa
    second = link(admin.post(f"/staff/people/{rosa.id}/reset"))
    assert site.browser().get(first).status_code == 410
    assert take(site, second).status_code == 303


def test_nobody_changes_their_own_account_here(site: Site, admin: Browser) -> None:
    path = f"/staff/people/{admin.account.id}"
    assert "your own account" in admin.get(path).text
    for step in ("change", "disable", "unlock", "enable", "reset"):
        assert admin.post(f"{path}/{step}").status_code == 403


def test_the_last_admin_stays(site: Site) -> None:
    accounts = site.staff.accounts
    first, second = site.signed_in("admin").account, site.signed_in("admin").account
    accounts.change(first.id, "staff", frozenset({"demo"}))
    with pytest.raises(AccountError, match="last_admin"):
        accounts.change(second.id, "auditor", frozenset({"demo"}))
    with pytest.raises(AccountError, match="last_admin"):
        accounts.disable(second.id, site.clock())
    kept = accounts.named(second.id)
    assert (kept.role, kept.disabled_at) == ("admin", None)


def test_a_change_that_is_refused_is_written_down_and_said(site: Site, admin: Browser) -> None:
    ana = site.member()
    answer = admin.post(f"/staff/people/{ana.id}/change", {"role": "staff", "clinics": ["*"]})
    assert answer.status_code == 422
    assert "Choose at least one clinic" in answer.text
    assert site.actions()[-1] == (admin.account.id, "staff.change.refused", ana.id)


# --- whose members ---------------------------------------------------------------------------


def test_an_admin_keeps_the_members_of_their_own_clinics_only(site: Site, admin: Browser) -> None:
    own, other = site.member(), site.member("staff", ["elsewhere"])
    both = site.member("staff", ["demo", "elsewhere"])
    every = site.member("admin", ["*"])
    page = admin.get("/staff/people").text
    assert own.email in page
    for hidden in (other, both, every):
        assert hidden.email not in page
        assert admin.get(f"/staff/people/{hidden.id}").status_code == 404
        for step in ("change", "disable", "unlock", "enable", "reset"):
            assert admin.post(f"/staff/people/{hidden.id}/{step}").status_code == 404


def test_an_admin_of_every_clinic_keeps_everybody(site: Site) -> None:
    admin = site.signed_in("admin", ["*"])
    other = site.member("staff", ["elsewhere"])
    assert other.email in admin.get("/staff/people").text
    answer = admin.post(f"/staff/people/{other.id}/change", {"role": "staff", "clinics": ["*"]})
    assert answer.status_code == 303
    assert site.staff.accounts.named(other.id).clinics == {"*"}


def test_an_auditor_looks_and_changes_nothing(site: Site) -> None:
    auditor, ana = site.signed_in("auditor"), site.member()
    assert ana.email in auditor.get("/staff/people").text
    page = auditor.get(f"/staff/people/{ana.id}").text
    assert f"/staff/people/{ana.id}/" not in page
    for step in ("change", "disable", "unlock", "enable", "reset"):
        assert auditor.post(f"/staff/people/{ana.id}/{step}").status_code == 403
    assert auditor.post("/staff/people/new", {**NEW, "clinics": ["demo"]}).status_code == 403
    assert site.staff.accounts.by_email("rosa@clinic.example.org") is None


def test_staff_do_not_see_the_page(site: Site) -> None:
    assert site.signed_in("staff").get("/staff/people").status_code == 403


@pytest.mark.parametrize("name", ["nobody", "%00", "..", "'", "ñ"])
def test_a_member_who_is_not_there_is_not_found(admin: Browser, name: str) -> None:
    assert admin.get(f"/staff/people/{name}").status_code in (404, 303)


def test_looking_is_written_down(site: Site, admin: Browser) -> None:
    ana = site.member()
    admin.get("/staff/people")
    admin.get(f"/staff/people/{ana.id}")
    assert site.actions() == [
        (admin.account.id, "people.view", ""),
        (admin.account.id, "people.view", ana.id),
    ]


def test_with_the_audit_log_away_nothing_is_done(site: Site, admin: Browser) -> None:
    ana = site.signed_in("staff")
    with site.staff.accounts.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO away")
    assert admin.get("/staff/people").status_code == 503
    assert admin.post(f"/staff/people/{ana.account.id}/disable").status_code == 503
    assert site.staff.accounts.named(ana.account.id).disabled_at is None


def test_names_are_shown_as_text(site: Site, admin: Browser) -> None:
    site.staff.accounts.add(
        Person("x@a.example", "<b>Ana</b>", "<i>n</i>", "staff", frozenset({"demo"})), 0.0
    )
    page = admin.get("/staff/people").text
    assert "<b>Ana" not in page
    assert "&lt;b&gt;Ana" in page
