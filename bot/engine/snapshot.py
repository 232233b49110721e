"""What is kept of a conversation between two turns: enough to go on, and nothing more.

Rasa predicts from the *applied* events (``DialogueStateTracker.applied_events``: what was reverted
is gone, a form that went well is folded into its first run). So the applied events are kept, the
last ``KEPT_EVENTS`` or so, and what came before them is told in a few events that lead to the same
state: slots, form, pause. What the person typed is not kept here; slots hold what is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

Draft = dict[str, Any]

KEPT_EVENTS = 30
KEPT_TURNS = 3
# What changes a later prediction. Bot utterances, reminders and follow-ups do not.
_TELLING = (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)


@dataclass(frozen=True)
class Turn:
    """One answered message. ``asking``: the question that a form waits on after it."""

    message_id: str
    drafts: tuple[Draft, ...]
    asking: Draft | None


class Conversation(DialogueStateTracker):
    """A tracker that remembers what its last few turns said, so that a repeat gets the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.turns: tuple[Turn, ...] = ()

    @property
    def asking(self) -> Draft | None:
        return self.turns[-1].asking if self.turns else None

    def turn(self, message_id: str) -> Turn | None:
        return next((turn for turn in self.turns if turn.message_id == message_id), None)

    def add(self, turn: Turn) -> None:
        self.turns = (*self.turns, turn)[-KEPT_TURNS:]


def pack(conversation: Conversation) -> dict[str, Any]:
    """The conversation as plain JSON values, of a size that does not grow with its length."""
    return {
        "events": [_bare(event) for event in trimmed(conversation)],
        "turns": [asdict(turn) for turn in conversation.turns],
    }


def unpack(conversation_id: str, body: dict[str, Any], domain: Domain) -> Conversation:
    events = deserialise_events(body["events"])
    conversation = Conversation.from_events(conversation_id, events, domain.slots)
    conversation.turns = tuple(
        Turn(turn["message_id"], tuple(turn["drafts"]), turn["asking"]) for turn in body["turns"]
    )
    return conversation


def trimmed(tracker: DialogueStateTracker) -> list[Event]:
    """Events from which Rasa predicts as it would from all of them. For use between turns only."""
    applied = _telling(tracker.applied_events())
    cut = _last_listen(applied, len(applied) - KEPT_EVENTS)
    before = tracker.init_copy()
    for event in applied[:cut]:
        before.update(event)
    return [*_leading_to(before), *applied[cut:]] if cut else applied


def _telling(events: Sequence[Event]) -> list[Event]:
    """Of the values a slot gets with no step between, only the last one tells."""
    told: list[Event] = []
    set_later: set[str] = set()
    for event in reversed(events):
        if isinstance(event, (ActionExecuted, UserUttered)):
            set_later = set()
        elif isinstance(event, SlotSet):
            if event.key in set_later:
                continue
            set_later.add(event.key)
        if isinstance(event, _TELLING):
            told.append(event)
    return told[::-1]


def _last_listen(events: Sequence[Event], limit: int) -> int:
    """Where to cut: just after the last listening at or before ``limit``; 0 when there is none."""
    for index in range(limit, 0, -1):
        event = events[index - 1]
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            return index
    return 0


def _leading_to(state: DialogueStateTracker) -> Iterable[Event]:
    """The fewest events after which a new tracker listens in the same state."""
    loop = state.active_loop_name
    if loop:
        yield ActiveLoop(loop)
    for slot in state.slots.values():
        if slot.value != slot.initial_value:
            yield SlotSet(slot.name, slot.value)
    if state.is_active_loop_rejected:
        yield ActionExecutionRejected(loop)
    if state.is_paused():
        yield ConversationPaused()
    yield ActionExecuted(ACTION_LISTEN_NAME)


def _bare(event: Event) -> dict[str, Any]:
    """The event without Rasa's metadata; of a person's message only the intent and the entities."""
    plain: dict[str, Any] = event.as_dict()
    plain.pop("metadata", None)
    if isinstance(event, UserUttered):
        plain["text"] = None
        plain["parse_data"] = {"intent": event.intent, "entities": event.entities}
    return plain
