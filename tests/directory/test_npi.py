import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import npi


@pytest.mark.parametrize("number", ["1234567893", "1993999998", "1558598797", "1255334207"])
def test_numbers_with_the_right_check_digit_are_valid(number):
    assert npi.is_valid(number)


@pytest.mark.parametrize(
    "number",
    ["1234567890", "", "123456789", "12345678934", "3234567890", "123456789a", "١٢٣٤٥٦٧٨٩٣"],
)
def test_other_text_is_not_an_npi(number):
    assert not npi.is_valid(number)


@given(st.integers(100_000_000, 299_999_999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(nine, place, change):
    number = f"{nine}{npi.check_digit(str(nine))}"
    wrong = str((int(number[place]) + change) % 10)

    assert npi.is_valid(number)
    assert not npi.is_valid(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize("nine", ["", "12345678", "1234567890", "12345678x"])
def test_a_check_digit_needs_nine_digits(nine):
    with pytest.raises(ValueError, match="nine digits"):
        npi.check_digit(nine)
