"""What is told of the events that are not kept, by hand: a form that waits through many turns."""

from __future__ import annotations

import json

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine import snapshot
from bot.engine.snapshot import Conversation, Turn, pack, trimmed, unpack

pytestmark = pytest.mark.engine

DOMAIN = Domain.from_dict(
    {
        "intents": ["find", "ask", "inform"],
        "entities": ["role"],
        "slots": {
            "role": {"type": "text", "mappings": [{"type": "from_entity", "entity": "role"}]},
            "colour": {
                "type": "categorical",
                "values": ["red", "blue"],
                "initial_value": "red",
                "mappings": [{"type": "custom"}],
            },
        },
        "forms": {"find_form": {"required_slots": ["role"]}},
        "actions": ["action_answer"],
    }
)
LISTEN = ActionExecuted("action_listen")


def said(intent: str, **entities: str) -> UserUttered:
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    heard = UserUttered(f"words of {intent}", {"name": intent, "confidence": 0.9}, found)
    heard.use_text_for_featurization = False  # as the policies say of every message
    return heard


def form_begins() -> list[Event]:
    return [
        LISTEN,
        said("find"),
        ActionExecuted("find_form"),
        ActiveLoop("find_form"),
        SlotSet("colour", "blue"),
        SlotSet("requested_slot", "role"),
        BotUttered(None, {"custom": {"message": "ask.role"}}),
        LISTEN,
    ]


def interruption(rejected: bool) -> list[Event]:
    """A question in between, after which the form is not run again."""
    rejection = [ActionExecutionRejected("find_form")] if rejected else []
    return [said("ask"), *rejection, ActionExecuted("action_answer"), LISTEN]


def tracker(events: list[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c1", events, DOMAIN.slots)


@pytest.fixture(autouse=True)
def few_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "KEPT_EVENTS", 4)


@pytest.mark.parametrize("rejected", [[True, True, True], [True, False, False], [False] * 3])
def test_the_form_its_question_the_slots_and_a_rejection_are_told(rejected: list[bool]) -> None:
    events = form_begins() + [event for each in rejected for event in interruption(each)]
    whole, short = tracker(events), tracker(trimmed(tracker(events)))
    assert len(short.events) < len(whole.events)
    assert short.current_slot_values() == whole.current_slot_values()
    assert short.get_slot("requested_slot") == "role"
    assert short.active_loop_name == "find_form"
    assert short.is_active_loop_rejected == whole.is_active_loop_rejected == any(rejected)
    assert short.latest_action_name == "action_listen"


@pytest.mark.parametrize("rejected", [True, False])
def test_the_next_run_of_the_form_is_seen_alike(rejected: bool) -> None:
    begun = form_begins() + 3 * interruption(rejected)
    more = [said("inform", role="coach"), ActionExecuted("find_form"), SlotSet("role", "coach")]
    whole = tracker(begun + more)
    short = tracker(trimmed(tracker(begun)) + more)
    assert short.past_states(DOMAIN)[-2:] == whole.past_states(DOMAIN)[-2:]


def test_a_form_that_went_well_is_folded_into_its_first_run() -> None:
    short = trimmed(tracker(form_begins()))
    again = [said("inform"), ActionExecuted("find_form"), SlotSet("requested_slot", "role"), LISTEN]
    assert len(trimmed(tracker(short + 50 * again))) == len(short)


def test_a_pause_is_told() -> None:
    events = [*form_begins(), said("ask"), ConversationPaused(), LISTEN, *2 * interruption(False)]
    assert tracker(trimmed(tracker(events))).is_paused()


def test_a_conversation_comes_back_as_it_was_less_the_words() -> None:
    conversation = Conversation.from_events("c1", form_begins(), DOMAIN.slots)
    for number in range(5):
        conversation.add(Turn(f"m{number}", ({"message": "answer"},), {"message": "ask.role"}))
    body = json.loads(json.dumps(pack(conversation)))
    back = unpack("c1", body, DOMAIN)
    assert "words of" not in str(body)
    assert back.current_slot_values() == conversation.current_slot_values()
    assert back.past_states(DOMAIN)[-1:] == conversation.past_states(DOMAIN)[-1:]
    assert back.asking == {"message": "ask.role"}
    assert [turn.message_id for turn in back.turns] == ["m2", "m3", "m4"]
    assert back.turn("m4") == conversation.turn("m4")
    assert back.turn("m1") is None
