"""What Rasa keeps: sealed, of constant size, and enough to go on as if everything were kept."""

from __future__ import annotations

import random
from copy import copy
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine import snapshot
from bot.engine.dialogue import Dialogue
from bot.engine.snapshot import KEPT_EVENTS, Conversation
from bot.engine.tracker_store import EncryptedTrackerStore
from bot.store.crypto import Unsealable
from bot.store.tables import erased

from .conftest import Room, new_store

pytestmark = pytest.mark.engine

CHOICES = [
    ("find", {}),
    ("inform", {"role": "therapist"}),
    ("inform", {"role": "psychologist"}),
    ("inform", {"zip": "94110"}),
    ("inform", {"zip": "00000"}),
    ("ask", {}),
    ("greet", {}),
    ("deny", {}),
    ("stop", {}),
    ("restart", {}),
]
ODDS = [3, 3, 2, 3, 2, 5, 3, 3, 1, 0.3]


class WholeStore(EncryptedTrackerStore):
    """Keeps every event of every conversation, in memory."""

    def __init__(self) -> None:
        super().__init__(None, "sqlite://", Fernet.generate_key().decode())
        self.kept: dict[str, Conversation] = {}

    async def retrieve(self, sender_id: str) -> Conversation | None:
        return self.kept.get(sender_id)

    async def save(self, tracker: Conversation) -> None:
        self.kept[tracker.sender_id] = tracker


@pytest.fixture
def whole_room(room: Room) -> Room:
    """The same model and actions, with nothing trimmed."""
    agent = copy(room.agent)
    agent.processor = copy(room.agent.processor)
    agent.action_endpoint = room.dialogue._actions
    store = WholeStore()
    store.domain = agent.domain
    agent.tracker_store = store
    return Room(agent, Dialogue(agent), store, room.actions, room.database)


@pytest.mark.parametrize(("kept", "states"), [(KEPT_EVENTS, 6), (12, 3), (6, 1)])
async def test_a_trimmed_conversation_goes_on_as_the_whole_one_would(
    room, whole_room, kept, states, monkeypatch
):
    """Trimmed far more than we do, it still answers the same; `states` are what a policy sees."""
    monkeypatch.setattr(snapshot, "KEPT_EVENTS", kept)
    rng, whole = random.Random(kept), None
    for _ in range(70):
        intent, entities = rng.choices(CHOICES, ODDS)[0]
        in_form = whole is not None and whole.active_loop is not None
        if (intent == "stop" and not in_form) or (intent == "find" and in_form):
            continue
        said = await room.chooses(intent, **entities)
        assert said == await whole_room.chooses(intent, **entities)
        trimmed, whole = await room.store.retrieve("c1"), await whole_room.store.retrieve("c1")
        same_state(trimmed, whole)
        assert last_states(room, trimmed, states) == last_states(room, whole, states)
        assert trimmed.turns == whole.turns
    assert len(whole.events) > 5 * KEPT_EVENTS


async def test_a_form_left_hanging_through_many_interruptions_keeps_its_place(room, whole_room):
    for each in (room, whole_room):
        await each.chooses("find")
        await each.chooses("inform", role="therapist")
        for _ in range(40):
            await each.chooses("ask")
        assert await each.chooses("inform", zip="94110") == ["ask.wish"]
        assert await each.says("evenings") == ["found"]


def last_states(room: Room, tracker: DialogueStateTracker, count: int) -> list[Any]:
    return tracker.past_states(room.agent.domain)[-count:]


def same_state(one: DialogueStateTracker, other: DialogueStateTracker) -> None:
    assert one.current_slot_values() == other.current_slot_values()
    assert one.active_loop_name == other.active_loop_name
    assert one.is_active_loop_rejected == other.is_active_loop_rejected
    assert one.is_active_loop_interrupted == other.is_active_loop_interrupted
    assert one.is_paused() == other.is_paused()
    assert one.latest_action_name == other.latest_action_name
    assert one.followup_action == other.followup_action


async def test_what_is_kept_does_not_grow_with_the_conversation(room):
    sizes = []
    await room.chooses("find")
    for turn in range(60):
        intent, entities = CHOICES[1:8][turn % 7]
        await room.chooses(intent, **entities)
        sizes.append(len((await room.store.retrieve("c1")).events))
    assert max(sizes[30:]) <= max(sizes[:30])
    assert max(sizes) < 3 * KEPT_EVENTS


async def test_nothing_readable_is_on_the_disk(room):
    await room.says("find me a provider")
    await room.says("therapist")
    await room.says("94110")
    assert (await room.store.retrieve("c1")).get_slot("zip") == "94110"
    stored = room.bytes_on_disk()
    assert stored
    for word in (b"94110", b"therapist", b"provider", b"ask.wish", b"intent", b"requested_slot"):
        assert word not in stored


async def test_what_was_typed_is_not_kept_unless_a_slot_needs_it(room):
    await room.says("find me a provider, I feel Quarky")
    kept = str((await room.store.retrieve("c1")).current_state())
    assert "Quarky" not in kept


async def test_old_keys_still_open_and_other_keys_do_not(room, tmp_path):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    first = new_store(tmp_path / "keys.db", old)
    first.domain = room.agent.domain
    await first.save(Conversation("c1", first.domain.slots))
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    assert await EncryptedTrackerStore(first.domain, url, f"{new},{old}").retrieve("c1") is not None
    with pytest.raises(Unsealable):
        await EncryptedTrackerStore(first.domain, url, new).retrieve("c1")


async def test_a_turn_that_ends_after_the_conversation_was_erased_keeps_nothing(room):
    with room.store._engine.begin() as connection:
        connection.execute(sa.insert(erased).values(conversation_id="c1", at=0.0))
    await room.says("hello")
    assert await room.store.retrieve("c1") is None
    assert list(await room.store.keys()) == []


async def test_a_new_conversation_is_kept_from_its_first_whole_turn(room):
    assert list(await room.store.keys()) == []
    await room.says("hello")
    assert list(await room.store.keys()) == ["c1"]
