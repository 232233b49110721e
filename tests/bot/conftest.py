import pytest

from tests.bot.edge import Edge


@pytest.fixture
def edge(tmp_path):
    return Edge.fresh(tmp_path)
