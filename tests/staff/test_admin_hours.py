"""The hours' page: what is typed is kept and counts at once; what can't be is said in its place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.hours import DAYS, Hours, hours_from
from bot.staff.hours_form import HoursForm, form_of, read_form
from bot.store.tables import clinic_settings
from tests.staff.admin_site import TODAY, AdminSite, text_of

PATH = "/staff/admin/hours"


@pytest.fixture
def site(url: str, tmp_path: Path) -> AdminSite:
    return AdminSite(url, tmp_path)


def typed(**fields: Any) -> dict[str, Any]:
    """A form with nothing in it but what is given; ``__`` stands for a dot."""
    given = {name.replace("__", "."): value for name, value in fields.items()}
    return {"clinic": "demo", "timezone": "America/Chicago", "do": "save", **given}


def hours(site: AdminSite, clinic: str = "demo") -> Hours:
    found = site.admin.clinics[clinic].hours
    assert found
    return found


def test_what_is_typed_counts_at_once(site: AdminSite) -> None:
    browser = site.signed_in("admin")
    answer = browser.post(
        PATH,
        typed(
            timezone="America/Denver",
            monday__from=["13:00", "08:30", ""],
            monday__to=["17:00", "12:00", ""],
            friday__from="22:00",
            friday__to="06:00",
            saturday__from="20:00",
            saturday__to="00:00",
            sunday__all_day="1",
            special__date=["2027-07-05", "2027-12-24", "2027-12-24", ""],
            special__from=["", "09:00", "13:00", ""],
            special__to=["", "12:00", "14:00", ""],
        ),
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PATH}?clinic=demo&done=saved"
    assert hours(site).document() == {
        "timezone": "America/Denver",
        "weekly": {
            "monday": ["08:30-12:00", "13:00-17:00"],
            "friday": ["22:00-06:00"],
            "saturday": ["20:00-24:00"],
            "sunday": ["00:00-24:00"],
        },
        "closed": ["2027-07-05"],
        "short": {"2027-12-24": ["09:00-12:00", "13:00-14:00"]},
    }
    assert "Saved." in text_of(browser.get(answer.headers["location"]))
    actor = browser.account.id
    assert site.actions()[0] == (actor, "hours.change", "")
    with site.engine.connect() as connection:
        (row,) = connection.execute(sa.select(clinic_settings)).all()
    assert (row.clinic, row.changed_by) == ("demo", actor)


def test_what_is_kept_is_shown_and_sent_again_changes_nothing(site: AdminSite) -> None:
    browser = site.signed_in("admin")
    browser.post(
        PATH,
        typed(
            tuesday__from=["09:00", "13:00", "18:00"],
            tuesday__to=["12:00", "17:00", "00:00"],
            sunday__all_day="1",
            special__date=["2027-07-05"],
            special__from=[""],
            special__to=[""],
        ),
    )
    before = hours(site)
    page = browser.get(PATH).text
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input [^>]*name="([\w.]+)" value="([^"]*)"', page):
        if not name.endswith(".all_day") and name != "csrf":
            fields.setdefault(name, []).append(value)
    for day in re.findall(r'name="(\w+)\.all_day" value="1" checked', page):
        fields[f"{day}.all_day"] = ["1"]
    assert browser.post(PATH, typed() | fields).status_code == 303
    assert hours(site) == before


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({"monday__from": "09:00", "monday__to": ""}, "monday-1", "Give both times."),
        ({"monday__from": "", "monday__to": "09:00"}, "monday-1", "Give both times."),
        ({"monday__from": "9 am", "monday__to": "17:00"}, "monday-1", "such as 09:00"),
        ({"monday__from": "25:00", "monday__to": "17:00"}, "monday-1", "such as 09:00"),
        ({"monday__from": "09:60", "monday__to": "17:00"}, "monday-1", "such as 09:00"),
        ({"monday__from": "24:00", "monday__to": "17:00"}, "monday-1", "such as 09:00"),
        ({"monday__from": "09:00", "monday__to": "09:00"}, "monday-1", "check the box"),
        (
            {"monday__from": ["09:00", "11:00"], "monday__to": ["12:00", "17:00"]},
            "monday-2",
            "runs into another time",
        ),
        (
            {"monday__from": ["18:00", "20:00"], "monday__to": ["02:00", "21:00"]},
            "monday-2",
            "runs into another time",
        ),
        ({"special__date": "soon"}, "special-1", "such as 2026-12-25"),
        ({"special__from": "09:00", "special__to": "10:00"}, "special-1", "such as 2026-12-25"),
        ({"special__date": "2027-01-14"}, "special-1", "This day is past."),
        ({"special__date": "2027-02-01", "special__from": "09:00"}, "special-1", "Give both"),
        (
            {
                "special__date": ["2027-02-01", "2027-02-01"],
                "special__from": ["", "09:00"],
                "special__to": ["", "10:00"],
            },
            "special-1",
            "as closed and with times",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    site: AdminSite, fields: dict[str, Any], field: str, error: str
) -> None:
    before = hours(site)
    answer = site.signed_in("admin").post(PATH, typed(**fields))
    assert answer.status_code == 422
    (said,) = re.findall(rf'<p class="error" id="{field}-error">(.*?)</p>', answer.text)
    assert error in said
    assert f'aria-describedby="{field}-error"' in answer.text
    assert "Nothing was saved yet." in text_of(answer)
    assert hours(site) == before
    assert [action for _, action, _ in site.actions()] == []
    for value in fields.values():  # what was typed stands there still
        for one in [value] if isinstance(value, str) else value:
            assert f'value="{one}"' in answer.text


def test_a_time_zone_that_is_none_is_said_at_its_field(site: AdminSite) -> None:
    answer = site.signed_in("admin").post(PATH, typed(timezone="Mars/Olympus"))
    assert answer.status_code == 422
    assert 'id="timezone-error">Choose a time zone.' in answer.text


def test_monday_is_copied_to_the_other_weekdays_and_waits_to_be_saved(site: AdminSite) -> None:
    before = hours(site)
    fields = typed(do="copy", monday__from="09:00", monday__to="17:00", sunday__all_day="1")
    answer = site.signed_in("admin").post(PATH, fields)
    assert answer.status_code == 200
    assert "Monday was copied. Check it, then save." in text_of(answer)
    for day in DAYS[:5]:
        assert re.search(rf'name="{day}\.from" value="09:00"', answer.text)
        assert re.search(rf'name="{day}\.to" value="17:00"', answer.text)
    assert not re.search(r'name="saturday\.from" value="09:00"', answer.text)
    assert 'name="sunday.all_day" value="1" checked' in answer.text
    assert hours(site) == before


def test_more_holidays_than_anybody_has_are_kept(site: AdminSite) -> None:
    days = [date.fromordinal(TODAY.toordinal() + n).isoformat() for n in range(80)]
    empty = [""] * len(days)
    fields = typed(special__date=days, special__from=empty, special__to=empty)
    assert site.signed_in("admin").post(PATH, fields).status_code == 303
    assert len(hours(site).closed) == 80


def test_nobody_changes_another_clinics_hours(site: AdminSite) -> None:
    before = hours(site)
    browser = site.signed_in("admin", ["other"])
    assert browser.post(PATH, typed(monday__all_day="1")).status_code == 404
    assert browser.get(f"{PATH}?clinic=demo").status_code == 404
    assert hours(site) == before


def test_an_auditor_reads_and_changes_nothing(site: AdminSite) -> None:
    before = hours(site)
    browser = site.signed_in("auditor")
    page = browser.get(PATH)
    assert "Only an admin can change it." in text_of(page)
    assert '<fieldset class="plain" disabled>' in page.text
    assert browser.post(PATH, typed(monday__all_day="1")).status_code == 403
    assert hours(site) == before


def test_the_page_says_what_people_are_told_now_in_the_chats_own_words(site: AdminSite) -> None:
    browser = site.signed_in("admin", ["*"])
    assert "What people see now: Open now. It does not close." in text_of(browser.get(PATH))
    browser.post(PATH, typed(monday__from="09:00", monday__to="17:00"))
    said = text_of(browser.get(PATH))  # the clock stands on a Friday
    assert "What people see now: Closed now. Opens Monday at 9:00 am" in said
    assert "Staff are here again on Monday at 9:00 am, clinic time." in said
    assert "El personal vuelve" in said


# --- the form and the hours are the same thing ---------------------------------------------------

MINUTES = st.integers(0, 24 * 60 - 1)


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    def spans() -> list[str]:
        ends = sorted(draw(st.sets(MINUTES, min_size=0, max_size=6)))
        pairs = zip(ends[::2], ends[1::2], strict=False)
        return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]

    days = draw(st.sets(st.dates(TODAY, date(2029, 1, 1)), max_size=5))
    own = {day.isoformat(): spans() for day in days}
    return hours_from(
        {
            "timezone": draw(st.sampled_from(["UTC", "America/Chicago"])),
            "weekly": {day: spans() for day in DAYS},
            "closed": [day for day, times in own.items() if not times],
            "short": {day: times for day, times in own.items() if times},
        }
    )


def as_fields(form: HoursForm) -> dict[str, list[str]]:
    fields = {"timezone": [form.timezone]}
    for day in form.days:
        fields |= {f"{day.day}.all_day": ["1"]} if day.all_day else {}
        fields[f"{day.day}.from"] = [row.start for row in day.rows]
        fields[f"{day.day}.to"] = [row.end for row in day.rows]
    for name, part in (("date", "day"), ("from", "start"), ("to", "end")):
        fields[f"special.{name}"] = [getattr(row, part) for row in form.special]
    return fields


@settings(deadline=None)
@given(some_hours())
def test_any_hours_come_back_from_the_form_as_they_were(kept: Hours) -> None:
    form = read_form(as_fields(form_of(kept, TODAY, "UTC")), TODAY)
    assert not form.faulty
    assert hours_from(form.document()).document() == kept.document()


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["timezone", "special.date", "special.from", "special.to", "x"]
            + [f"{day}.{part}" for day in DAYS[:2] for part in ("from", "to", "all_day")]
        ),
        st.lists(
            st.one_of(
                st.sampled_from(["09:00", "17:00", "00:00", "24:00", "2027-05-01", "", "UTC"]),
                st.text("0129:- ٣é", max_size=8),
            ),
            max_size=4,
        ),
    )
)
def test_whatever_is_sent_is_either_faulty_or_hours(fields: dict[str, list[str]]) -> None:
    form = read_form(fields, TODAY)
    if not form.faulty:
        hours_from(form.document())
