"""A clinic's own ready replies: written, changed, put in order and deleted, by its admins only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.staff import canned_store
from bot.staff.canned import replies as for_staff
from bot.staff.canned_store import add_reply, own_replies
from tests.staff.admin_site import AdminSite, text_of
from tests.staff.site import Browser

PATH = "/staff/admin/replies"


@pytest.fixture
def site(url: str, tmp_path: Path) -> AdminSite:
    return AdminSite(url, tmp_path)


def labels(site: AdminSite, clinic: str = "demo", language: str = "en") -> list[str]:
    return [reply.label for reply in own_replies(site.engine, clinic, language)]


def add(site: AdminSite, *names: str, clinic: str = "demo", language: str = "en") -> list[str]:
    return [add_reply(site.engine, clinic, language, name, f"About {name}.") for name in names]


def save(browser: Browser, words: str, label: str = "Parking", **more: str):  # type: ignore[no-untyped-def]
    fields = {"clinic": "demo", "language": "en", "label": label, "words": words, "do": "save"}
    return browser.post(PATH, fields | more)


def test_a_new_reply_is_there_for_staff_in_its_language(site: AdminSite) -> None:
    browser = site.signed_in("admin")
    answer = save(browser, "Hola.\r\nSoy {me}.", "  Un   saludo ", language="es")
    assert answer.status_code == 303
    (reply,) = own_replies(site.engine, "demo")
    assert (reply.language, reply.label, reply.words) == ("es", "Un saludo", "Hola.\nSoy {me}.")
    assert reply.label in [one.label for one in for_staff(site.engine, "demo", "es")]
    assert reply.label not in [one.label for one in for_staff(site.engine, "demo", "en")]
    page = browser.get(answer.headers["location"])
    assert "Saved." in text_of(page)
    assert "Un saludo" in text_of(page)
    assert (browser.account.id, "canned.change", "") in site.actions()


def test_a_reply_is_changed_where_it_stands(site: AdminSite) -> None:
    first, second = add(site, "One", "Two")
    browser = site.signed_in("admin")
    page = browser.get(f"{PATH}?clinic=demo&edit={first}").text
    assert 'value="One"' in page
    assert ">About One.</textarea>" in page
    assert save(browser, "New words.", "Uno", reply=first).status_code == 303
    kept = own_replies(site.engine, "demo", "en")
    assert [(one.id, one.label, one.words) for one in kept] == [
        (first, "Uno", "New words."),
        (second, "Two", "About Two."),
    ]
    assert (browser.account.id, "canned.change", first) in site.actions()


def test_replies_move_up_and_down_and_stop_at_the_ends(site: AdminSite) -> None:
    one, _two, three = add(site, "One", "Two", "Three")
    add(site, "Uno", language="es")
    browser = site.signed_in("admin")

    def move(do: str, reply: str) -> list[str]:
        form = {"clinic": "demo", "do": do, "reply": reply}
        assert browser.post(PATH, form).status_code == 303
        return labels(site)

    assert move("up", three) == ["One", "Three", "Two"]
    assert move("up", three) == ["Three", "One", "Two"]
    assert move("up", three) == ["Three", "One", "Two"]
    assert move("down", one) == ["Three", "Two", "One"]
    assert move("down", one) == ["Three", "Two", "One"]
    assert labels(site, language="es") == ["Uno"]


def test_a_reply_is_deleted_after_being_asked(site: AdminSite) -> None:
    one, two = add(site, "One", "Two")
    browser = site.signed_in("admin")
    asked = browser.get(f"{PATH}?clinic=demo&delete={one}")
    assert "Delete this reply? It cannot be undone." in text_of(asked)
    assert labels(site) == ["One", "Two"]
    gone = {"clinic": "demo", "do": "delete", "reply": one}
    assert "done=saved" in browser.post(PATH, gone).headers["location"]
    assert labels(site) == ["Two"]
    assert "done=error_gone" in browser.post(PATH, gone).headers["location"]
    assert [reply.id for reply in own_replies(site.engine, "demo")] == [two]


def test_what_was_deleted_meanwhile_is_said_to_be_gone(site: AdminSite) -> None:
    (one,) = add(site, "One")
    browser = site.signed_in("admin")
    canned_store.delete_reply(site.engine, "demo", one)
    answer = save(browser, "New words.", reply=one)
    assert "This reply is no longer there." in text_of(browser.get(answer.headers["location"]))
    assert labels(site) == []


@pytest.mark.parametrize(
    ("label", "words", "field", "error"),
    [
        ("", "Words.", "label", "at most 60 characters"),
        ("x" * 61, "Words.", "label", "at most 60 characters"),
        ("Name", " ", "words", "at most 2000 characters"),
        ("Name", "x" * 2001, "words", "at most 2000 characters"),
        ("Name", "Dear {patient}", "words", "Nothing fills {patient}. You can use clinic, phone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    site: AdminSite, label: str, words: str, field: str, error: str
) -> None:
    answer = save(site.signed_in("admin"), words, label)
    assert answer.status_code == 422
    (said,) = re.findall(rf'<span class="error" id="{field}-error">(.*?)</span>', answer.text)
    assert error in said
    assert labels(site) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Call me at (415) 555-0142.", "(415) 555-0142"),
        ("Write to ana@mail.example.", "ana@mail.example"),
        ("415.555.0142 or ana@mail.example", "415.555.0142, ana@mail.example"),
    ],
)
def test_a_number_that_is_not_the_clinics_is_asked_about_once(
    site: AdminSite, words: str, found: str
) -> None:
    browser = site.signed_in("admin", ["other"])
    fields = {"clinic": "other", "language": "en", "label": "Contact", "words": words}
    asked = browser.post(PATH, {**fields, "do": "save"})
    assert asked.status_code == 422
    assert f"not a number or address of your clinic: {found}." in text_of(asked)
    assert labels(site, "other") == []
    (sure,) = re.findall(r'name="sure" value="(\w+)"', asked.text)
    changed = browser.post(PATH, {**fields, "words": words + " 415-555-0143", "sure": sure})
    assert changed.status_code == 422  # sure of other words
    assert browser.post(PATH, {**fields, "sure": sure}).status_code == 303
    assert labels(site, "other") == ["Contact"]


@pytest.mark.parametrize(
    "words",
    [
        "Call us at 415-555-0199.",
        "Write to care@other.example.org.",
        "Call or text 988, text 741741, or call 1-800-799-7233.",
        "We open at 9:00 on 2027-02-01, room 1204.",
    ],
)
def test_the_clinics_own_numbers_and_help_lines_are_no_question(
    site: AdminSite, words: str
) -> None:
    fields = {"clinic": "other", "language": "en", "label": "Contact", "words": words}
    browser = site.signed_in("admin", ["other"])
    assert browser.post(PATH, {**fields, "do": "save"}).status_code == 303


def test_there_is_an_end_to_how_many(site: AdminSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canned_store, "MOST", 2)
    add(site, "One", "Two")
    answer = save(site.signed_in("admin"), "One more.")
    assert answer.status_code == 422
    assert "There is no room for more." in text_of(answer)
    assert labels(site) == ["One", "Two"]


def test_another_clinics_replies_are_out_of_reach(site: AdminSite) -> None:
    (theirs,) = add(site, "Theirs", clinic="other")
    browser = site.signed_in("admin", ["demo"])
    assert browser.get(f"{PATH}?clinic=other").status_code == 404
    assert save(browser, "Mine now.", clinic="other").status_code == 404
    save(browser, "Mine now.", reply=theirs)
    browser.post(PATH, {"clinic": "demo", "do": "delete", "reply": theirs})
    browser.post(PATH, {"clinic": "demo", "do": "up", "reply": theirs})
    assert browser.get(f"{PATH}?clinic=demo&edit={theirs}").text.count("Theirs") == 0
    (kept,) = own_replies(site.engine, "other")
    assert (kept.label, kept.words) == ("Theirs", "About Theirs.")


def test_a_language_that_the_clinic_does_not_speak_is_none(site: AdminSite) -> None:
    browser = site.signed_in("admin", ["*"])
    assert save(browser, "Hola.", clinic="other", language="es").status_code == 404


def test_an_auditor_reads_and_changes_nothing(site: AdminSite) -> None:
    add(site, "One")
    browser = site.signed_in("auditor")
    page = browser.get(PATH)
    assert "About One." in text_of(page)
    assert "<form" not in page.text.partition("<main")[2]
    assert save(browser, "Words.").status_code == 403
    assert site.signed_in("staff").get(PATH).status_code == 403
