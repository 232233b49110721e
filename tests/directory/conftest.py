import pytest
import sqlalchemy as sa

from directory import tables


@pytest.fixture
def engine():
    """An empty directory."""
    engine = sa.create_engine("sqlite://", future=True)
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()
