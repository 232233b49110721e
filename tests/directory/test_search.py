from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from directory import store, tables
from directory.entries import Bits
from directory.hits import Hits
from directory.places import Place, find_place
from directory.records import Location, Role
from directory.search import Query, search
from tests.directory.making import CENTRE, MILE, TODAY, a_provider, an_npi, keep


def names(results):
    return [card["name"] for card in results.cards]


def near(engine, **asked):
    return search(engine, Query(place=CENTRE, limit=50, **asked))


def test_the_nearest_comes_first_and_the_radius_is_kept(engine):
    far, near_by, beyond = (
        a_provider(n, lat=CENTRE.lat + d * MILE) for n, d in ((1, 9), (2, 3), (3, 30))
    )
    keep(engine, far, near_by, beyond)

    results = near(engine)

    assert names(results) == ["Sample 2", "Sample 1"]
    assert [card["miles"] for card in results.cards] == [3.0, 9.0]
    assert (results.total, results.radius_miles, results.loosened) == (2, 25, ())


def test_a_card_says_nothing_that_the_source_does_not_say(engine):
    keep(engine, a_provider(role="counselor"))

    [card] = near(engine).cards

    assert card == {
        "type": "provider",
        "id": 1,
        "npi": an_npi(1),
        "name": "Sample 1",
        "credential": None,
        "role": "counselor",
        "organization": None,
        "website": None,
        "address": None,
        "city": None,
        "state": "CA",
        "zip": None,
        "phone": None,
        "accepts": None,
        "languages": None,
        "age_groups": None,
        "identities": None,
        "times": None,
        "access": None,
        "formats": None,
        "new_patients": None,
        "verified_on": "2026-11-01",
        "sources": ["test"],
        "doubts": [],
        "fit": {},
        "sample": False,
        "miles": 0.0,
    }


def test_known_to_be_none_is_not_the_same_as_not_known(engine):
    keep(
        engine,
        a_provider(payers=(), languages=("spanish", "english"), in_person=False, online=True),
    )

    [card] = near(engine).cards

    assert card["accepts"] == []
    assert card["languages"] == ["english", "spanish"]
    assert card["formats"] == ["online"]


def test_other_roles_stay_out(engine):
    keep(engine, a_provider(1, role="psychiatrist"), a_provider(2, role="coach"))

    assert names(near(engine, roles=("psychiatrist",))) == ["Sample 1"]


def test_a_therapist_may_be_any_kind_of_therapist(engine):
    roles = (
        "counselor",
        "marriage_family_therapist",
        "social_worker",
        "psychologist",
        "psychiatrist",
    )
    keep(engine, *(a_provider(n, role=role) for n, role in enumerate(roles)))

    assert {card["role"] for card in near(engine, roles=("therapist",)).cards} == set(roles[:4])


def test_the_card_names_the_role_that_was_asked_for(engine):
    keep(engine, a_provider(roles=(Role("psychologist"), Role("neuropsychologist"))))

    [asked] = near(engine, roles=("neuropsychologist",)).cards
    [any_role] = near(engine).cards

    assert asked["role"] == "neuropsychologist"
    assert any_role["role"] == "psychologist"


def test_known_payers_come_before_not_known_and_others_stay_out(engine):
    keep(
        engine,
        a_provider(1, lat=CENTRE.lat + 9 * MILE, payers=("aetna", "cigna")),
        a_provider(2, payers=None),
        a_provider(3, payers=("cigna",)),
    )

    assert names(near(engine, payers=("aetna", "medicaid"))) == ["Sample 1", "Sample 2"]


def test_answers_that_ask_for_nothing_ask_for_nothing(engine):
    keep(engine, a_provider(1, payers=("cigna",), in_person=True, online=False))

    assert near(engine, payers=("not_sure",), format="either").total == 1


def test_a_provider_with_no_openings_comes_last(engine):
    keep(engine, a_provider(1, new_patients=False), a_provider(2, lat=CENTRE.lat + 5 * MILE))

    assert names(near(engine)) == ["Sample 2", "Sample 1"]


def test_all_wished_identities_are_meant(engine):
    keep(
        engine,
        a_provider(1, identities=("woman",)),
        a_provider(2, identities=("woman", "lgbtq")),
    )

    assert names(near(engine, identities=("woman", "lgbtq"))) == ["Sample 2"]


def test_what_is_partly_known_matches_but_never_mismatches(engine):
    keep(engine, a_provider(1, identities=("woman",), partial=("identities",)))
    keep(engine, a_provider(2, identities=None))

    assert names(near(engine, identities=("woman",))) == ["Sample 1", "Sample 2"]
    assert near(engine, identities=("veteran",)).loosened == ()


def test_none_found_widens_step_by_step_and_says_so(engine):
    keep(engine, a_provider(lat=CENTRE.lat + 40 * MILE))

    results = near(engine, radius_miles=10)

    assert (results.total, results.radius_miles, results.loosened) == (1, 50, ("radius",))


def test_wishes_are_let_go_only_when_widening_did_not_help(engine):
    keep(
        engine,
        a_provider(1, languages=("english",), times=("evening",)),
        a_provider(2, languages=("english",), times=(), lat=CENTRE.lat + 2 * MILE),
    )

    results = near(engine, languages=("spanish",), times=("evening",))

    assert results.loosened == ("times", "languages")
    assert results.radius_miles == 25
    assert names(results) == ["Sample 1", "Sample 2"], "the evening one still comes first"


def test_a_wish_that_can_be_met_further_away_is_kept(engine):
    keep(
        engine,
        a_provider(1, languages=("english",)),
        a_provider(2, languages=("spanish",), lat=CENTRE.lat + 80 * MILE),
    )

    results = near(engine, languages=("spanish",))

    assert (names(results), results.radius_miles, results.loosened) == (
        ["Sample 2"],
        100,
        ("radius",),
    )


def test_payment_and_format_are_never_let_go(engine):
    keep(engine, a_provider(payers=("cigna",), in_person=False, online=True))

    assert near(engine, payers=("aetna",)).total == 0
    assert near(engine, format="in_person").total == 0


def test_nothing_at_all_says_everything_that_was_tried(engine):
    results = near(engine, languages=("spanish",))

    assert (results.cards, results.total, results.loosened) == ((), 0, ("radius", "languages"))


def test_online_goes_by_the_state_and_not_by_distance(engine):
    keep(
        engine,
        a_provider(1, state="NY", online=True, telehealth_states=("CA", "NY")),
        a_provider(2, state="NY", online=True, telehealth_states=("NY",)),
        a_provider(3, state="CA", online=None, lat=34.0, lon=-118.0),
        a_provider(4, state="CA", online=False),
        a_provider(5, state="NY", online=True, roles=(Role("psychologist", license_state="CA"),)),
    )

    results = near(engine, format="online", day=date(2026, 11, 21))

    assert names(results) == ["Sample 1", "Sample 5", "Sample 3"]
    assert results.radius_miles is None
    assert all("miles" not in card for card in results.cards)


def test_online_needs_a_licence_for_the_role_that_is_asked_for(engine):
    both = (Role("psychologist", license_state="NV"), Role("counselor", license_state="CA"))
    keep(engine, a_provider(1, state="NV", online=True, roles=both))

    assert search(engine, Query(state="CA", format="online", roles=("counselor",))).total == 1
    assert search(engine, Query(state="CA", format="online", roles=("psychologist",))).total == 0


def test_a_state_alone_finds_what_is_in_it(engine):
    keep(engine, a_provider(1, state="CA", lat=None, lon=None), a_provider(2, state="NY"))

    assert names(search(engine, Query(state="CA"))) == ["Sample 1"]


def test_a_provider_with_no_position_is_in_no_distance_search(engine):
    keep(engine, a_provider(1, lat=None, lon=None))

    assert near(engine, radius_miles=100).total == 0


def test_a_provider_with_two_locations_is_one_result_at_the_nearer_one(engine):
    places = (
        Location(city="Far", state="CA", lat=CENTRE.lat + 8 * MILE, lon=CENTRE.lon),
        Location(city="Near", state="CA", lat=CENTRE.lat + 1 * MILE, lon=CENTRE.lon),
    )
    keep(engine, a_provider(locations=places))

    results = near(engine)

    assert results.total == 1
    assert results.cards[0]["city"] == "Near"


def test_someone_over_the_date_line_is_found(engine):
    keep(engine, a_provider(lat=51.85, lon=179.9, state="AK"))
    place = Place("Nowhere", "AK", 51.85, -179.9)

    [card] = search(engine, Query(place=place)).cards

    assert card["miles"] < 10


def test_retired_providers_are_not_found(engine):
    keep(engine, a_provider(1))
    with engine.begin() as connection:
        store.Keeper(connection, 2, TODAY).retire("test", [(an_npi(1), None)])

    assert near(engine).total == 0


def test_pages_follow_each_other_without_gap_or_overlap(engine):
    keep(engine, *(a_provider(n) for n in range(8)))

    pages = [search(engine, Query(place=CENTRE, offset=at)) for at in (0, 3, 6, 9)]

    assert [len(page.cards) for page in pages] == [3, 3, 2, 0]
    assert {page.total for page in pages} == {8}
    assert len({name for page in pages for name in names(page)}) == 8


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"state": "CA", "radius_miles": 0},
        {"state": "CA", "limit": 0},
        {"state": "CA", "offset": -1},
    ],
)
def test_a_query_that_no_search_can_answer_is_refused(asked):
    with pytest.raises(ValueError, match="a search needs"):
        Query(**asked)


spots = st.lists(st.tuples(st.floats(-2.5, 2.5), st.floats(-2.5, 2.5)), max_size=25)


@given(spots, st.floats(1, 150), st.floats(1, 150))
@settings(max_examples=40, deadline=None)
def test_a_wider_radius_only_adds_and_distances_ascend(spots, one, other):
    engine = sa.create_engine("sqlite://", future=True)
    tables.metadata.create_all(engine)
    keep(
        engine,
        *(a_provider(n, lat=37.75 + dy, lon=-122.42 + dx) for n, (dy, dx) in enumerate(spots)),
    )
    small, large = (near(engine, radius_miles=radius) for radius in sorted((one, other)))
    engine.dispose()

    for results in (small, large):
        distances = [card["miles"] for card in results.cards]
        assert distances == sorted(distances)
        assert all(distance <= results.radius_miles + 0.05 for distance in distances)
    if not small.loosened:
        assert set(names(small)) <= set(names(large))


def test_ones_own_zip_is_about_zero_miles_away(engine):
    place = find_place("94110")
    keep(engine, a_provider(lat=place.lat, lon=place.lon))

    assert search(engine, Query(place=place)).cards[0]["miles"] == 0.0


def test_those_who_say_they_take_new_people_come_before_not_known(engine):
    keep(
        engine,
        a_provider(1),
        a_provider(2, lat=CENTRE.lat + 5 * MILE, new_patients=True),
        a_provider(3, new_patients=False),
    )

    results = near(engine, new_patients=True)

    assert names(results) == ["Sample 2", "Sample 1"]
    assert [card["fit"]["new_patients"] for card in results.cards] == ["yes", "unknown"]


def test_every_kind_of_access_that_is_asked_for_is_meant(engine):
    keep(
        engine,
        a_provider(1, access=("wheelchair",), partial=("access",)),
        a_provider(2, access=("wheelchair", "hearing")),
        a_provider(3, access=("wheelchair",)),
    )

    assert names(near(engine, access=("wheelchair", "hearing"))) == ["Sample 2", "Sample 1"]


def test_a_plan_is_found_by_its_name_as_people_write_it(engine):
    keep(engine, a_provider(1), a_provider(2, plans=("Sample Gold PPO",)))

    assert names(near(engine, plan="sample gold ppo")) == ["Sample 2", "Sample 1"]


def test_a_provider_is_found_by_name_with_no_place(engine):
    keep(
        engine,
        a_provider(1, name="Ana María Sample-Cruz", other_names=("Sample Uno",)),
        a_provider(2, name="Ana Sample-Paz"),
    )

    def by_name(name, **asked):
        return names(search(engine, Query(name=name, limit=50, **asked)))

    assert by_name("sample cruz, ana") == ["Ana María Sample-Cruz"]
    assert by_name("maria") == ["Ana María Sample-Cruz"]
    assert by_name("UNO sam") == ["Ana María Sample-Cruz"]  # of the last word a part is enough
    assert len(by_name("ana sample")) == 2
    assert by_name("ana", state="CA", roles=("psychiatrist",)) == []
    assert by_name("'; DROP TABLE providers; --") == []
    assert by_name("🙂") == []


def test_a_name_can_be_looked_for_near_a_place(engine):
    keep(engine, a_provider(1, lat=CENTRE.lat + 60 * MILE), a_provider(2))

    results = near(engine, name="sample 1")

    assert names(results) == ["Sample 1"]
    assert (results.radius_miles, results.loosened) == (100, ("radius",))


def test_with_nobody_of_the_role_it_names_community_centers(engine):
    keep(engine, a_provider(1, role="clinic", kind="organization", lat=CENTRE.lat + 20 * MILE))

    results = near(engine, roles=("psychiatrist",), languages=("spanish",))

    assert names(results) == ["Sample 1"]
    assert results.loosened == ("role", "languages")


def test_a_provider_with_several_offices_is_there_once_at_the_nearest(engine):
    offices = [
        Location(city=city, state="CA", lat=CENTRE.lat + away * MILE, lon=CENTRE.lon)
        for city, away in (("Far", 20), ("Near", 2), ("Middle", 9))
    ]
    keep(engine, a_provider(1, locations=tuple(offices)))

    [card] = near(engine).cards

    assert (card["city"], card["miles"]) == ("Near", 2.0)


def test_many_are_counted_up_to_a_thousand(engine):
    keep(engine, *(a_provider(number) for number in range(1, 1003)))

    results = near(engine)

    assert (results.total, results.total_is_least) == (1000, True)
    assert len(search(engine, Query(place=CENTRE, limit=50, offset=1000)).cards) == 2


def test_equals_change_places_from_day_to_day_and_every_one_comes_first(engine):
    keep(engine, *(a_provider(number) for number in range(1, 6)))
    days = [TODAY + timedelta(days=number) for number in range(60)]

    first = [names(near(engine, day=day))[0] for day in days]

    assert len(set(first)) == 5
    assert max(first.count(name) for name in set(first)) < 30


def test_the_pages_of_one_day_hold_every_provider_once(engine):
    keep(engine, *(a_provider(number) for number in range(1, 24)))

    def page(offset):
        return names(search(engine, Query(place=CENTRE, limit=5, offset=offset, day=TODAY)))

    pages = [name for offset in range(0, 25, 5) for name in page(offset)]

    assert len(pages) == len(set(pages)) == 23


def test_who_is_in_with_none_of_our_roles_is_found_when_no_role_is_asked_for(engine):
    keep(engine, a_provider(1, role="other"))

    assert names(near(engine)) == ["Sample 1"]
    assert names(near(engine, roles=("psychologist",))) == []


@given(
    st.lists(
        st.tuples(
            st.floats(0, 24),
            st.sampled_from(["aetna", "cigna", None]),
            st.sampled_from(["test", "test", "own-list:elm"]),
        )
    ),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_looking_near_by_first_changes_nothing(spots, data):
    engine = sa.create_engine("sqlite://", future=True)
    tables.metadata.create_all(engine)
    keep(
        engine,
        *(
            a_provider(n, lat=CENTRE.lat + away * MILE, payers=payer and (payer,), source=source)
            for n, (away, payer, source) in enumerate(spots, 1)
        ),
    )
    asked = Query(
        place=CENTRE,
        payers=data.draw(st.sampled_from([(), ("aetna",)])),
        sources=data.draw(st.sampled_from([(), ("own-list:elm",)])),
        prefer=data.draw(st.sampled_from([(), ("own-list:elm",)])),
        limit=data.draw(st.integers(1, 5)),
        offset=data.draw(st.integers(0, 5)),
    )

    with engine.connect() as connection:
        hits = Hits(connection, Bits(connection), asked, 25, ())
        assert hits.page(crowded=True) == hits.page()


ELM = "own-list:elm"


def test_only_those_of_a_clinics_own_list_are_found(engine):
    keep(engine, a_provider(1), a_provider(2, source=ELM), a_provider(3, source="own-list:oak"))

    assert names(near(engine, sources=(ELM,))) == ["Sample 2"]
    assert names(near(engine, sources=("own-list:nobody",))) == []


def test_who_is_in_the_own_list_and_elsewhere_counts_as_the_clinics(engine):
    keep(engine, a_provider(1), a_provider(2))
    keep(engine, a_provider(1, source=ELM))

    assert names(near(engine, sources=(ELM,))) == ["Sample 1"]


def test_who_has_left_the_clinics_list_is_the_clinics_no_more(engine):
    keep(engine, a_provider(1), a_provider(1, source=ELM))
    with engine.begin() as connection:
        gone = tables.source_records.update().where(tables.source_records.c.source == ELM)
        connection.execute(gone.values(gone_on=TODAY))

    assert names(near(engine, sources=(ELM,))) == []
    assert names(near(engine)) == ["Sample 1"]


def test_a_clinics_own_come_first_though_others_are_nearer_or_known_better(engine):
    keep(
        engine,
        a_provider(1, payers=("aetna",)),
        a_provider(2, source=ELM, lat=CENTRE.lat + 9 * MILE),
    )
    found = near(engine, payers=("aetna",), prefer=(ELM,))
    assert names(found) == ["Sample 2", "Sample 1"]
    assert found.preferred == 1


def test_a_clinics_own_do_not_come_first_when_they_take_nobody(engine):
    keep(engine, a_provider(1), a_provider(2, source=ELM, new_patients=False))

    assert names(near(engine, prefer=(ELM,))) == ["Sample 1", "Sample 2"]


def test_only_the_own_list_is_let_go_of_wishes_and_widened_in_too(engine):
    keep(engine, a_provider(1, languages=("spanish",)), a_provider(2, source=ELM, languages=()))
    found = near(engine, languages=("spanish",), sources=(ELM,))
    assert names(found) == ["Sample 2"]
    assert found.loosened == ("languages",)
