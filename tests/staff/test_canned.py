"""Ready replies: ours in two languages, a clinic's own after them, never sent unseen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.app import DATA
from bot.handoff.hours import DAYS, hours_from
from bot.staff.canned import FILE, SLOTS, Canned, filled, load_canned, ours, replies
from bot.staff.canned_store import add_reply
from bot.staff.site import load_staff_words
from bot.staff.week import week_words
from guardrails.catalogue import CatalogueError
from tests.staff.house import House, text_of

WORK = ["09:00-17:00"]


def test_each_reply_is_in_both_languages_with_a_label_and_the_same_slots() -> None:
    english, spanish = ours()["en"], ours()["es"]
    assert [reply.id for reply in english] == [reply.id for reply in spanish]
    assert len(english) >= 15
    for one, other in zip(english, spanish, strict=True):
        assert one.label != other.label
        assert slots(one) == slots(other) <= set(SLOTS)


def test_they_are_about_logistics_crisis_lines_and_the_end_among_them() -> None:
    ids = {reply.id for reply in ours()["en"]}
    assert {"greeting", "need", "hours", "call_back", "out_of_scope", "crisis_lines"} <= ids
    assert "closing" in ids


def test_a_clinics_own_come_after_ours_in_its_order_and_language(engine: Engine) -> None:
    add_reply(engine, "demo", "en", "Parking", "Park behind the house.")
    add_reply(engine, "demo", "en", "Bus", "Bus 7 stops at the door.")
    add_reply(engine, "demo", "es", "Autobús", "El autobús 7 para en la puerta.")
    add_reply(engine, "another", "en", "Stairs", "Mind the stairs.")
    found = replies(engine, "demo", "en")
    assert tuple(found[: len(ours()["en"])]) == ours()["en"]
    assert [reply.label for reply in found[len(ours()["en"]) :]] == ["Parking", "Bus"]


def test_what_is_known_is_filled_in_and_what_needs_more_is_not_offered() -> None:
    some = [
        Canned("a", "A", "Call {clinic} at {phone}."),
        Canned("b", "B", "Open {hours}."),
        Canned("c", "C", "I am {me}, {unknown}."),
    ]
    made = filled(
        some, {"clinic": "Oak {me}", "phone": "(512) 555-0100", "me": "Ana", "hours": None}
    )
    assert [reply.words for reply in made] == [
        "Call Oak {me} at (512) 555-0100.",
        "I am Ana, {unknown}.",
    ]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("  a: {en: Hi, es: Hola}\n", "a: needs both a and a_label"),
        ("  a_label: {en: Hi, es: Hola}\n", "a: needs both a and a_label"),
        (
            "  a: {en: 'Hi {name}', es: Hola}\n  a_label: {en: Hi, es: Hola}\n",
            "nothing fills {name}",
        ),
        ("  a: {en: Hi}\n  a_label: {en: Hi, es: Hola}\n", "'es' is a required property"),
    ],
)
def test_a_faulty_file_is_refused_with_what_is_wrong(
    tmp_path: Path, words: str, fault: str
) -> None:
    path = tmp_path / "canned_replies.yml"
    path.write_text(f"reviewed_on: 2026-11-21\nwords:\n{words}")
    with pytest.raises(CatalogueError, match=re.escape(fault)):
        load_canned(path)


def test_our_file_is_one_that_the_page_can_use() -> None:
    assert load_canned(FILE) == ours()


@pytest.mark.parametrize(
    ("language", "weekly", "said"),
    [
        ("en", dict.fromkeys(DAYS[:5], WORK), "Monday to Friday 9:00 am to 5:00 pm"),
        ("es", dict.fromkeys(DAYS[:5], WORK), "de lunes a viernes de 9:00 a. m. a 5:00 p. m."),
        (
            "en",
            {
                "monday": WORK,
                "wednesday": ["09:00-12:30", "14:00-24:00"],
                "sunday": ["00:00-24:00"],
            },
            "Monday 9:00 am to 5:00 pm; Wednesday 9:00 am to 12:30 pm, 2:00 pm to 12:00 am; "
            "Sunday day and night",
        ),
        ("en", "always", "every day, day and night"),
    ],
)
def test_a_clinics_week_is_said_as_people_say_it(language: str, weekly: object, said: str) -> None:
    words = load_staff_words(DATA / "content")[language]
    hours = hours_from({"timezone": "America/Chicago", "weekly": weekly})
    assert week_words(hours, {**vars(words.admin), **vars(words.inbox)}) == said


async def test_the_page_offers_them_in_the_persons_language_with_the_clinics_facts(
    tmp_path: Path,
) -> None:
    house = House.fresh(tmp_path)
    person, ana = await house.waiting(language="es"), house.member(name="Ana")
    await ana.does(person, "claim")
    page = text_of((await ana.get(f"/staff/h/{person.id}")).text)
    assert "Hola, soy Ana, care coordinator en Demo Community Clinic." in page
    assert "También puede llamar a Demo Community Clinic al (512) 555-0100." in page
    assert "Llamar al 911" in page
    assert not [slot for slot in SLOTS if f"{{{slot}}}" in page]


def slots(reply: Canned) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", reply.words))
