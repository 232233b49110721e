"""What is asked from outside becomes a query, or one clear refusal."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.ask import PARAMETERS, BadAsk, UnknownParameter, ask
from directory.paging import LAST, mark
from directory.places import Place


def asked(**given):
    return ask(
        {name: [value] if isinstance(value, str) else value for name, value in given.items()}
    )


def refused(**given):
    with pytest.raises(BadAsk) as caught:
        asked(**given)
    return caught.value


def test_a_zip_is_measured_from_its_centre():
    query = asked(zip="94110-1234")
    assert (query.place.city, query.place.state, query.place.zip) == (
        "San Francisco",
        "CA",
        "94110",
    )
    assert (query.radius_miles, query.limit, query.offset) == (25, 10, 0)


@pytest.mark.parametrize("near", ["Austin, TX", "austin tx", "near austin texas", "  AUSTIN,tx "])
def test_a_city_is_understood_as_people_write_it(near):
    assert asked(near=near).place.label == "Austin, TX"


def test_coordinates_are_a_place_without_a_name():
    assert asked(lat="37.75", lon="-122.42").place == Place("", "", 37.75, -122.42)


@pytest.mark.parametrize("text", ["TX", "tx", "Texas", "texas"])
def test_a_state_is_searched_as_a_whole(text):
    query = asked(state=text)
    assert (query.place, query.state) == (None, "TX")
    assert asked(near="Texas").state == "TX"


def test_a_state_beside_a_place_is_where_the_person_is():
    query = asked(zip="07030", state="NY", format="telehealth")
    assert (query.place.state, query.by_state) == ("NJ", "NY")


def test_names_are_understood_as_people_say_them():
    query = asked(
        near="Austin, TX",
        role="shrink",
        payer=["BCBS", "Medi-Cal"],
        language="español",
        age_group="teenagers",
        identity="woman",
        time="evenings",
        format="video",
    )
    assert query.roles == ("psychiatrist",)
    assert query.payers == ("bcbs", "medicaid")
    assert (query.languages, query.age_groups) == (("spanish",), ("teen",))
    assert (query.identities, query.times, query.format) == (("woman",), ("evening",), "online")


def test_several_values_come_repeated_or_with_commas():
    assert (
        asked(state="TX", payer=["aetna", "cigna"]).payers
        == asked(state="TX", payer="aetna, cigna,,").payers
        == ("aetna", "cigna")
    )


def test_what_is_empty_asks_for_nothing():
    assert asked(zip="94110", near="", payer=["", "  "], radius="", plan="\t") == asked(zip="94110")


def test_numbers_and_yes_are_read():
    query = asked(zip="94110", radius="7.5", limit="20", new_patients="TRUE", name="Sample One")
    assert (query.radius_miles, query.limit, query.new_patients) == (7.5, 20, True)
    assert query.name == "Sample One"
    assert not asked(zip="94110", new_patients="false").new_patients


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({}, "near", "give zip"),
        ({"role": "therapist"}, "near", "give zip"),
        ({"zip": "00000"}, "zip", "no place"),
        ({"zip": "9411"}, "zip", "five digits"),
        ({"zip": "９４１１０"}, "zip", "five digits"),
        ({"zip": "09012"}, "zip", "nowhere on the map"),
        ({"near": "Xyzzyville"}, "near", "no such place"),
        ({"zip": "94110", "near": "Austin, TX"}, "near", "one place"),
        ({"zip": "94110", "lat": "1", "lon": "1"}, "near", "one place"),
        ({"zip": ["94110", "94111"]}, "zip", "once"),
        ({"lat": "37"}, "lon", "together"),
        ({"lat": "91", "lon": "0"}, "lat", "-90 to 90"),
        ({"lat": "0", "lon": "nan"}, "lon", "-180 to 180"),
        ({"state": "Ontario"}, "state", "not a state"),
        ({"lat": "37", "lon": "-122", "format": "online"}, "state", "online"),
        ({"zip": "94110", "radius": "0.5"}, "radius", "1 to 100"),
        ({"zip": "94110", "radius": "101"}, "radius", "1 to 100"),
        ({"zip": "94110", "radius": "1e2"}, "radius", "1 to 100"),
        ({"zip": "94110", "radius": "٢٥"}, "radius", "1 to 100"),
        ({"zip": "94110", "limit": "0"}, "limit", "1 to 20"),
        ({"zip": "94110", "limit": "²"}, "limit", "1 to 20"),
        ({"zip": "94110", "new_patients": "yes please"}, "new_patients", "true or false"),
        ({"zip": "94110", "payer": "aetna,nobody at all"}, "payer", "not one"),
        ({"zip": "94110", "format": "zebra"}, "format", "not one"),
        ({"name": "😀"}, "name", "letters"),
        ({"zip": "94110", "plan": "--"}, "plan", "letters"),
        ({"zip": "94110", "payer": ["aetna"] * 21}, "payer", "at most 20"),
        ({"zip": "94110", "name": "n" * 201}, "name", "200"),
        ({"zip": "94110", "after": "what"}, "after", "not a mark"),
    ],
)
def test_what_cannot_be_searched_for_is_named(given, field, says):
    fault = refused(**given)
    assert fault.field == field
    assert says in fault.reason
    assert str(fault) == f"{field}: {fault.reason}"


def test_a_name_of_several_cities_is_a_question():
    candidates = refused(near="Springfield").candidates
    assert {"Springfield, IL", "Springfield, MA", "Springfield, MO"} <= set(candidates)
    assert asked(near=candidates[0]).place.label == candidates[0]


def test_what_is_not_known_by_name_is_answered_by_what_is():
    candidates = refused(zip="94110", payer="nobody at all").candidates
    assert {"aetna", "medicaid"} <= set(candidates)
    assert "not_sure" not in candidates
    assert asked(zip="94110", payer=list(candidates)[:20]).payers


def test_a_parameter_that_there_is_not_is_named_with_the_nearest():
    fault = refused(zip="94110", payor="aetna")
    assert isinstance(fault, UnknownParameter)
    assert (fault.field, fault.reason) == ("payor", "no such parameter; did you mean payer?")
    assert "there are: zip" in refused(**{"'; DROP TABLE providers": "1"}).reason


def test_a_mark_turns_the_page_and_keeps_the_day():
    first = asked(zip="94110", payer="aetna")
    next_page = replace(first, offset=10, day=date(2026, 11, 20))

    turned = asked(zip="94110", payer="aetna", limit="5", after=mark(next_page))

    assert (turned.offset, turned.day, turned.limit) == (10, date(2026, 11, 20), 5)
    assert "another search" in refused(zip="94110", after=mark(next_page)).reason


def test_marks_end_where_pages_do():
    query = asked(zip="94110")
    last = replace(query, offset=LAST)
    assert asked(zip="94110", after=mark(last)).offset == LAST
    assert mark(replace(query, offset=LAST + 1)) is None
    beyond = mark(last).replace(str(LAST), str(LAST + 1))
    assert "not a mark" in refused(zip="94110", after=beyond).reason
    assert "not a mark" in refused(zip="94110", after="2026-13-01" + mark(last)[10:]).reason


_HOSTILE = st.sampled_from(
    [
        "94110",
        "Springfield",
        "' OR 1=1 --",
        "\0",
        "😀",
        "\udcff",
        "NaN",
        "-0",
        "1e999",
        "TX",
        "%",
        ",",
    ]
)
_ANY = st.dictionaries(
    st.sampled_from(PARAMETERS) | st.text(max_size=8),
    st.lists(_HOSTILE | st.text(max_size=210), max_size=3),
    max_size=5,
)


@given(_ANY)
def test_any_text_gives_a_query_or_one_line(params):
    try:
        query = ask(params)
    except BadAsk as fault:
        line = str(fault)
        assert line.isprintable()
        assert len(line) < 600
    else:
        assert 1 <= query.radius_miles <= 100
        assert 1 <= query.limit <= 20
