"""The numbers' page: what was counted where and when, for who may see it, drawn and as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.counting import NAMES
from bot.staff.admin_counts import GROUPS, WAITS
from bot.staff.charts import HEIGHT, WIDTH, chart, share
from bot.store.tables import counts
from tests.staff.admin_site import TODAY, AdminSite, text_of

PATH = "/staff/admin/counts"


@pytest.fixture
def site(url: str, tmp_path: Path) -> AdminSite:
    return AdminSite(url, tmp_path)


def count(site: AdminSite, name: str, number: int, *, ago: int = 0, clinic: str = "demo") -> None:
    day = (TODAY - timedelta(days=ago)).isoformat()
    row = {"day": day, "clinic": clinic, "name": name, "count": number}
    with site.engine.begin() as connection:
        connection.execute(sa.insert(counts).values(row))


def test_r18_crisis_referrals_and_all_else_are_there_without_anybody(site: AdminSite) -> None:
    count(site, "crisis.referrals", 7)
    count(site, "conversations", 1234)
    said = text_of(site.signed_in("admin").get(PATH))
    assert "Times crisis lines were shown 7 " in said
    assert "Chats begun 1,234 " in said
    assert "Chats that people erased 0 None in this time." in said


def test_every_counter_has_its_place() -> None:
    shown = [name for of in GROUPS.values() for name in of] + list(WAITS) + ["answered.seconds"]
    assert sorted(shown) == sorted(NAMES)


def test_a_period_holds_its_days_and_no_others(site: AdminSite) -> None:
    for ago, number in ((0, 1), (6, 10), (7, 100), (29, 1000), (30, 10_000)):
        count(site, "refusals", number, ago=ago)
    browser = site.signed_in("admin")
    totals = {
        period: re.search(r"does not do ([\d,]+) ", text_of(browser.get(f"{PATH}?period={period}")))
        for period in ("week", "month", "quarter", "nonsense")
    }
    assert {period: found and found[1] for period, found in totals.items()} == {
        "week": "11",
        "month": "1,111",
        "quarter": "11,111",
        "nonsense": "1,111",
    }


def test_this_year_begins_with_january(site: AdminSite) -> None:
    assert f"{TODAY}" == "2027-01-15"
    count(site, "refusals", 5, ago=14)
    count(site, "refusals", 90, ago=15)
    said = text_of(site.signed_in("admin").get(f"{PATH}?period=year"))
    assert "January 1, 2027 to January 15, 2027" in said
    assert "does not do 5 " in said


def test_an_admin_sees_their_own_clinics_numbers_only(site: AdminSite) -> None:
    count(site, "messages", 3)
    count(site, "messages", 40, clinic="other")
    one, every = site.signed_in("admin", ["other"]), site.signed_in("admin", ["*"])
    assert "Messages from people 40 " in text_of(one.get(PATH))
    assert "Messages from people 43 " in text_of(every.get(PATH))
    assert "Messages from people 3 " in text_of(every.get(f"{PATH}?clinic=demo"))
    assert one.get(f"{PATH}?clinic=demo").status_code == 404
    assert one.get(f"{PATH}.csv?clinic=demo").status_code == 404
    assert every.get(f"{PATH}?clinic=nowhere").status_code == 404
    rows = list(csv.reader(io.StringIO(one.get(f"{PATH}.csv").text)))
    assert rows[1:] == [["2027-01-15", "other", "messages", "40"]]


def test_time_to_an_answer_is_shown_as_shares_and_an_average(site: AdminSite) -> None:
    count(site, "handoff.answered", 8)
    for name, number in zip(WAITS, (4, 2, 1, 1), strict=True):
        count(site, name, number)
    count(site, "answered.seconds", 8 * 125)
    said = text_of(site.signed_in("admin").get(PATH))
    assert "Average wait: 2 min 5 s" in said
    for line in (
        "Within 1 minute 4 50 %",
        "1 to 5 minutes 2 25 %",
        "5 to 15 minutes 1 12 %",
        "More than 15 minutes 1 12 %",
    ):
        assert line in said


def test_nobody_answered_is_said_in_words(site: AdminSite) -> None:
    assert "Nobody has been answered in this time." in text_of(site.signed_in("admin").get(PATH))


def test_each_chart_has_a_label_and_says_the_same_in_a_table(site: AdminSite) -> None:
    count(site, "conversations", 2, ago=1)
    count(site, "conversations", 9, ago=3)
    page = site.signed_in("admin").get(f"{PATH}?period=week").text
    (svg,) = re.findall(r"<svg class=\"bars\".*?</svg>", page, re.S)
    label = "Chats begun. 11 in all. Highest on one day: 9, on January 12."
    assert f'role="img" aria-label="{label}"' in svg
    assert svg.count("<rect") == 2
    table = re.findall(r'<th scope="row">(.*?)</th><td class="number">(.*?)</td>', page)
    assert table == [
        ("January 9", "0"),
        ("January 10", "0"),
        ("January 11", "0"),
        ("January 12", "9"),
        ("January 13", "0"),
        ("January 14", "2"),
        ("January 15", "0"),
    ]
    assert "style=" not in page


def test_the_page_is_in_the_browsers_language(site: AdminSite) -> None:
    count(site, "conversations", 2)
    said = text_of(site.signed_in("admin", accept_language="es-MX,es;q=0.9").get(PATH))
    assert "Chats iniciados 2" in said
    assert "15 de enero de 2027" in said


def test_csv_is_a_file_with_a_row_in_the_audit_log(site: AdminSite) -> None:
    count(site, "erased", 3, ago=1)
    browser = site.signed_in("admin")
    answer = browser.get(f"{PATH}.csv?period=week&clinic=demo")
    assert answer.headers["content-type"].startswith("text/csv")
    name = "carenav-counts-2027-01-09-2027-01-15.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == "day,clinic,name,count\n2027-01-14,demo,erased,3\n"
    assert site.actions() == [(browser.account.id, "counts.export", "week")]


def test_an_auditor_may_look_and_staff_may_not(site: AdminSite) -> None:
    auditor, staff = site.signed_in("auditor"), site.signed_in("staff")
    assert auditor.get(PATH).status_code == 200
    assert [staff.get(path).status_code for path in (PATH, f"{PATH}.csv")] == [403, 403]
    assert site.actions() == [(auditor.account.id, "counts.view", "month")]


def test_with_the_database_away_the_page_says_so(site: AdminSite) -> None:
    browser = site.signed_in("admin")
    with site.engine.begin() as connection:
        counts.drop(connection)
    try:
        assert browser.get(PATH).status_code == 503
    finally:
        counts.create(site.engine)


class TestCharts:
    FIRST = date(2026, 3, 1)

    def days(self, length: int) -> tuple[date, date]:
        return self.FIRST, self.FIRST + timedelta(days=length - 1)

    @pytest.mark.parametrize(
        ("length", "by", "bars"),
        [(1, "day", 1), (31, "day", 31), (32, "week", 5), (100, "week", 15), (366, "month", 13)],
    )
    def test_every_day_is_in_one_bar(self, length: int, by: str, bars: int) -> None:
        first, last = self.days(length)
        every = {first + timedelta(days=n): 1 for n in range(length)}
        made = chart(every, first, last)
        assert (made.by, len(made.bars), made.total) == (by, bars, length)
        follow = pairwise(made.bars)
        assert all(one.bin.last + timedelta(days=1) == two.bin.first for one, two in follow)
        assert (made.bars[0].bin.first, made.bars[-1].bin.last) == (first, last)

    def test_bars_stand_inside_the_drawing_side_by_side(self) -> None:
        first, last = self.days(30)
        made = chart({first: 1, last: 1000}, first, last)
        assert made.bars[0].height > 1  # seen, though it is a thousandth of the highest
        assert made.bars[-1].height == HEIGHT
        assert all(bar.height == 0 for bar in made.bars[1:-1])
        assert all(bar.y + bar.height == HEIGHT for bar in made.bars)
        edges = [(bar.x, bar.x + bar.width) for bar in made.bars]
        assert all(left[1] < right[0] for left, right in pairwise(edges))
        assert 0 <= edges[0][0] < edges[-1][1] <= WIDTH

    def test_a_share_of_nothing_is_nothing(self) -> None:
        assert (share(0, 0), share(1, 3), share(3, 3)) == (0, 33, 100)
