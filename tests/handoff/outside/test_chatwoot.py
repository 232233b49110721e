"""A Chatwoot inbox, both ways, against an inbox that knows its documented API only."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from bot.handoff.chatwoot import TOLERANCE
from bot.handoff.states import State
from tests.handoff.outside.inboxes import TAKEN_BUT_SILENT, Answer
from tests.handoff.outside.world import CHATWOOT_SECRET


async def hook(world, event, *, secret=CHATWOOT_SECRET, at=None, path="", **more):
    """Chatwoot calls us, signed as since its pull request 13892."""
    raw = json.dumps(world.server.handle.event(event, **more)).encode()
    stamp = str(int(world.at if at is None else at))
    signature = hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": f"sha256={signature}"}
    if path:
        headers = {}
    return await world.edge.post(f"/api/handoff/north/chatwoot{path}", content=raw, headers=headers)


async def arrived(world):
    handoff = await world.waits()
    await world.rounds()
    return handoff


async def test_a_contact_without_identity_and_what_was_agreed_to_arrive(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    inbox = with_chatwoot.server.handle
    assert list(inbox.contacts.values()) == [f"Visitor {handoff.id[-4:]}"]
    (text,) = inbox.texts()
    assert "They agreed to show the chat:" in text
    assert "Person: Who can help me sleep?" in text
    assert inbox.wrong == []
    assert with_chatwoot.acknowledged == [handoff.id]


async def test_the_contacts_id_cannot_be_guessed_from_the_hand_offs(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    (source,) = with_chatwoot.server.handle.contacts
    assert handoff.id not in source
    assert handoff.conversation not in source
    assert len(source) == 32


async def test_then_each_message_follows_in_order_in_the_same_conversation(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    for text in ("Are you there?", "yes", "yes"):
        await with_chatwoot.tells(handoff, text)
    await with_chatwoot.rounds()
    assert with_chatwoot.server.handle.texts()[1:] == ["Are you there?", "yes", "yes"]
    assert with_chatwoot.server.handle.wrong == []


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_a_lost_answer_makes_no_double(with_chatwoot, lost):
    """The contact's, the conversation's, the message's: one of each, whichever answer is lost."""
    good = [None] * lost
    with_chatwoot.server.moods = [*good, TAKEN_BUT_SILENT]
    await arrived(with_chatwoot)
    await with_chatwoot.later(6)
    inbox = with_chatwoot.server.handle
    assert len(inbox.contacts) == 1
    assert len(inbox.conversations) == 1
    assert len(inbox.texts()) == 1


async def test_the_same_words_twice_are_two_messages_even_when_an_answer_is_lost(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    await with_chatwoot.tells(handoff, "yes")
    await with_chatwoot.rounds()
    await with_chatwoot.tells(handoff, "yes")
    with_chatwoot.server.moods = [Answer(502)]
    await with_chatwoot.rounds()
    await with_chatwoot.later(6)
    assert with_chatwoot.server.handle.texts()[1:] == ["yes", "yes"]


async def test_garbage_for_an_answer_is_tried_again(with_chatwoot):
    with_chatwoot.server.moods = [Answer(200, body={"hello": 1}), Answer(200, body=[])]
    await arrived(with_chatwoot)
    await with_chatwoot.later(6)
    await with_chatwoot.later(11)
    assert len(with_chatwoot.server.handle.texts()) == 1


async def test_crisis_lines_and_a_withdrawal_are_told_and_it_is_resolved(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    now = await with_chatwoot.desk.get(handoff.id)
    await with_chatwoot.steps.change(now, event="handoff.lines_shown")
    await with_chatwoot.leaves(handoff)
    await with_chatwoot.rounds()
    inbox = with_chatwoot.server.handle
    assert "crisis lines were just shown" in inbox.texts()[1]
    assert "no longer waits" in inbox.texts()[2]
    assert inbox.only()["status"] == "resolved"


async def test_an_agents_first_message_claims_it_and_reaches_the_person_once(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    for _ in range(3):
        said = await hook(with_chatwoot, "message_created", id=77, content="Hello, I am Sam")
        assert said.status_code == 200
    read = await with_chatwoot.reads()
    assert [words for _, words in read].count("Hello, I am Sam") == 1
    assert ("Sam, care team", "Hello, I am Sam") in read
    assert (await with_chatwoot.desk.get(handoff.id)).state is State.ACTIVE


@pytest.mark.parametrize(
    "more",
    [
        {"private": True},
        {"private": None},
        {"message_type": "incoming"},
        {"message_type": "template"},
        {"message_type": "activity"},
        {"sender": {"id": 1, "name": "Helper", "type": "agent_bot"}},
        {"sender": None},
        {"content": None},
        {"content": {"not": "text"}},
        {"content_attributes": {"deleted": True}},
    ],
)
async def test_notes_bots_greetings_and_ones_own_words_never_reach_the_person(with_chatwoot, more):
    await arrived(with_chatwoot)
    before = await with_chatwoot.reads()
    more = {"content": "canary of a note"} | more
    assert (await hook(with_chatwoot, "message_created", **more)).status_code == 200
    assert await with_chatwoot.reads() == before


async def test_a_file_is_told_of_in_words(with_chatwoot):
    await arrived(with_chatwoot)
    files = [{"id": 1, "file_type": "image", "data_url": "https://inbox.example.org/x.png"}]
    await hook(with_chatwoot, "message_created", content=None, attachments=files)
    words = (await with_chatwoot.reads())[-1][1]
    assert "can't show files" in words
    assert "https" not in words


async def test_resolved_by_an_agent_it_ends_and_is_not_opened_again(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    await hook(with_chatwoot, "message_created", content="Hello")
    with_chatwoot.server.handle.only()["status"] = "resolved"
    said = await hook(with_chatwoot, "conversation_status_changed", status="resolved")
    assert said.json()["state"] == "ended"
    await with_chatwoot.rounds()
    assert with_chatwoot.server.handle.only()["status"] == "resolved"
    again = await hook(with_chatwoot, "conversation_status_changed", status="resolved")
    assert again.status_code == 200
    assert (await with_chatwoot.desk.get(handoff.id)).outcome == "other"


async def test_resolved_without_a_word_the_person_must_hear_of_it(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    await hook(with_chatwoot, "conversation_status_changed", status="resolved")
    assert with_chatwoot.closed_unread == [handoff.id]


async def test_what_comes_after_the_end_is_shown_to_the_agent_as_failed(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    await with_chatwoot.leaves(handoff)
    said = await hook(with_chatwoot, "message_created", content="Hello?")
    assert said.status_code == 409, "Chatwoot marks a message as failed on anything but success"


async def test_typing_goes_both_ways(with_chatwoot):
    handoff = await arrived(with_chatwoot)
    await hook(with_chatwoot, "message_created", content="Hello")
    with with_chatwoot.hub.listening(handoff.conversation) as heard:
        await hook(with_chatwoot, "conversation_typing_on")
        assert heard.get_nowait().who == "staff"
        await hook(with_chatwoot, "conversation_typing_on", is_private=True)
        assert heard.empty()
    now = await with_chatwoot.desk.get(handoff.id)
    await with_chatwoot.ways["chatwoot"].typing(now, with_chatwoot.clinic, True)
    await with_chatwoot.ways["chatwoot"].typing(now, with_chatwoot.clinic, False)
    assert with_chatwoot.server.handle.typing == ["on", "off"]


async def test_another_conversation_of_that_account_is_none_of_ours(with_chatwoot):
    await arrived(with_chatwoot)
    before = await with_chatwoot.reads()
    said = await hook(with_chatwoot, "message_created", conversation={"id": 999_999})
    assert said.json() == {"ignored": True}
    assert await with_chatwoot.reads() == before


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another secret of sixteen"},
        {"secret": ""},
        {"at": 0},
        {"path": "/wrong-secret-in-path"},
    ],
)
async def test_whoever_does_not_hold_the_secret_speaks_to_nobody(with_chatwoot, how):
    await arrived(with_chatwoot)
    before = await with_chatwoot.reads()
    assert (await hook(with_chatwoot, "message_created", **how)).status_code == 401
    assert await with_chatwoot.reads() == before


async def test_an_old_request_is_refused_and_one_just_in_time_is_not(with_chatwoot):
    await arrived(with_chatwoot)
    old = await hook(with_chatwoot, "message_created", at=with_chatwoot.at - TOLERANCE - 2)
    assert old.status_code == 401
    fresh = await hook(with_chatwoot, "message_created", at=with_chatwoot.at - TOLERANCE + 5)
    assert fresh.status_code == 200


async def test_a_chatwoot_of_before_signatures_has_the_secret_in_its_address(with_chatwoot):
    await arrived(with_chatwoot)
    said = await hook(with_chatwoot, "message_created", path=f"/{CHATWOOT_SECRET}")
    assert said.status_code == 200
    assert said.json()["state"] == "active"


async def test_without_a_secret_nothing_is_genuine(with_chatwoot):
    await arrived(with_chatwoot)
    object.__setattr__(with_chatwoot.channel, "named", {})
    assert (await hook(with_chatwoot, "message_created", secret="")).status_code == 401
    assert (await hook(with_chatwoot, "message_created", path="/x")).status_code == 401
