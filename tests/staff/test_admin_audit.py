"""The audit log to read: filtered, paged, of one's own clinics, and whether its chain is whole."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.staff import audit_view
from bot.staff.audit import Audit, Broken
from bot.staff.audit_view import AGAIN, ChainCheck
from bot.store.tables import audit
from tests.staff.admin_site import AdminSite, text_of
from tests.staff.site import BEGIN, Clock

PATH = "/staff/admin/audit"
DAY = 24 * 3600.0


@pytest.fixture
def site(url: str, tmp_path: Path) -> AdminSite:
    return AdminSite(url, tmp_path)


def write(site: AdminSite, action: str, subject: str = "", clinic: str = "demo", **more) -> None:  # type: ignore[no-untyped-def]
    actor = more.get("actor", "command")
    site.staff.audit.write(actor, action, subject, clinic, more.get("at", BEGIN))


def subjects(site: AdminSite, query: str = "", clinics: tuple[str, ...] = ("demo",)) -> list[str]:
    """What a new admin's view of it is about, in the page's order; their own view left out."""
    said = text_of(site.signed_in("admin", clinics).get(f"{PATH}?{query}"))
    return [word for word in said.split() if word.startswith("s-")]


def test_who_did_what_newest_first(site: AdminSite) -> None:
    admin = site.signed_in("admin")
    write(site, "login", "s-1", "", actor=admin.account.id)
    write(site, "handoff.view", "s-2", actor=admin.account.id)
    write(site, "staff.add", "s-3")
    said = text_of(admin.get(PATH))
    assert "2027-01-15 08:00 UTC A command on the server staff.add s-3 demo" in said
    assert f"2027-01-15 08:00 UTC {admin.account.name} handoff.view s-2 demo" in said
    assert [word for word in said.split() if word.startswith("s-")] == ["s-3", "s-2", "s-1"]
    assert site.actions()[-1] == (admin.account.id, "audit.view", "")


def test_it_is_filtered_by_who_what_and_day(site: AdminSite) -> None:
    member = site.member("staff")
    write(site, "handoff.view", "s-1", actor=member.id, at=BEGIN - DAY)
    write(site, "handoff.view", "s-2", at=BEGIN - DAY)
    write(site, "handoff.end", "s-3", actor=member.id)
    write(site, "handoff%view", "s-4", at=BEGIN + 1)
    assert subjects(site, f"actor={member.id}") == ["s-3", "s-1"]
    assert subjects(site, "actor=command") == ["s-4", "s-2"]
    assert subjects(site, "action=handoff.view") == ["s-2", "s-1"]
    assert subjects(site, "action=handoff.") == ["s-3", "s-2", "s-1"]
    assert subjects(site, "day=2027-01-14") == ["s-2", "s-1"]
    assert subjects(site, f"day=2027-01-14&actor={member.id}") == ["s-1"]
    assert subjects(site, "day=soon&before=x") == ["s-4", "s-3", "s-2", "s-1"]
    assert "Nothing like that" in text_of(site.signed_in("admin").get(f"{PATH}?actor=nobody"))


def test_it_is_paged_without_losing_or_repeating_one(
    site: AdminSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_view, "PAGE", 3)
    for number in range(8):
        write(site, "handoff.view", f"s-{number}")
    browser = site.signed_in("admin")
    seen: list[str] = []
    query = "action=handoff.view"
    while query:
        page = browser.get(f"{PATH}?{query}")
        seen += [word for word in text_of(page).split() if word.startswith("s-")]
        _, found, rest = page.text.partition("before=")
        before = rest.split('"')[0].split("&")[0]
        query = f"action=handoff.view&before={before}" if found else ""
    assert seen == [f"s-{number}" for number in reversed(range(8))]


def test_an_admin_of_one_clinic_sees_no_other_clinics_entries(site: AdminSite) -> None:
    ours, theirs = site.member("staff", ["demo"]), site.member("staff", ["other"])
    write(site, "handoff.view", "s-1", "demo", actor=ours.id)
    write(site, "handoff.view", "s-2", "other", actor=theirs.id)
    write(site, "login", "s-3", "", actor=ours.id)
    write(site, "login", "s-4", "", actor=theirs.id)
    write(site, "keys.rotate", "s-5", "")
    assert subjects(site) == ["s-3", "s-1"]
    assert subjects(site, clinics=("other",)) == ["s-4", "s-2"]
    assert subjects(site, clinics=("*",)) == ["s-5", "s-4", "s-3", "s-2", "s-1"]
    assert theirs.name not in site.signed_in("admin", ["demo"]).get(PATH).text


def test_an_auditor_reads_it_and_staff_do_not(site: AdminSite) -> None:
    assert site.signed_in("auditor").get(PATH).status_code == 200
    assert site.signed_in("staff").get(PATH).status_code == 403


def test_a_whole_chain_is_said_to_be_intact(site: AdminSite) -> None:
    write(site, "login", "s-1")
    said = text_of(site.signed_in("admin").get(PATH))
    assert "The chain is intact: 2 entries, checked on January 15, 08:00 (UTC)." in said


def test_a_changed_entry_is_said_where_it_is(site: AdminSite) -> None:
    for number in range(4):
        write(site, "handoff.view", f"s-{number}")
    with site.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(triggers).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(audit.update().where(audit.c.seq == 3).values(subject="s-9"))
    answer = site.signed_in("admin").get(PATH)
    assert "The chain is broken at entry 3." in text_of(answer)
    assert 'role="alert"' in answer.text


# --- how often the whole of it is read -----------------------------------------------------------


class Slow(Audit):
    """The real log, whose reading waits until it may go on."""

    reads = 0
    goes_on = threading.Event()

    def verify(self, head: str = "") -> Broken | None:
        type(self).reads += 1
        assert self.goes_on.wait(10)
        return super().verify()


@pytest.fixture
def slow(site: AdminSite) -> Slow:
    Slow.reads = 0
    Slow.goes_on = threading.Event()
    return Slow(site.engine)


async def test_a_look_does_not_read_it_all_again(slow: Slow) -> None:
    slow.goes_on.set()
    clock = Clock()
    check = ChainCheck(slow, clock)
    for _ in range(5):
        assert await check.look()
    assert slow.reads == 1
    clock.now += AGAIN
    found = await check.look()
    assert found
    assert found.at == clock.now
    assert slow.reads == 2


async def test_a_long_check_holds_up_no_page_and_is_not_made_twice(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_view, "GLANCE", 0.05)
    clock = Clock()
    check = ChainCheck(slow, clock)
    assert await asyncio.gather(check.look(), check.look()) == [None, None]
    assert await check.look() is None
    clock.now += 100  # so long it takes
    slow.goes_on.set()
    monkeypatch.setattr(audit_view, "GLANCE", 10)
    assert await check.look()
    assert slow.reads == 1
    clock.now += AGAIN * 2
    assert await check.look()
    assert slow.reads == 1  # it rests longer than a short one would
