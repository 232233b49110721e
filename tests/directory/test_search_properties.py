from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from directory import tables
from directory.geo import miles
from directory.places import Place
from directory.query import WISHES
from directory.records import Location, Role
from directory.search import Query, search
from tests.directory.making import CENTRE, MILE, TODAY, a_provider, keep
from tests.directory.oracle import expected

ROLES = ("psychologist", "counselor", "psychiatrist", "clinic")
STATES = ("CA", "NV", "OR")
SOURCES = ("test", "own-list:elm", "own-list:oak")
VALUES = {
    "payers": ("aetna", "cigna", "medicaid"),
    "languages": ("english", "spanish"),
    "age_groups": ("child", "adult"),
    "identities": ("woman", "lgbtq"),
    "times": ("evening", "weekend"),
    "access": ("wheelchair", "hearing"),
}
# Miles to the north and to the east; no two at nearly the same distance of the centre.
SPOTS = ((0, 0), (2, 1), (0, 6), (-9, 1), (9, -8), (24.5, 0), (0, 25.5), (-40, 5), (70, 70))
# Where maps end: both sides of the date line, Guam, the Aleutians, and near the poles.
EDGES = (
    *((lat, lon) for lat in (51.9, 52.1) for lon in (179.7, 179.99, -179.99, -179.6)),
    *((13.4, lon) for lon in (144.8, 145.1)),
    *((lat, lon) for lat in (89.9, -89.9) for lon in (0.0, 90.0, -179.9)),
    (90.0, 0.0),
    (-90.0, 10.0),
)
QUERY = Query(roles=("psychologist",), place=CENTRE, limit=50, day=TODAY)

several = settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def directory_of(engine, records):
    """A directory with these providers and no others."""
    with engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table is not tables.bits:  # those are given once and never change
                connection.execute(sa.delete(table))
    keep(engine, *records)
    yield engine


def some(values, **limits):
    return st.lists(st.sampled_from(values), unique=True, **limits).map(tuple)


def locations():
    def at(spot, state, formats):
        north, east = spot or (None, None)
        return Location(
            state=state,
            lat=None if spot is None else CENTRE.lat + north * MILE,
            lon=None if spot is None else CENTRE.lon + east * MILE,
            in_person=formats[0],
            online=formats[1],
        )

    said = st.sampled_from((True, False, None))
    spots = st.sampled_from((*SPOTS, None))
    one = st.builds(at, spots, st.sampled_from(STATES), st.tuples(said, said))
    return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)


def providers(most=12):
    """A few providers, each of whom more or less is known."""
    facts = {fact: st.none() | some(values) for fact, values in VALUES.items()}
    licences = st.builds(
        lambda role, state: Role(role, license_state=state),
        st.sampled_from(ROLES),
        st.sampled_from((*STATES, None)),
    )
    one = st.fixed_dictionaries(
        {
            "roles": st.lists(licences, min_size=1, max_size=2, unique=True).map(tuple),
            "locations": locations(),
            "new_patients": st.sampled_from((True, False, None)),
            "telehealth_states": some(STATES, max_size=1),
            "partial": some(tuple(VALUES), max_size=2),
            "source": st.sampled_from(SOURCES),
            **facts,
        }
    )
    return st.lists(one, max_size=most).map(
        lambda told: [a_provider(number, **facts) for number, facts in enumerate(told, 1)]
    )


def queries(**fixed):
    """Searches near the centre or in a state, that ask for more or less."""

    def made(state, **asked):
        return Query(
            place=None if state else CENTRE, state=state, limit=50, day=TODAY, **{**asked, **fixed}
        )

    return st.builds(
        made,
        state=st.sampled_from((None, None, None, *STATES)),
        roles=some((*ROLES, "therapist"), max_size=2),
        radius_miles=st.sampled_from((1, 5, 10, 25, 60)),
        format=st.sampled_from((None, None, "either", "in_person", "online")),
        new_patients=st.booleans(),
        sources=some(SOURCES, max_size=1),
        prefer=some(SOURCES, max_size=2),
        **{fact: some(values, max_size=2) for fact, values in VALUES.items()},
    )


def everyone(engine, query):
    """Names on all pages, in order, and the last page's results."""
    found, offset = [], 0
    while True:
        results = search(engine, replace(query, offset=offset))
        found += [card["name"] for card in results.cards]
        offset += query.limit
        if offset >= results.total:
            return found, results


@several
@given(records=providers(), query=queries())
def test_it_finds_what_a_plain_reading_of_the_rules_finds(engine, records, query):
    with directory_of(engine, records):
        found, results = everyone(engine, query)

    right = expected(records, query)
    in_order = iter(found)
    groups = tuple(frozenset(next(in_order) for _ in group) for group in right.groups)
    assert len(found) == len(right.names)
    assert groups == right.groups
    assert (results.total, results.radius_miles) == (len(found), right.radius_miles)
    assert results.loosened == right.loosened


@several
@given(records=providers(), query=queries(), radii=st.tuples(*[st.floats(0.5, 90)] * 2))
def test_a_larger_circle_holds_the_smaller_one(engine, records, query, radii):
    small, large = sorted(radii)
    asked = replace(query, place=CENTRE, state=None, format=None)
    with directory_of(engine, records):
        inner = search(engine, replace(asked, radius_miles=small))
        outer = search(engine, replace(asked, radius_miles=large))
    assume(not inner.loosened)

    assert {c["id"] for c in inner.cards} <= {c["id"] for c in outer.cards}
    assert outer.loosened == ()


@several
@given(
    spots=st.lists(
        st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.sampled_from(EDGES), max_size=20
    ),
    here=st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.sampled_from(EDGES),
    radius=st.sampled_from((10.0, 100.0, 500.0, 3_000.0, 13_000.0)),
)
@example(spots=[(0.0, 1e-308)], here=(0.0, 1e-308), radius=10.0)
def test_anywhere_on_the_globe_a_circle_holds_what_is_in_it(engine, spots, here, radius):
    records = [a_provider(n, lat=lat, lon=lon) for n, (lat, lon) in enumerate(spots, 1)]
    distances = {r.name: miles(*here, r.locations[0].lat, r.locations[0].lon) for r in records}
    with directory_of(engine, records):
        results = search(engine, replace(QUERY, place=Place("", "", *here), radius_miles=radius))
    shown = {card["name"]: card["miles"] for card in results.cards}
    radius = results.radius_miles

    # Rounding may decide for what lies on the edge to within a foot or so.
    assert {name for name, far in distances.items() if far <= radius - 3e-4} <= set(shown)
    assert set(shown) <= {name for name, far in distances.items() if far <= radius + 3e-4}
    for name, far in shown.items():
        assert far == pytest.approx(distances[name], abs=0.06)  # shown in tenths of a mile
    in_order = [distances[name] for name in shown]
    assert all(a <= b + 3e-4 for a, b in pairwise(in_order))


@several
@given(records=providers(), query=queries(), more=queries())
def test_another_need_only_takes_away(engine, records, query, more):
    wider = replace(query, place=CENTRE, state=None, format=None, payers=(), new_patients=False)
    narrower = replace(wider, payers=more.payers, new_patients=more.new_patients)
    with directory_of(engine, records):
        before, after = search(engine, wider), search(engine, narrower)
    assume((before.radius_miles, before.loosened) == (after.radius_miles, after.loosened))

    assert {card["id"] for card in after.cards} <= {card["id"] for card in before.cards}


@several
@given(records=providers(), query=queries(), wish=st.sampled_from(WISHES))
def test_those_who_are_not_known_to_lack_a_wish_stay_in(engine, records, query, wish):
    asked = replace(query, **{wish: VALUES[wish][:1]})
    with directory_of(engine, records):
        without, with_it = (search(engine, one) for one in (replace(asked, **{wish: ()}), asked))
    assume((without.radius_miles, without.loosened) == (with_it.radius_miles, with_it.loosened))

    kept = {card["id"] for card in with_it.cards}
    for card in without.cards:
        assert (card["id"] in kept) == (judged(records, card, wish, asked) != "no")


def judged(records, card, wish, query):
    [record] = (one for one in records if one.name == card["name"])
    has = getattr(record, wish)
    if set(query.asked(wish)) & set(has or ()):
        return "yes"
    return "unknown" if has is None or wish in record.partial else "no"


@several
@given(
    records=providers(),
    query=queries(),
    limit=st.integers(1, 7),
    day=st.dates(TODAY, TODAY + timedelta(900)),
)
def test_pages_of_any_size_hold_everyone_once_in_one_order(engine, records, query, limit, day):
    with directory_of(engine, records):
        whole, _ = everyone(engine, replace(query, day=day))
        paged, results = everyone(engine, replace(query, day=day, limit=limit))
        beyond = search(engine, replace(query, day=day, limit=limit, offset=len(whole) + 5))

    assert paged == whole
    assert len(set(whole)) == len(whole) == results.total
    assert beyond.cards == ()


@several
@given(records=providers(), query=queries(), day=st.dates(TODAY, TODAY + timedelta(900)))
def test_another_day_only_changes_the_places_of_equals(engine, records, query, day):
    with directory_of(engine, records):
        today, _ = everyone(engine, query)
        later, _ = everyone(engine, replace(query, day=day))

    at = 0
    for group in expected(records, query).groups:
        assert set(today[at : at + len(group)]) == set(later[at : at + len(group)]) == group
        at += len(group)
