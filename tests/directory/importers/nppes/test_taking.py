"""NPPES from the file to the search."""

from functools import partial

import pytest
import sqlalchemy as sa

from directory import tables
from directory.feed import ImportFault
from directory.importers.aside import aside
from directory.importers.nppes import open_nppes
from directory.intake import take
from directory.places import find_place
from directory.search import Query, search
from tests.directory.importers.nppes.layouts import (
    LOCATIONS,
    NAMES,
    a_place,
    a_row,
    as_text,
    deactivated,
)
from tests.directory.importers.nppes.reading import pack
from tests.directory.making import TODAY, an_npi

ROWS = [
    a_row(an_npi(1)),
    a_row(an_npi(2), kind="2", code="261QM0801X", organization="SAMPLE LLC"),
    a_row(an_npi(3), code="2084N0400X"),
]
PLACES = [a_place(an_npi(1)), a_place(an_npi(3))]
OTHER_NAMES = [[an_npi(2), "SAMPLE BLUEBIRD CENTER", "3"]]


@pytest.fixture
def bring(engine, tmp_path):
    """Import a zip of these rows."""

    def bring(rows, places=PLACES, names=OTHER_NAMES, **how):
        members = {
            "npidata_pfile.csv": as_text(rows),
            "pl_pfile.csv": as_text(places, LOCATIONS),
            "othername_pfile.csv": as_text(names, NAMES),
        }
        with open_nppes(pack(tmp_path / "NPPES.zip", members)) as feeds:
            return take(engine, feeds, today=TODAY, **how)

    return bring


def npis(engine, **asked):
    return [card["npi"] for card in search(engine, Query(limit=50, **asked)).cards]


def everything(engine):
    """All that a search can see."""
    hidden = {tables.imports, tables.source_records}
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in tables.metadata.sorted_tables
            if table not in hidden
        }


def test_a_provider_is_found_at_each_place_and_by_each_name(engine, bring):
    summary = bring(ROWS)

    assert (summary.taken, summary.rejected) == (4, {})
    assert summary.left_out == {"not_behavioral_health": 1, "of_nobody_listed": 1}
    assert npis(engine, place=find_place("06105"), roles=("psychologist",)) == [an_npi(1)]
    assert npis(engine, place=find_place("02108")) == [an_npi(1)]
    assert npis(engine, name="bluebird") == [an_npi(2)]
    assert npis(engine, place=find_place("Bangor, ME")) == [], "the mailing address"


def test_the_same_zip_again_changes_nothing(engine, bring):
    bring(ROWS)
    before = everything(engine)

    again = bring(ROWS)

    assert (again.taken, again.updated, again.unchanged, again.retired) == (0, 0, 4, 0)
    assert everything(engine) == before


def test_what_is_gone_leaves_the_search(engine, bring):
    bring(ROWS)

    summary = bring([deactivated(an_npi(1)), a_row(an_npi(2), code="207Q00000X")], [], [])

    assert summary.retired == 2
    assert npis(engine, state="CT") == []


def test_a_place_that_was_given_up_is_no_longer_found(engine, bring):
    asked = Query(place=find_place("02108"), roles=("psychologist",))
    bring(ROWS)
    [there] = search(engine, asked).cards

    bring(ROWS, places=[])

    [elsewhere] = search(engine, asked).cards
    assert (there["city"], elsewhere["city"]) == ("Boston", "Hartford")


def test_a_fault_at_the_end_changes_nothing(engine, bring, tmp_path):
    bring(ROWS)
    before = everything(engine)
    main = as_text([a_row(an_npi(at)) for at in range(600)])
    path = pack(tmp_path / "cut.zip", {"npidata_pfile.csv": main})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(ImportFault), open_nppes(path) as feeds:
        take(engine, feeds)

    assert everything(engine) == before


def test_read_in_another_process_it_is_the_same(engine, bring, tmp_path):
    bring(ROWS)
    before = everything(engine)

    with aside(partial(open_nppes, tmp_path / "NPPES.zip")) as feeds:
        again = take(engine, feeds, today=TODAY)

    assert (again.taken, again.unchanged) == (0, 4)
    assert everything(engine) == before
