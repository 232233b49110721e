from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from directory import npi, tables
from directory.places import find_place
from directory.sample import SAMPLE_FILE, load_sample, read_sample, write_sample
from directory.sample_maker import make_sample
from directory.search import Query, search
from directory.taxonomy import load_taxonomy
from tests.directory.making import a_provider, keep

SAMPLE = read_sample()
LISTS = ("payers", "languages", "age_groups", "times")


def test_the_committed_file_is_what_the_maker_makes(tmp_path):
    write_sample(make_sample(), tmp_path / "sample.csv")

    assert (tmp_path / "sample.csv").read_text() == SAMPLE_FILE.read_text()


def test_it_is_about_six_hundred_providers_around_thirty_cities():
    cities = Counter((p.locations[0].city, p.locations[0].state) for p in SAMPLE)

    assert 550 <= len(SAMPLE) <= 650
    assert 28 <= len(cities) <= 34
    assert {("Springfield", "IL"), ("Springfield", "MA"), ("San Juan", "PR")} <= cities.keys()


def test_nobody_in_it_can_be_taken_for_a_real_provider():
    assert len({p.npi for p in SAMPLE}) == len(SAMPLE)
    for provider in SAMPLE:
        assert provider.sample
        assert provider.source == "sample"
        assert provider.name.startswith("Sample ")
        assert npi.is_valid(provider.npi)
        assert provider.npi.startswith("2"), "issued NPIs begin with 1"


def test_every_phone_is_a_fictional_one_and_used_once():
    phones = [p.locations[0].phone for p in SAMPLE]

    assert len(set(phones)) == len(phones)
    assert all(phone[3:6] == "555" and 100 <= int(phone[6:]) <= 199 for phone in phones)


def test_every_role_is_there_and_every_provider_has_a_position():
    assert {p.roles[0].role for p in SAMPLE} == set(load_taxonomy().roles)
    assert all(p.locations[0].lat and p.locations[0].lon for p in SAMPLE)


@pytest.mark.parametrize("fact", LISTS)
def test_some_facts_are_known_and_some_are_not(fact):
    known = sum(getattr(p, fact) is not None for p in SAMPLE)

    assert len(SAMPLE) / 2 < known < len(SAMPLE)


def test_some_were_verified_long_ago():
    age = [(date(2026, 11, 20) - p.verified_on).days for p in SAMPLE]

    assert min(age) < 30
    assert max(age) > 90


def test_loading_it_twice_gives_the_same_directory(engine):
    assert load_sample(engine) == len(SAMPLE)
    with engine.connect() as connection:
        once = connection.execute(sa.select(tables.providers)).all()

    assert load_sample(engine) == len(SAMPLE)
    with engine.connect() as connection:
        assert connection.execute(sa.select(tables.providers)).all() == once


def test_what_left_the_file_leaves_the_search(engine, tmp_path):
    load_sample(engine)
    write_sample(make_sample()[:5], tmp_path / "smaller.csv")

    assert load_sample(engine, tmp_path / "smaller.csv") == 5
    assert search(engine, Query(state="NY")).total == 0
    assert search(engine, Query(state="CA")).total == 5


def test_it_leaves_the_search_when_a_real_provider_is_there(engine):
    load_sample(engine)
    keep(engine, a_provider(role="psychiatrist"))

    assert load_sample(engine) == 0
    assert [card["sample"] for card in search(engine, Query(state="CA")).cards] == [False]


@pytest.mark.parametrize("role", ["psychiatrist", "therapist"])
def test_a_first_try_finds_someone_and_small_towns_find_fewer(engine, role):
    load_sample(engine)

    city = search(engine, Query(roles=(role,), place=find_place("94110"), payers=("aetna",)))
    town = search(engine, Query(roles=(role,), place=find_place("Marfa, TX")))

    assert city.total >= 3
    assert all(card["sample"] for card in city.cards)
    assert town.total < 8
