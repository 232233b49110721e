from datetime import date, timedelta

import pytest

from directory import reports
from directory.feed import Rejected
from directory.intake import take
from directory.records import Location, Role
from directory.sample import load_sample
from directory.status import status
from tests.directory.making import TODAY, a_provider, keep


class Feed:
    """A feed of items that are there already."""

    def __init__(self, source, *items):
        self.source, self._items = source, items
        self.total, self.rows, self.left_out = len(items), 0, {}

    def done(self):
        return self.rows

    def items(self, known):
        yield from self._items


def test_an_empty_directory_has_nothing_to_tell(engine):
    found = status(engine, TODAY)
    assert (found.providers, found.sample, found.reported) == (0, 0, 0)
    assert (found.sources, found.roles, found.states, found.imports) == ((), (), (), ())
    assert (found.oldest, found.fresh) == (None, None)


def test_a_provider_counts_once_in_each_of_its_sources_roles_and_states(engine):
    keep(
        engine,
        a_provider(1, roles=(Role("psychologist"), Role("counselor"), Role("counselor", "1"))),
        a_provider(1, source="own-list", source_id="x"),
        a_provider(
            2, locations=(Location(state="CA"), Location(state="NV"), Location(city="Nowhere"))
        ),
    )
    found = status(engine, TODAY)
    assert found.providers == 2
    assert found.sources == (("test", 2), ("own-list", 1))
    assert found.roles == (("psychologist", 2), ("counselor", 1))
    assert found.states == (("CA", 2), ("NV", 1))


def test_whoever_left_the_search_does_not_count(engine):
    take(engine, [Feed("test", a_provider(1), a_provider(2))], today=TODAY)
    take(engine, [Feed("test", a_provider(2))], whole=True, today=TODAY)
    found = status(engine, TODAY)
    assert found.providers == 1
    assert found.sources == (("test", 1),)
    assert found.states == (("CA", 1),)


def test_only_the_ten_commonest_roles_and_states_are_told(engine):
    states = ["CA", "NV", "OR", "WA", "AZ", "UT", "ID", "MT", "WY", "CO", "NM", "TX"]
    keep(engine, *(a_provider(at, state=state) for at, state in enumerate(states)))
    keep(engine, a_provider(100, state="TX"))
    found = status(engine, TODAY)
    assert len(found.states) == 10
    assert found.states[0] == ("TX", 2)


@pytest.mark.parametrize(("days", "fresh"), [(90, 1.0), (91, 0.5)])
def test_fresh_means_verified_within_ninety_days(engine, days, fresh):
    old = TODAY - timedelta(days=days)
    keep(engine, a_provider(1), a_provider(2, verified_on=old))
    found = status(engine, TODAY)
    assert found.fresh == fresh
    assert found.oldest == old


def test_a_provider_is_as_old_as_its_freshest_place(engine):
    keep(
        engine,
        a_provider(1, verified_on=date(2020, 1, 1)),
        a_provider(1, source="own-list", verified_on=date(2026, 11, 1)),
    )
    assert status(engine, TODAY).oldest == date(2026, 11, 1)


def test_imports_are_told_the_last_first(engine):
    take(engine, [Feed("nppes", a_provider(1, source="nppes"))], today=TODAY)
    bad = Rejected(1, "no_name", "x")
    take(engine, [Feed("own-list", a_provider(2, source="own-list"), bad)], today=TODAY)
    last, first = status(engine, TODAY).imports
    assert (last.source, first.source) == ("own-list", "nppes")
    assert (last.summary["taken"], last.summary["rejected"]) == (1, {"no_name": 1})
    assert last.at >= first.at


def test_the_sample_is_told_apart(engine):
    count = load_sample(engine)
    found = status(engine, TODAY)
    assert found.providers == found.sample == count
    assert dict(found.sources) == {"sample": count}


def test_a_report_counts_once_several_agree(engine):
    keep(engine, a_provider(1))
    reports.report(engine, 1, "number", on=TODAY - timedelta(days=1))
    assert status(engine, TODAY).reported == 0
    for _ in range(2):
        reports.report(engine, 1, "number", on=TODAY)
    assert status(engine, TODAY).reported == 1
