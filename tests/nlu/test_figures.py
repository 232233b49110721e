from __future__ import annotations

import pytest

from bot.engine.figures import find_figures


def figures(text: str) -> list[tuple[str, str]]:
    return [(one.entity, one.value) for one in find_figures(text)]


@pytest.mark.parametrize(
    ("text", "zips"),
    [
        ("94110", ["94110"]),
        ("zip:94110.", ["94110"]),
        ("94110-1234", ["94110"]),
        ("Chicago 60601, IL", ["60601"]),
        ("not 60601, 60610", ["60601", "60610"]),
        ("9 4 1 1 0", ["94110"]),
        ("my zip is 02139", ["02139"]),
    ],
)
def test_zip_codes(text: str, zips: list[str]) -> None:
    assert figures(text) == [("zip", one) for one in zips]


@pytest.mark.parametrize(
    "text",
    ["$12000", "12,500", "12345.67", "123456", "9411", "12000 dollars", "A12345", "555-12345"],
)
def test_other_long_numbers_are_no_zip_codes(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "miles"),
    [
        ("make it 25 miles", "25"),
        ("25mi", "25"),
        ("2.5 miles", "2.5"),
        ("ten miles please", "10"),
        ("twenty five miles", "25"),
        ("a mile", "1"),
        ("within 10", "10"),
        ("make it 30", "30"),
        ("5 millas", "5"),
        ("10 more miles", "10"),
    ],
)
def test_distances(text: str, miles: str) -> None:
    assert figures(text) == [("miles", miles)]


@pytest.mark.parametrize(
    "text",
    ["within 10 minutes", "within 2 weeks", "make it 5 pm", "make it 5:30", "make it 9-5", "$5 mi"],
)
def test_times_and_prices_are_no_distances(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2", ["2"]),
        ("#3", ["3"]),
        ("second", ["2"]),
        ("the third one please", ["3"]),
        ("remove 2", ["2"]),
        ("remove 2 and 5", ["2", "5"]),
        ("drop 1, 2 and 5", ["1", "2", "5"]),
        ("delete the 4th", ["4"]),
        ("take out the last one", ["last"]),
        ("number two can go", ["2"]),
        ("move question 3 to the top", ["3"]),
        ("i don't want the second one", ["2"]),
        ("quita la 2", ["2"]),
        ("borra la última", ["last"]),
    ],
)
def test_item_numbers(text: str, numbers: list[str]) -> None:
    assert figures(text) == [("number", one) for one in numbers]


@pytest.mark.parametrize(
    "text",
    [
        "my first visit",
        "a second opinion",
        "he is 16 years old",
        "im 34",
        "i pay 40 dollars",
        "24/7",
        "call 555-0100",
        "after 5pm",
        "add one about cost",
        "the one about sleep",
        "change my appointment to 3 pm",
        "we have two kids",
        "english is my second language",
    ],
)
def test_numbers_that_mean_no_item_are_left_alone(text: str) -> None:
    assert figures(text) == []


def test_a_zip_and_a_distance_in_one_message() -> None:
    assert figures("within 10 miles of 94110") == [("miles", "10"), ("zip", "94110")]
