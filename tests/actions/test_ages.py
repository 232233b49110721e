import pytest

from actions.ages import age_group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("my 9 yr old needs someone", "child"),
        ("for a 9yo", "child"),
        ("mi hijo de 9 años", "child"),
        ("my 15-year-old won't go to school", "teen"),
        ("he's 15", "teen"),
        ("my son hes 15 wont go to school", "teen"),
        ("my daughter is 13.", "teen"),
        ("I am 72 years old", "older_adult"),
        ("my mother is 80", "older_adult"),
    ],
)
def test_an_age_names_the_group(text, group):
    assert age_group(text) == group


@pytest.mark.parametrize(
    "text",
    [
        "i waited 3 years",
        "it is 20 miles",
        "i have a 3 year old and no time",
        "i'm 34",
        "she is 5 minutes away",
        "it costs 15",
        "94110",
    ],
)
def test_other_figures_and_adults_name_none(text):
    assert age_group(text) is None
