"""A phone number in what somebody typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sms.typed_number import read_number

NUMBER = "+15125550123"


@pytest.mark.parametrize(
    "typed",
    [
        "512 555 0123",
        "5125550123",
        "(512) 555-0123",
        "+1 512-555-0123",
        "1.512.555.0123",
        "it's 512 555 0123",
        "sure, my cell is 512-555-0123 thanks",
        "not 512 555 0123 but... yes 512-555-0123",
        "es el 512 555 0123",
        "5 1 2 5 5 5 0 1 2 3",
    ],
)
def test_a_number_is_found_however_it_is_written(typed):
    assert read_number(typed, "US").number == NUMBER


@pytest.mark.parametrize(
    "typed", ["512 555 0100 or 512 555 0101", "555 0123", "512 555 012", "78701", "51255501234567"]
)
def test_what_is_no_one_number_is_a_try_at_one(typed):
    read = read_number(typed, "US")
    assert (read.number, read.tried, read.cannot) == (None, True, False)


@pytest.mark.parametrize(
    "typed",
    ["800 555 0100", "900 555 0123", "+44 7911 123456", "876 555 0123", "+1 416 555 0123"],
    ids=["toll-free", "premium", "another country", "of the same plan", "a neighbour"],
)
def test_a_kind_or_a_country_that_is_not_texted_is_told_apart(typed):
    read = read_number(typed, "US")
    assert read.number is None
    assert read.cannot


def test_a_territory_is_of_the_country():
    assert read_number("787 555 0123", "US").number == "+17875550123"


@pytest.mark.parametrize("typed", ["no thanks", "I have 2 kids", "what is a 504 plan", "call 211"])
def test_other_words_are_no_try(typed):
    assert not read_number(typed, "US").tried


def test_what_stands_beside_a_number_is_told():
    read = read_number("text me this list at 512 555 0123 please", "US")
    assert read.rest.split() == ["text", "me", "this", "list", "at", "please"]
    assert not read.alone
    assert read_number("sorry its 512 555 0123", "US").alone


@given(st.text(max_size=200))
def test_any_words_at_all_can_be_read(text):
    read = read_number(text, "US")
    assert read.number is None or read.number.startswith("+1")
