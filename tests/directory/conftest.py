import pytest
import sqlalchemy as sa

from directory import tables
from directory.migrate import upgrade


@pytest.fixture
def engine():
    """An empty directory."""
    engine = sa.create_engine("sqlite://", future=True)
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def directory_url(tmp_path):
    """The URL of an empty directory that several can open."""
    url = f"sqlite:///{tmp_path / 'directory.db'}"
    upgrade(url)
    return url
