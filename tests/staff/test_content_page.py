"""`/staff/content`: a reviewer reads all that the bot can say, by subject and language."""

from __future__ import annotations

from datetime import date

import pytest

from bot.app import DATA
from bot.staff import content_pages
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser
from tests.staff.admin_site import text_of
from tests.staff.site import Site

RELEASER = Releaser(
    load_catalogue(DATA / "content"),
    load_helplines(DATA / "content" / "helplines.yml", date(2026, 11, 21)),
)


@pytest.fixture
def site(url: str) -> Site:
    return Site(url, routes=content_pages.routes(RELEASER))


def test_a_member_reads_a_subject_in_one_language_with_sources_and_dates(site: Site) -> None:
    said = text_of(site.signed_in("staff").get("/staff/content?subject=refusals&language=es"))
    ours = RELEASER.catalogue.messages.values()
    message = next(one for one in ours if one.file == "refusals" and not one.slots)
    assert " ".join(message.words["es"].split()) in said
    assert " ".join(message.words["en"].split()) not in said
    assert f"Reviewed on {message.reviewed_on}" in said


def test_words_are_found_in_every_subject(site: Site) -> None:
    said = text_of(site.signed_in("staff").get("/staff/content?words=SUPERBILL&language=en"))
    assert "cost.superbill" in said
    assert "safety." not in said


def test_what_matches_nothing_says_so(site: Site) -> None:
    assert "Nothing like that" in text_of(site.signed_in("staff").get("/staff/content?words=zzqx"))
    assert "Nothing like that" in text_of(site.signed_in("staff").get("/staff/content?subject=zz"))


def test_the_buttons_and_names_can_be_read(site: Site) -> None:
    said = text_of(site.signed_in("staff").get("/staff/content?subject=labels"))
    assert "Find a provider find.start" in said


def test_a_stranger_does_not_come_in(site: Site) -> None:
    assert site.browser().get("/staff/content", follow_redirects=False).status_code in (302, 303)
