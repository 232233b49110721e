from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from directory import store, tables
from directory.store import Saved
from tests.directory.making import TODAY, a_provider, an_npi


def save(engine, *records):
    with engine.begin() as connection:
        return store.Keeper(connection, 1, TODAY).save(records)


def values(engine, table):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(table))]


def test_the_same_again_changes_nothing(engine):
    provider = a_provider(payers=("aetna",), telehealth_states=("CA",))

    assert save(engine, provider) == Saved(new=1, changed=0, same=0, older=0)
    before = values(engine, tables.providers)
    assert save(engine, provider) == Saved(new=0, changed=0, same=1, older=0)
    assert values(engine, tables.providers) == before


def test_a_change_replaces_everything_that_was_known(engine):
    save(engine, a_provider(payers=("aetna", "cigna"), languages=("english",)))

    assert save(engine, a_provider(payers=("cigna",), languages=None)).changed == 1
    with engine.connect() as connection:
        [provider] = connection.execute(sa.select(tables.providers))
    assert (provider.payers, provider.languages) == ("cigna", None)


def test_an_older_record_takes_nothing_back(engine):
    save(engine, a_provider(source_updated=date(2026, 5, 1), credential="PhD"))

    assert save(engine, a_provider(source_updated=date(2026, 4, 1))).older == 1
    assert save(engine, a_provider(source_updated=date(2026, 5, 1))).changed == 1


def test_a_retired_provider_comes_back_when_the_source_names_it_again(engine):
    save(engine, a_provider())
    gone = [(an_npi(1), None)]
    with engine.begin() as connection:
        keeper = store.Keeper(connection, 2, TODAY)
        assert keeper.retire("another source", gone) == 0
        assert keeper.retire("test", gone) == 1
        assert keeper.retire("test", gone) == 0

    assert save(engine, a_provider()).changed == 1
    with engine.connect() as connection:
        assert store.active_npis(connection, sample=False) == [an_npi(1)]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_the_tables_can_be_written_for_both_databases(dialect):
    for table in tables.metadata.sorted_tables:
        assert table.name in str(CreateTable(table).compile(dialect=dialect))


def test_no_table_takes_a_name_that_the_service_uses():
    taken = {"conversations", "messages", "trackers", "counters"}

    assert taken.isdisjoint(tables.metadata.tables)
