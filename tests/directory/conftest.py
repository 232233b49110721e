from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from directory import tables
from directory.database import open_engine
from directory.migrate import upgrade
from tests.postgres import postgres as postgres

EVERY_TABLE = ", ".join(table.name for table in tables.metadata.sorted_tables)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Every test of the directory runs on both."""
    return str(request.param)


@pytest.fixture
def engine(database: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty directory."""
    if database == "sqlite":
        engine = open_engine("sqlite://")
        tables.metadata.create_all(engine)
    else:
        engine = open_engine(request.getfixturevalue("postgres_directory"))
        empty(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def directory_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty directory that several can open."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path / 'directory.db'}"
        upgrade(url)
        return url
    url = str(request.getfixturevalue("postgres_directory"))
    engine = open_engine(url)
    empty(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def postgres_directory(postgres: str) -> str:
    """A directory on PostgreSQL that all tests share, one after the other."""
    upgrade(postgres)
    return postgres


def empty(engine: Engine) -> None:
    """Nothing in any table, and ids from 1 again. A test that left the tables in use is told."""
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(sa.text(f"TRUNCATE {EVERY_TABLE} RESTART IDENTITY"))
