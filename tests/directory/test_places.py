import random
from pathlib import Path

import pytest
import zipcodes
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.geo import miles
from directory.places import (
    Ambiguous,
    DidYouMean,
    Found,
    NoPosition,
    NoSuchPlace,
    Place,
    WholeState,
    find_place,
    find_state,
    find_zip,
    state_code,
    state_name,
)


@pytest.mark.parametrize(
    "text",
    [
        "94110", "near 94110", "94110-1234", "94110 1234", "my zip is 94110.",
        "San Francisco 94110", "９４１１０", "٩٤١١٠", "9️⃣4️⃣1️⃣1️⃣0️⃣", "9 4 1 1 0", "9411O",
        "zip is nine four one one zero", "nine four one one oh", "ninety four one ten",
        "nueve cuatro uno uno cero",
    ],
)  # fmt: skip
def test_a_zip_is_found_wherever_it_stands_in_the_text(text):
    place = find_place(text)

    assert isinstance(place, Place)
    assert (place.zip, place.label) == ("94110", "San Francisco, CA")
    assert miles(place.lat, place.lon, 37.75, -122.42) < 2


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Austin, TX", "Austin, TX"),
        ("in austin tx", "Austin, TX"),
        ("austin texas", "Austin, TX"),
        ("AUSTIN", "Austin, TX"),
        ("i live in boise, idaho please", "Boise, ID"),
        ("St. Paul", "Saint Paul, MN"),
        ("saint paul mn", "Saint Paul, MN"),
        ("Ft. Worth", "Fort Worth, TX"),
        ("Mt Vernon, NY", "Mount Vernon, NY"),
        ("billings mt", "Billings, MT"),
        ("Coeur d'Alene", "Coeur D Alene, ID"),
        ("O'Fallon, MO", "O Fallon, MO"),
        ("the dalles", "The Dalles, OR"),
        ("virginia beach", "Virginia Beach, VA"),
        ("charleston west virginia", "Charleston, WV"),
        ("Washington, D.C.", "Washington, DC"),
        ("new york", "New York, NY"),
        ("new york new york", "New York, NY"),
        ("nyc", "New York, NY"),
        ("manhattan", "Manhattan, NY"),
        ("hollywood ca", "Hollywood, CA"),
        ("portland or", "Portland, OR"),
        ("portland, me", "Portland, ME"),
        ("kansas city ks", "Kansas City, KS"),
        ("cerca de miami", "Miami, FL"),
        ("Mayagüez", "Mayaguez, PR"),
        ("san juan puerto rico", "San Juan, PR"),
        ("san juan", "San Juan, PR"),
        ("municipio de ponce", "Ponce, PR"),
        ("Orange County, CA", "Orange County, CA"),
        ("cook county", "Cook County, IL"),
        ("miami-dade county florida", "Miami-Dade County, FL"),
        ("Orleans Parish", "Orleans Parish, LA"),
        ("condado de cook", "Cook County, IL"),
        ("queens", "Queens County, NY"),
        ("boston mass", "Boston, MA"),
        ("LA county", "Los Angeles County, CA"),
    ],
)
def test_a_city_is_found_as_people_write_it(text, label):
    place = find_place(text)

    assert isinstance(place, Place)
    assert place.label == label
    assert place.zip is None


@pytest.mark.parametrize(
    "text", ["springfield", "near Springfield", "portland", "kansas city", "orange county"]
)
def test_a_city_of_several_states_is_asked_about(text):
    found = find_place(text)

    assert isinstance(found, Ambiguous)
    states = [place.state for place in found.candidates]
    assert len(set(states)) == len(states) > 1


def test_the_candidates_come_largest_first():
    found = find_place("springfield")

    assert isinstance(found, Ambiguous)
    assert [place.label for place in found.candidates[:3]] == [
        "Springfield, IL",
        "Springfield, MA",
        "Springfield, MO",
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Los Angelas", "Los Angeles, CA"),
        ("near los angelas", "Los Angeles, CA"),
        ("Albuquerqe", "Albuquerque, NM"),
        ("Cincinatti", "Cincinnati, OH"),
        ("Pheonix", "Phoenix, AZ"),
        ("Pittsburg, PA", "Pittsburgh, PA"),
        ("Huston TX", "Houston, TX"),
        ("Clevland ohio", "Cleveland, OH"),
        ("Portland, Oregan", "Portland, OR"),
        ("New Yrok", "New York, NY"),
    ],
)
def test_a_misspelt_place_is_suggested(text, meant):
    found = find_place(text)

    assert isinstance(found, DidYouMean)
    assert [place.label for place in found.candidates] == [meant]


def test_a_small_town_spelt_like_a_large_city_is_asked_about():
    found = find_place("pittsburg")

    assert isinstance(found, Ambiguous)
    assert {"Pittsburgh, PA", "Pittsburg, CA", "Pittsburg, KS"} <= {
        place.label for place in found.candidates
    }


@pytest.mark.parametrize(("text", "state"), [("Californa", "CA"), ("massachusets", "MA")])
def test_a_misspelt_state_is_known(text, state):
    assert find_place(text) == WholeState(state)


@pytest.mark.parametrize(
    "text",
    [
        "my house", "here", "anywhere", "whatever", "not sure", "houses", "button", "Indian", "😀",
        "'; DROP TABLE places; --", "I have two kids and one dog", "somewhere nearby", "941101",
    ],
)  # fmt: skip
def test_ordinary_text_suggests_no_place(text):
    assert isinstance(find_place(text), NoSuchPlace)


def test_hardly_any_common_word_suggests_a_place():
    textstat = pytest.importorskip("textstat")
    easy = Path(textstat.__file__).parent.joinpath("resources/en/easy_words.txt")
    words = random.Random(3).sample(easy.read_text("utf-8").split(), 400)

    assert [word for word in words if isinstance(find_place(word), DidYouMean)] == []


@pytest.mark.parametrize("text", ["texas", "TX", "in tx", "somewhere in Texas", "online in texas"])
def test_a_state_alone_is_a_whole_state(text):
    assert find_place(text) == WholeState("TX")


@pytest.mark.parametrize("text", ["me", "near me", "ok", "in", "hi", "or"])
def test_everyday_words_are_not_states(text):
    assert isinstance(find_place(text), NoSuchPlace)
    assert find_state(text) is None


@pytest.mark.parametrize("text", ["online is fine", "the best", "home", "north", "stop", "any"])
def test_everyday_words_are_not_cities(text):
    assert isinstance(find_place(text), NoSuchPlace)


def test_a_city_named_by_an_everyday_word_is_found_with_its_state():
    place = find_place("Fine, NY")

    assert isinstance(place, Place)
    assert place.label == "Fine, NY"


@pytest.mark.parametrize(
    ("text", "label"),
    [("LA", "Los Angeles, CA"), ("the bay area", "San Francisco, CA"), ("sf", "San Francisco, CA")],
)
def test_a_nickname_is_a_city(text, label):
    place = find_place(text)

    assert isinstance(place, Place)
    assert place.label == label


def test_letters_become_the_name_of_a_state():
    assert [state_name(code) for code in ("CT", "DC", "AE")] == [
        "Connecticut",
        "District of Columbia",
        "AE",
    ]


def test_state_letters_in_capitals_are_a_state():
    assert find_place("ME") == WholeState("ME")


@pytest.mark.parametrize("code", ["09012", "96941"])
def test_a_zip_that_is_nowhere_on_the_map_says_so(code):
    found = find_place(code)

    assert isinstance(found, NoPosition)
    assert found.zip == code


def test_a_zip_that_does_not_exist_is_no_such_place():
    assert find_place("00000") == NoSuchPlace("00000")


def test_puerto_rico_has_positions():
    place = find_place("00901")

    assert isinstance(place, Place)
    assert (place.label, place.zip) == ("San Juan, PR", "00901")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("texas", "TX"),
        ("I'm in Washington", "WA"),
        ("new york", "NY"),
        ("94110", "CA"),
        ("boise", "ID"),
        ("09012", "AE"),
        ("springfield", None),
        ("kansas city", None),
        ("no idea", None),
    ],
)
def test_the_state_of_a_text(text, state):
    assert find_state(text) == state


@pytest.mark.parametrize(
    ("text", "code"),
    [("CONNECTICUT", "CT"), ("ct", "CT"), ("N.Y.", "NY"), ("ONTARIO", None), ("", None)],
)
def test_a_name_of_a_state_becomes_its_letters(text, code):
    assert state_code(text) == code


def test_every_zip_of_a_state_with_a_position_lies_on_the_american_map():
    for row in random.Random(1).sample(zipcodes.list_all(), 500):
        place = find_zip(row["zip_code"])
        if isinstance(place, Place):
            assert -15 < place.lat < 72
            assert place.lon < -60 or place.lon > 140


def test_every_city_is_found_again_by_its_label():
    rows = random.Random(2).sample(zipcodes.list_all(), 2000)
    labels = {place.label for row in rows if isinstance(place := find_zip(row["zip_code"]), Place)}

    lost = {label for label in labels if getattr(find_place(label), "label", None) != label}
    military_or_foreign = {label for label in lost if label[-2:] in {"FM", "PW", "MH"}}

    assert lost == military_or_foreign


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_is_an_error(text):
    find_state(text)

    assert isinstance(find_place(text), Found)


@given(
    st.sampled_from(["", "near ", "I live in ", "en "]),
    st.sampled_from(["los angeles", "albuquerque", "philadelphia", "san antonio", "milwaukee"]),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_a_city_with_a_letter_missing_is_never_lost(before, city, data):
    at = data.draw(st.integers(1, len(city) - 1))
    found = find_place(before + city[:at] + city[at + 1 :])
    places = [found] if isinstance(found, Place) else getattr(found, "candidates", ())

    assert city in {place.city.casefold() for place in places}
