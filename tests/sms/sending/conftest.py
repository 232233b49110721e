from __future__ import annotations

import pytest

from bot.store.migrate import upgrade
from bot.store.tables import metadata
from tests.sms.sending.outgoing import Outgoing


@pytest.fixture(params=["sqlite", "postgresql"])
def out(request, tmp_path):
    """On each database, with nothing in it but phones."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'texts.db'}"
    else:
        url = request.getfixturevalue("postgres")
    upgrade(url)
    made = Outgoing(url)
    made.empty()
    yield made
    made.close()


@pytest.fixture(scope="module")
def many():
    """One in memory, for many short plays in one thread, each of which empties it first."""
    made = Outgoing("sqlite://")
    metadata.create_all(made.engine)
    yield made
    made.close()
