from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import metadata
from tests.postgres import postgres as postgres
from tests.privacy.filling import KEY

EVERY_TABLE = ", ".join(table.name for table in metadata.sorted_tables)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Empty tables as the migrations make them, on each of the two databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'carenav.db'}"
        upgrade(url)
        return url
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_url(postgres_store: str) -> str:
    """Empty tables on PostgreSQL."""
    engine = open_engine(postgres_store)
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(sa.text(f"TRUNCATE {EVERY_TABLE}"))
    engine.dispose()
    return postgres_store


@pytest.fixture(scope="session")
def postgres_store(postgres: str) -> str:
    upgrade(postgres)
    return postgres


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine, Sealer([KEY]))
