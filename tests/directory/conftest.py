from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from directory import tables
from tests.postgres import postgres as postgres

EVERY_TABLE = ", ".join(table.name for table in tables.metadata.sorted_tables)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty directory, on each of the two databases."""
    if request.param == "sqlite":
        engine = sa.create_engine("sqlite://", future=True)
        tables.metadata.create_all(engine)
        yield engine
        engine.dispose()
    else:
        engine = request.getfixturevalue("postgres_engine")
        empty(engine)
        yield engine


@pytest.fixture(scope="session")
def postgres_engine(postgres: str) -> Iterator[Engine]:
    """A directory on PostgreSQL that all tests share, one after the other."""
    engine = sa.create_engine(postgres, future=True)
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()


def empty(engine: Engine) -> None:
    """Nothing in any table, and ids from 1 again."""
    with engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {EVERY_TABLE} RESTART IDENTITY"))
