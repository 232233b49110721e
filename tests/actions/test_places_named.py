import pytest

from actions.heard import Entity, Heard
from actions.places_named import named, place_of


def place(text, intent="inform", whole=True, options=()):
    found = named(Heard(intent, text), whole=whole, inside=True, options=options)
    return found and (found.value or found.problem or len(found.options))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Austin, TX", {"city": "Austin", "state": "TX"}),
        ("i live in cleveland ohio", {"city": "Cleveland", "state": "OH"}),
        ("California", {"state": "CA"}),
        ("actually Boston", {"city": "Boston", "state": "MA"}),
        ("try denver instead", {"city": "Denver", "state": "CO"}),
        ("no i meant denver not dallas", {"city": "Denver", "state": "CO"}),
    ],
)
def test_all_of_a_text_may_be_a_place(text, value):
    assert place(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("someone in Austin, Texas who does couples", {"city": "Austin", "state": "TX"}),
        ("a therapist near denver that takes cigna", {"city": "Denver", "state": "CO"}),
        ("busco un terapeuta en Miami", {"city": "Miami", "state": "FL"}),
        ("looking for a counselor in New York", {"city": "New York", "state": "NY"}),
    ],
)
def test_a_place_is_found_inside_a_sentence(text, value):
    assert place(text, "find_provider", whole=False) == value


@pytest.mark.parametrize(
    "text",
    [
        "a therapist near me",
        "for my son in college",
        "someone to talk to",
        "in general",
        "a good therapist",
    ],
)
def test_everyday_words_are_not_places(text):
    assert place(text, "find_provider", whole=False) is None


def test_words_that_name_something_else_are_not_looked_at():
    heard = Heard("inform", "aetna", (Entity("payer", "aetna", 0, 5),))
    assert named(heard, whole=True, inside=True) is None


def test_a_change_takes_the_last_zip_named():
    zips = (Entity("zip", "94110", 0, 5), Entity("zip", "94103", 10, 15))
    found = named(Heard("change_answer", "94110 not 94103", zips), whole=True, inside=True)
    assert found.value == {"zip": "94103"}


@pytest.mark.parametrize(
    ("code", "problem"), [("00000", "find.bad_zip"), ("09012", "find.no_position")]
)
def test_a_zip_that_cannot_be_searched_says_why(code, problem):
    found = named(Heard("inform", code, (Entity("zip", code, 0, 5),)), whole=True, inside=True)
    assert found.problem == problem


@pytest.mark.parametrize(
    ("text", "city"), [("Los Angelas", "Los Angeles"), ("albuquerqe please", "Albuquerque")]
)
def test_a_misspelt_place_is_offered_and_taken_with_a_yes(text, city):
    heard = Heard("nlu_fallback", text)
    offered = named(heard, whole=True, inside=True)
    assert [one["city"] for one in offered.options] == [city]
    taken = named(Heard("affirm", "yes"), whole=False, inside=True, options=offered.options)
    assert taken.value == offered.options[0]


@pytest.mark.parametrize("text", ["therapist in los angelas", "i settle for anything near austen"])
def test_a_part_of_a_sentence_is_not_taken_for_a_misspelt_place(text):
    assert place(text, "find_provider", whole=False) is None


def test_a_name_in_several_states_gives_at_most_five_options():
    assert place("Springfield") == 5


def test_a_state_picks_one_of_the_options():
    options = ({"city": "Springfield", "state": "IL"}, {"city": "Springfield", "state": "MO"})
    for said in ("missouri", "mo", "the missouri one", "the one in MO"):
        assert place(said, options=options) == options[1]


@pytest.mark.parametrize(
    "value", [{"zip": "94110"}, {"city": "Austin", "state": "TX"}, {"state": "TX"}]
)
def test_a_stored_place_is_found_again(value):
    assert place_of(value) is not None
