"""Listings that people report wrong: looked into, settled, and a page even with no directory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from directory import reports
from directory.database import open_engine
from directory.migrate import upgrade
from directory.records import Location
from tests.directory.making import a_provider, keep
from tests.staff.admin_site import AdminSite, text_of

PATH = "/staff/admin/listings"
TODAY = date.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def site(url: str, tmp_path: Path) -> AdminSite:
    return AdminSite(url, tmp_path)


@pytest.fixture
def directory(site: AdminSite) -> Iterator[Engine]:
    """Provider 1, whose number three people say is wrong, and 2, of whom one says a plan is."""
    upgrade(site.directory_url)
    engine = open_engine(site.directory_url)
    place = Location("1 Main St", "San Francisco", "CA", "94110", "4155550142", 37.75, -122.42)
    keep(engine, a_provider(1, credential="PhD", locations=(place,)), a_provider(2))
    for day in (YESTERDAY, TODAY, TODAY):
        assert reports.report(engine, 1, "number", on=day)
    assert reports.report(engine, 2, "payer", "aetna", on=TODAY)
    yield engine
    engine.dispose()


def settle(**more: str) -> dict[str, str]:
    return {"provider": "1", "what": "number", "payer": "", "how": "dismissed"} | more


def test_a_report_shows_what_is_said_and_what_is_listed(site: AdminSite, directory: Engine) -> None:
    said = text_of(site.signed_in("admin").get(PATH))
    agreed, few = said.index("Several people agree"), said.index("Too few to count yet")
    day = {one: f"{one:%B} {one.day}" for one in (YESTERDAY, TODAY)}
    assert agreed < said.index("Sample 1 PhD") < few < said.index("Sample 2")
    assert "The phone number does not work. Said 3 times. On: " in said
    assert f"On: {day[YESTERDAY]}, {day[TODAY]}." in said
    assert "Phone (415) 555-0142" in said
    assert "Address 1 Main St, San Francisco, CA 94110" in said
    assert "From test (November 1, 2026)" in said
    assert "Does not take Aetna. Said once." in said


@pytest.mark.parametrize("how", ["fixed", "dismissed"])
def test_what_is_settled_is_closed_and_written_down(
    site: AdminSite, directory: Engine, how: str
) -> None:
    browser = site.signed_in("admin")
    answer = browser.post(PATH, settle(how=how))
    assert answer.headers["location"] == f"{PATH}?done=settled"
    assert "Settled. Thank you." in text_of(browser.get(answer.headers["location"]))
    assert [one.provider_id for one in reports.open_reports(directory)] == [2]
    assert site.actions()[0] == (browser.account.id, "report.settle", f"1 number {how}")
    again = browser.post(PATH, settle(how=how))
    assert again.headers["location"] == f"{PATH}?done=settled_already"


def test_one_thing_is_settled_and_no_other(site: AdminSite, directory: Engine) -> None:
    reports.report(directory, 2, "payer", "cigna", on=TODAY)
    form = settle(provider="2", what="payer", payer="aetna")
    assert site.signed_in("admin").post(PATH, form).status_code == 303
    left = {(one.provider_id, one.what, one.payer) for one in reports.open_reports(directory)}
    assert left == {(1, "number", None), (2, "payer", "cigna")}


@pytest.mark.parametrize(
    "form", [settle(how="gone"), settle(provider="x"), settle(provider=""), settle(how="")]
)
def test_a_form_that_is_not_ours_settles_nothing(
    site: AdminSite, directory: Engine, form: dict[str, str]
) -> None:
    assert site.signed_in("admin").post(PATH, form).status_code == 404
    assert len(reports.open_reports(directory)) == 2


def test_nothing_reported_is_said(site: AdminSite) -> None:
    upgrade(site.directory_url)
    assert "No listing is reported wrong." in text_of(site.signed_in("admin").get(PATH))


def test_without_the_directory_the_page_says_so(site: AdminSite) -> None:
    browser = site.signed_in("admin")
    for answer in (browser.get(PATH), browser.post(PATH, settle())):
        assert answer.status_code == 503
        assert "The directory does not answer now." in text_of(answer)
    assert browser.get("/staff/admin/counts").status_code == 200


def test_an_auditor_reads_and_settles_nothing(site: AdminSite, directory: Engine) -> None:
    browser = site.signed_in("auditor")
    page = browser.get(PATH)
    assert "Said 3 times." in text_of(page)
    assert "<form" not in page.text.partition("<main")[2]
    assert browser.post(PATH, settle()).status_code == 403
    assert site.signed_in("staff").get(PATH).status_code == 403
    assert len(reports.open_reports(directory)) == 2
