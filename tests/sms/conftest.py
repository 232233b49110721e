import pytest

from tests.bot.edge import Edge
from tests.handoff.conftest import edge, postgres_edge  # noqa: F401 - on both databases
from tests.postgres import postgres  # noqa: F401
from tests.sms.mover import Mover
from tests.sms.texter import Texter


@pytest.fixture
def texter(edge: Edge, tmp_path) -> Texter:  # noqa: F811
    return Texter(edge, tmp_path)


@pytest.fixture
def mover(texter: Texter) -> Mover:
    return Mover(texter)
