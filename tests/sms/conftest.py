import pytest

from tests.bot.edge import Edge
from tests.handoff.conftest import postgres_edge  # noqa: F401 - once for all files here
from tests.postgres import postgres  # noqa: F401
from tests.sms.mover import Mover
from tests.sms.texter import Texter


@pytest.fixture
def edge(tmp_path) -> Edge:
    """On SQLite. Where the database matters, a file takes that of tests/handoff instead: both."""
    return Edge.fresh(tmp_path)


@pytest.fixture
def texter(edge: Edge, tmp_path) -> Texter:
    return Texter(edge, tmp_path)


@pytest.fixture
def mover(texter: Texter) -> Mover:
    return Mover(texter)
