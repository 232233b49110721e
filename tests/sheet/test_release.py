"""A sheet as words: what is reviewed, and what the person wrote, which stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.release import Withheld
from guardrails.sheets import LONGEST_OWN, MOST_ITEMS
from tests.sheet.sheets import OWN, RELEASER, a_sheet, card, draft


def test_a_sheet_is_a_card_with_a_title_for_each_section_and_a_reason_for_a_question():
    made = card()
    assert (made["type"], made["language"]) == ("sheet", "en")
    assert made["title"] == "My visit sheet: psychiatrist"
    assert [section["title"] for section in made["sections"]] == [
        "What matters",
        "To ask",
        "To bring",
        "To say",
    ]
    assert made["sections"][1]["lines"] == [
        {"text": "How long is a visit?", "why": "So you can plan.", "own": False},
        {"text": "and my job?", "own": True},
    ]
    assert made["sections"][3]["lines"][0]["text"] == "I want to see a psychiatrist."


def test_it_is_in_the_language_of_the_chat_and_ones_own_words_are_not_touched():
    made = card(language="es")
    assert made["title"].startswith("Mi hoja para la cita: psiquiatra")
    assert made["sections"][0] == {
        "id": "matters",
        "title": "Lo que importa",
        "lines": [{"text": OWN, "own": True}],
    }


def test_without_a_role_it_has_a_title_all_the_same_and_an_empty_one_is_no_fault():
    empty = {"role": None, "kind": None, "whom": None, "sections": []}
    (made,) = RELEASER.release(draft(empty)).cards
    assert (made["title"], made["sections"]) == ("My visit sheet", [])


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
@settings(max_examples=60, deadline=None)
def test_ones_own_words_are_kept_character_for_character(text):
    assert card(text)["sections"][0]["lines"][0] == {"text": text, "own": True}


@pytest.mark.parametrize(
    "item",
    [
        {"item": "sheet.no_such_line"},
        {"item": "about.what"},
        {"item": "sheet.test.how_long", "why": "sheet.test.how_long"},
        {"item": "sheet.test.how_long", "why": "sheet.why.nothing"},
        {"item": "sheet.test.call"},
        {"item": "sheet.test.call", "slots": {"role": "anything at all"}},
        {"item": "sheet.test.call", "slots": ["role.psychiatrist"]},
        {"item": ["sheet.test.how_long"]},
        {"item": "sheet.test.how_long", "own": "both"},
        {"item": "sheet.test.how_long", "text": "free words"},
        {"text": "free words"},
        {"own": ""},
        {"own": " \n "},
        {"own": None},
        {"own": 5},
        {"own": "half a letter: \ud83d"},
        {"own": "x" * (LONGEST_OWN + 1)},
        {},
        "free words",
        None,
    ],
)
def test_a_line_that_is_neither_reviewed_nor_their_own_holds_the_sheet_back(item):
    sheet = a_sheet()
    sheet["sections"][1]["items"] = [item]
    with pytest.raises(Withheld) as why:
        RELEASER.release(draft(sheet))
    assert "free words" not in str(why.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"role": "wizard"},
        {"role": ["psychiatrist"]},
        {"kind": "last"},
        {"whom": ["adult"]},
        {"sections": None},
        {"sections": "matters"},
        {"sections": [{"id": "secrets", "items": []}]},
        {"sections": [{"id": "matters"}]},
        {"sections": [{"id": "matters", "items": []}, {"id": "matters", "items": []}]},
        {"sections": [{"id": "matters", "items": [{"own": "x"}] * (MOST_ITEMS + 1)}]},
        {"sections": [{"id": "matters", "items": [{"own": "x" * LONGEST_OWN}] * 11}]},
    ],
)
def test_a_sheet_of_another_shape_is_held_back(changed):
    with pytest.raises(Withheld):
        RELEASER.release(draft({**a_sheet(), **changed}))


@pytest.mark.parametrize("cards", [[{"sheet": None}], [{"sheet": a_sheet()}, {"link": "x"}]])
def test_a_card_beside_a_sheet_is_a_sheet_too_or_nothing_is_shown(cards):
    with pytest.raises(Withheld):
        RELEASER.release({**draft(), "cards": cards})


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://care.example/",
        "https://care.example/s/short",
        "https://care.example/s/" + "a" * 24 + "?x=1",
        'https://care.example/s/" onclick="x/s/' + "a" * 24,
        "ftp://care.example/s/" + "a" * 24,
        None,
    ],
)
def test_a_link_leads_to_a_sheet_and_nowhere_else(link):
    slots = {"until": "2026-12-01", "link": "https://care.example/s/" + "a" * 24}
    with pytest.raises(Withheld):
        RELEASER.release({"message": "sheet.link", "slots": slots, "cards": [{"link": link}]})
