import pytest

from bot.store.migrate import upgrade
from tests.handoff.outside.inboxes import Chatwoot, Receiver, Server
from tests.handoff.outside.world import SECRET, World, clinic
from tests.postgres import postgres  # noqa: F401 - a fixture


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'handoff.db'}"
    upgrade(url)
    return url


@pytest.fixture
async def receiver():
    """A server that is a clinic's own webhook receiver."""
    async with Server(Receiver(SECRET)).running() as server:
        yield server


@pytest.fixture
async def north(url, receiver):
    """A clinic with a webhook, and its receiver as `server`."""
    world = World(url, clinic("webhook", receiver.url))
    world.server = receiver
    receiver.handle.now = world.now
    yield world
    await world.close()


@pytest.fixture
async def chatwoot():
    async with Server(Chatwoot()).running() as server:
        yield server


@pytest.fixture
async def with_chatwoot(url, chatwoot):
    world = World(url, clinic("chatwoot", chatwoot.url))
    world.server = chatwoot
    yield world
    await world.close()
