import pytest
import sqlalchemy as sa

from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import metadata
from tests.bot.edge import Edge
from tests.handoff.visit import Visit
from tests.postgres import postgres  # noqa: F401

EMPTIED = ", ".join(name for name in metadata.tables if name != "audit")


@pytest.fixture(scope="session")
def postgres_edge(postgres):  # noqa: F811
    """A database of the edge's on PostgreSQL that all tests share, one after the other."""
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE edge"))
    engine.dispose()
    url = sa.engine.make_url(postgres).set(database="edge").render_as_string(hide_password=False)
    upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def edge(request, tmp_path):
    """An edge on each database, with nothing in it."""
    if request.param == "sqlite":
        return Edge.fresh(tmp_path)
    url = request.getfixturevalue("postgres_edge")
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {EMPTIED}"))
    engine.dispose()
    return Edge(url)


@pytest.fixture
def visit(edge):
    return Visit(edge)
