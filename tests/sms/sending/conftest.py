from __future__ import annotations

import pytest

from bot.store.migrate import upgrade
from tests.postgres import postgres  # noqa: F401 - a fixture
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
    yield made
    made.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """One on SQLite for many short plays, each of which empties it first."""
    url = f"sqlite:///{tmp_path_factory.mktemp('texts') / 'texts.db'}"
    upgrade(url)
    made = Outgoing(url)
    yield made
    made.close()
