from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import metadata
from tests.browser import browser as browser
from tests.postgres import postgres as postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of the edge's; a test that asks for it runs on both."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'staff.db'}"
        upgrade(made)
        return made
    made = str(request.getfixturevalue("postgres"))
    upgrade(made)
    _empty(made)
    return made


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


def _empty(url: str) -> None:
    """Nothing in any table: what the audit log's own trigger refuses, so it is off meanwhile."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(sa.text(f"TRUNCATE {tables}"))
    engine.dispose()
