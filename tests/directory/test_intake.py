import csv
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from directory import tables
from directory.feed import Gone, ImportFault, Rejected
from directory.intake import take
from directory.records import Location
from directory.sample import load_sample
from directory.search import Query, search
from tests.directory.making import CENTRE, a_provider, an_npi


class AFeed:
    """A source whose items are known beforehand; an exception among them is raised in its turn."""

    def __init__(self, *items, source="test", left_out=()):
        self.source = source
        self.total = len(items)
        self.rows = 0
        self.left_out = Counter(left_out)
        self.asked_about = None
        self._items = items

    def done(self):
        return self.rows

    def items(self, known):
        self.asked_about = known
        for item in self._items:
            self.rows += 1
            if isinstance(item, Exception):
                raise item
            yield item


def found(engine, **asked):
    return [card["name"] for card in search(engine, Query(place=CENTRE, limit=50, **asked)).cards]


def test_what_became_of_each_row_is_counted(engine):
    feed = AFeed(
        a_provider(1), Rejected(2, "no_name", "…"), a_provider(2), left_out={"not_ours": 7}
    )

    summary = take(engine, [feed])

    assert (summary.taken, summary.rejected, summary.left_out) == (
        2,
        {"no_name": 1},
        {"not_ours": 7},
    )
    assert set(found(engine)) == {"Sample 1", "Sample 2"}


def test_the_same_file_twice_changes_nothing(engine):
    take(engine, [AFeed(a_provider(1), a_provider(2))])
    before = dump(engine)

    summary = take(engine, [AFeed(a_provider(1), a_provider(2))])

    assert (summary.taken, summary.updated, summary.unchanged) == (0, 0, 2)
    assert dump(engine) == before


def test_a_file_that_breaks_half_way_changes_nothing(engine):
    take(engine, [AFeed(a_provider(1))])
    before = dump(engine)
    broken = [a_provider(number) for number in range(2, 1200)]

    with pytest.raises(ImportFault):
        take(engine, [AFeed(*broken, ImportFault("cut short"))])

    assert dump(engine) == before
    assert found(engine) == ["Sample 1"]


def test_nothing_half_done_is_seen_while_an_import_runs(directory_url):
    from directory.database import open_engine

    writer, reader = open_engine(directory_url), open_engine(directory_url)
    take(writer, [AFeed(a_provider(1))])
    seen = []

    def look(done, total, rows):
        seen.append(len(found(reader)))

    take(writer, [AFeed(*(a_provider(number) for number in range(2, 1200)))], progress=look)

    assert set(seen) == {1}
    assert len(found(reader)) == 50


def test_what_the_source_no_longer_lists_leaves_the_search(engine):
    take(engine, [AFeed(a_provider(1), a_provider(2))])

    summary = take(engine, [AFeed(Gone(an_npi(1)), Gone(an_npi(9)))])

    assert summary.retired == 1
    assert found(engine) == ["Sample 2"]


def test_a_whole_list_retires_what_it_does_not_hold(engine):
    take(engine, [AFeed(a_provider(1), a_provider(2), a_provider(3))])
    take(engine, [AFeed(a_provider(4, source="other"), source="other")])

    summary = take(engine, [AFeed(a_provider(2), a_provider(3, credential="PhD"))], whole=True)

    assert summary.retired == 1
    assert set(found(engine)) == {"Sample 2", "Sample 3", "Sample 4"}


def test_a_list_that_lost_most_of_its_providers_is_taken_for_cut_short(engine):
    everybody = [a_provider(number) for number in range(1, 31)]
    take(engine, [AFeed(*everybody)], whole=True, sure=False)

    with pytest.raises(ImportFault, match="20 providers of test are no longer in the list"):
        take(engine, [AFeed(*everybody[:10])], whole=True, sure=False)
    assert len(found(engine)) == 30

    assert take(engine, [AFeed(*everybody[:10])], whole=True, sure=True).retired == 20
    assert len(found(engine)) == 10


def test_a_part_of_a_list_retires_nobody(engine):
    take(engine, [AFeed(a_provider(1), a_provider(2))])

    assert take(engine, [AFeed(a_provider(2))]).retired == 0
    assert set(found(engine)) == {"Sample 1", "Sample 2"}


def test_who_no_longer_works_leaves_whatever_older_sources_say(engine):
    take(engine, [AFeed(a_provider(1, source="nppes"), source="nppes")])
    take(engine, [AFeed(a_provider(1, source="hsds"), source="hsds")])

    take(engine, [AFeed(Gone(an_npi(1), ended=date(2026, 11, 10)), source="nppes")])
    assert found(engine) == []

    later = a_provider(1, source="hsds", verified_on=date(2026, 11, 20))
    take(engine, [AFeed(later, source="hsds")])
    assert found(engine) == ["Sample 1"]


def test_an_npi_that_ended_ends_what_other_sources_alone_told_of(engine):
    take(engine, [AFeed(a_provider(1, source="hsds"), source="hsds")])
    ended = AFeed(Gone(an_npi(1), ended=date(2026, 11, 10)), source="nppes")

    take(engine, [ended])
    assert found(engine) == []

    take(
        engine,
        [AFeed(a_provider(1, source="nppes", verified_on=date(2026, 11, 20)), source="nppes")],
    )
    assert found(engine) == ["Sample 1"]


def test_a_source_that_lets_go_leaves_the_provider_to_the_others(engine):
    take(engine, [AFeed(a_provider(1, payers=("aetna",)))])
    take(engine, [AFeed(a_provider(1, source="other"), source="other")])

    take(engine, [AFeed(Gone(an_npi(1)))])

    [card] = search(engine, Query(place=CENTRE)).cards
    assert (card["sources"], card["accepts"]) == (["other"], None)


def test_one_provider_from_two_sources_is_one_provider(engine):
    here = Location(zip="94110", phone="4155550100", lat=CENTRE.lat, lon=CENTRE.lon, state="CA")
    nppes = a_provider(1, source="nppes", name="SAMPLE ONE", locations=(here,))
    listed = a_provider(
        1, source="hsds", source_id="s-9", npi=None, name="Sample One", locations=(here,),
        languages=("spanish",),
    )  # fmt: skip

    take(engine, [AFeed(nppes, source="nppes"), AFeed(listed, source="hsds")])

    [card] = search(engine, Query(place=CENTRE)).cards
    assert card["npi"] == an_npi(1)
    assert card["languages"] == ["spanish"]
    assert set(card["sources"]) == {"nppes", "hsds"}


def test_two_of_one_name_and_phone_are_left_apart_when_it_is_not_clear_who_is_meant(engine):
    here = Location(phone="4155550100", lat=CENTRE.lat, lon=CENTRE.lon, state="CA")
    two = [a_provider(n, source="nppes", name="Sample One", locations=(here,)) for n in (1, 2)]
    third = a_provider(3, source="hsds", npi=None, name="Sample One", locations=(here,))

    take(engine, [AFeed(*two, source="nppes"), AFeed(third, source="hsds")])

    assert len(found(engine)) == 3


def test_two_services_of_one_name_in_one_house_are_two_when_others_run_them(engine):
    here = Location(phone="4155550100", lat=CENTRE.lat, lon=CENTRE.lon, state="CA")

    def service(source, organization):
        return a_provider(
            1, source=source, npi=None, name="Counseling", organization=organization,
            locations=(here,),
        )  # fmt: skip

    take(engine, [AFeed(service("hsds:one", "Sample North"), source="hsds:one")])
    take(engine, [AFeed(service("hsds:two", "Sample South"), source="hsds:two")])
    take(engine, [AFeed(service("hsds:three", "SAMPLE NORTH"), source="hsds:three")])

    assert len(found(engine)) == 2


def test_a_record_that_only_adds_needs_a_provider_to_add_to(engine):
    more = a_provider(1, source="nppes-locations", roles=())

    summary = take(engine, [AFeed(more, source="nppes-locations")])

    assert summary.taken == 0
    assert summary.left_out == {"of_nobody_listed": 1}
    assert found(engine) == []


def test_a_feed_can_ask_who_is_known(engine):
    take(engine, [AFeed(a_provider(1, source_id="own-7"))])
    feed = AFeed()

    take(engine, [feed])

    assert an_npi(1) in feed.asked_about
    assert "own-7" in feed.asked_about
    assert an_npi(2) not in feed.asked_about


def test_rows_that_can_not_be_used_are_kept_in_a_file(engine, tmp_path):
    file = tmp_path / "rejects.csv"

    bad = Rejected(7, "bad_npi", 'a,"b"\n\udcff'), Rejected(8, "no_name", "=HYPERLINK(1)")

    take(engine, [AFeed(*bad)], rejects=file)

    with file.open(newline="", encoding="utf-8") as rows:
        assert list(csv.reader(rows)) == [
            ["row", "reason", "text"],
            ["7", "bad_npi", 'a,"b"\n\\udcff'],
            ["8", "no_name", "'=HYPERLINK(1)"],
        ]


def test_a_row_that_comes_twice_is_as_it_was_last(engine):
    take(engine, [AFeed(a_provider(1, name="Sample Old"), a_provider(1, name="Sample New"))])

    assert found(engine) == ["Sample New"]


def test_real_providers_put_the_sample_out_of_the_search(engine):
    load_sample(engine)

    take(engine, [AFeed(a_provider(1))])

    with engine.connect() as connection:
        columns = tables.providers.c
        query = sa.select(columns.sample).where(columns.active.is_(sa.true()))
        assert connection.execute(query).scalars().all() == [False]


def test_an_import_leaves_a_line_of_what_it_did(engine):
    take(engine, [AFeed(a_provider(1))])

    with engine.connect() as connection:
        [row] = connection.execute(sa.select(tables.imports))
    assert row.source == "test"
    assert '"taken": 1' in row.summary


def dump(engine):
    """Everything in the tables that a search may read."""
    skip = {"imports", "source_records"}
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in tables.metadata.sorted_tables
            if table.name not in skip
        }
