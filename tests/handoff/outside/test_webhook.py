"""The signed webhook, both ways. The official library is the other side's."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from standardwebhooks import Webhook

from bot.clinics import ClinicError
from bot.handoff.posting import check_address
from bot.handoff.states import State
from bot.handoff.ways import check_ways
from bot.handoff.webhook import is_genuine, read_secrets, signed
from bot.store.record import StoreDown
from tests.handoff.outside.inboxes import Answer, Receiver
from tests.handoff.outside.world import NAMED, OLDER, SECRET, clinic

SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_it_signs_as_the_specifications_example():
    body = b'{"test": 2432232314}'
    headers = signed([SPEC_SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_changed_both_the_old_and_the_new_are_good():
    headers = signed([SECRET, OLDER], "m1", time.time(), b"{}")
    for theirs in (SECRET, OLDER):
        Webhook(theirs).verify(b"{}", headers)
    assert is_genuine([SECRET, OLDER], signed([OLDER], "m1", time.time(), b"{}"), b"{}")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda h: h | {"webhook-signature": "v1,AAAA"},
        lambda h: h | {"webhook-signature": "v1"},
        lambda h: h | {"webhook-signature": h["webhook-signature"].replace("v1,", "v9,")},
        lambda h: h | {"webhook-signature": "v1,ñ"},
        lambda h: h | {"webhook-id": "another"},
        lambda h: h | {"webhook-timestamp": "soon"},
        lambda h: h | {"webhook-timestamp": "nan"},
        lambda h: {k: v for k, v in h.items() if k != "webhook-id"},
        lambda h: {},
        lambda h: signed([OLDER], "m1", time.time(), b"{}"),
        lambda h: signed([SECRET], "m1", time.time() - 301, b"{}"),
        lambda h: signed([SECRET], "m1", time.time() + 301, b"{}"),
    ],
)
def test_anything_else_is_not_genuine(spoil):
    good = signed([SECRET], "m1", time.time(), b"{}")
    assert is_genuine([SECRET], good, b"{}")
    assert not is_genuine([SECRET], spoil(good), b"{}")
    assert not is_genuine([SECRET], good, b"{ }")
    assert not is_genuine([SECRET], good, b"\xff")


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("", "is empty"),
        ("hunter2", "must start with whsec_"),
        ("whsec_!!!", "not base64"),
        ("whsec_c2hvcnQ=", "24 to 64 bytes"),
        (f"{SECRET} whsec_c2hvcnQ=", "secret 2"),
    ],
)
def test_a_secret_that_cannot_be_used_is_told_without_showing_it(setting, fault):
    with pytest.raises(ValueError, match=fault) as told:
        read_secrets(setting)
    assert "hunter2" not in str(told.value)
    assert "c2hvcnQ" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["https://inbox.example.org/a?b=c", "http://127.0.0.1:9/x", "http://localhost/x"]
)
def test_hand_offs_go_over_https_or_stay_on_this_machine(url):
    assert check_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://inbox.example.org/",
        "ftp://inbox.example.org/",
        "https://",
        "https://user:pass@inbox.example.org/",
        "//inbox.example.org",
        "https://[::1",
        "http://127.0.0.1.example.org/",
        "https://inbox.example.org:99999/",
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        check_address(url)


def test_the_start_names_each_clinics_missing_secret():
    check_ways({"n": clinic("webhook")}, NAMED)
    check_ways({"n": clinic("chatwoot")}, NAMED)
    check_ways({"n": clinic("phone")}, NAMED)
    check_ways({"n": clinic("staff")}, {})
    with pytest.raises(ClinicError, match=r"north\.yml: handoff\.webhook\.secret_env: NORTH"):
        check_ways({"n": clinic("webhook")}, {})
    with pytest.raises(ClinicError, match="NORTH_CHATWOOT"):
        check_ways({"n": clinic("chatwoot")}, {"NORTH_CHATWOOT": "short"})
    with pytest.raises(ClinicError, match="TWILIO_AUTH_TOKEN"):
        check_ways({"n": clinic("phone")}, {})
    with pytest.raises(ClinicError, match=r"webhook\.url"):
        check_ways({"n": clinic("webhook", "http://inbox.example.org")}, NAMED)


# --- out ----------------------------------------------------------------------------------------


def only(world):
    (event,) = world.server.handle.taken.values()
    return event


async def test_whoever_waits_is_told_of_with_what_they_agreed_to_and_nothing_else(north):
    said = await north.says("Who can help me sleep?")
    handoff = await north.waits()
    await north.rounds()
    event = only(north)
    assert event["type"] == "handoff.waiting"
    assert event["data"] == {
        "handoff": handoff.id,
        "clinic": "north",
        "kind": "live",
        "state": "waiting",
        "channel": "web",
        "language": "en",
        "waiting_since": iso(handoff.waiting_at),
        "again": False,
        "shares": "chat",
        "note": None,
        "messages": [
            {
                "id": said.id,
                "from": "person",
                "text": "Who can help me sleep?",
                "left_out": False,
                "at": iso(said.at),
            }
        ],
    }
    assert handoff.conversation not in json.dumps(event)


def iso(at):
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")


async def test_with_a_note_only_nothing_that_was_said_before_goes_out(north):
    await north.says("canary of before")
    handoff = await north.waits(shares="note", note="Please call about Tuesday")
    await north.rounds()
    data = only(north)["data"]
    assert data["note"] == "Please call about Tuesday"
    assert data["messages"] == []
    assert "canary" not in json.dumps(data)
    later = await north.tells(handoff, "Are you there?")
    await north.rounds()
    told = list(north.server.handle.taken.values())[1]
    assert told["data"]["message"]["id"] == later.id


async def test_words_on_alcohol_or_drugs_stay_out_unless_agreed_to(north):
    await north.says("I drink too much alcohol")
    await north.waits()
    await north.rounds()
    (message,) = only(north)["data"]["messages"]
    assert message["left_out"]
    assert message["text"] == ""
    assert "notice" not in only(north)["data"]


async def test_where_they_go_along_the_notice_of_42_cfr_part_2_goes_with_them(north):
    await north.says("I drink too much alcohol")
    await north.waits(substance=True)
    await north.rounds()
    data = only(north)["data"]
    assert data["messages"][0]["text"] == "I drink too much alcohol"
    assert data["notice"].startswith("42 CFR part 2 prohibits")


async def test_said_to_staff_themselves_it_goes_with_the_notice_too(north):
    handoff = await north.waits()
    await north.rounds()
    await north.tells(handoff, "I need help with heroin")
    await north.tells(handoff, "Thank you")
    await north.rounds()
    _, first, second = north.server.handle.taken.values()
    assert "notice" in first["data"]
    assert "notice" not in second["data"]


async def test_back_in_line_it_is_told_of_again(north):
    handoff = await north.waits()
    await north.rounds()
    await answers(north, "claimed", handoff)
    await north.desk.release(await north.desk.get(handoff.id))
    await north.rounds()
    again = list(north.server.handle.taken.values())[-1]
    assert again["type"] == "handoff.waiting"
    assert again["data"]["again"]


async def test_what_brought_the_crisis_lines_goes_with_the_alarm(north):
    handoff = await north.waits()
    said = await north.says("I want to die")
    now = await north.desk.get(handoff.id)
    await north.steps.change(now, event="handoff.lines_shown")
    await north.rounds()
    alarm = list(north.server.handle.taken.values())[-1]
    assert alarm["type"] == "handoff.lines_shown"
    assert alarm["data"]["message"]["id"] == said.id
    assert alarm["data"]["message"]["text"] == "I want to die"


async def test_a_secret_that_is_missing_for_a_while_loses_nothing(north):
    await north.waits()
    way = north.ways["webhook"]
    object.__setattr__(way, "named", {})
    await north.rounds()
    assert north.server.asked == []
    object.__setattr__(way, "named", NAMED)
    await north.later(6)
    assert north.server.handle.types == ["handoff.waiting"]


async def test_an_endless_answer_is_not_read(north):
    await north.waits()
    north.server.moods = [Answer(200, body="x" * 5_000_000)]
    await north.rounds()
    assert len(north.acknowledged) == 1


# --- back ---------------------------------------------------------------------------------------

AGENT = {"name": "Sam", "title": "nurse"}


async def answers(world, event, handoff, *, secret=SECRET, key="north", **more):
    body = {"event": event, "handoff": handoff.id, "agent": AGENT, **more}
    raw = json.dumps(body).encode()
    at = datetime.now(timezone.utc)
    headers = {
        "webhook-id": "w1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("w1", at, raw.decode()),
    }
    return await world.edge.post(f"/api/handoff/{key}/replies", content=raw, headers=headers)


async def test_an_answer_claims_speaks_and_ends(north):
    handoff = await north.waits()
    assert (await answers(north, "claimed", handoff)).json()["state"] == "claimed"
    said = await answers(north, "message", handoff, text="Hello, I am Sam", id="a")
    assert said.status_code == 200
    assert said.json() == {"handoff": handoff.id, "state": "active"}
    assert ("Sam, nurse", "Hello, I am Sam") in await north.reads()
    assert (await answers(north, "ended", handoff, outcome="booked")).json()["state"] == "ended"
    assert (await north.desk.get(handoff.id)).outcome == "booked"


async def test_needs_an_id_to_tell_a_message_from_its_repetition(north):
    handoff = await north.waits()
    said = await answers(north, "message", handoff, text="Hello")
    assert said.status_code == 422
    assert "id" in said.json()["detail"]


async def test_the_first_message_claims_it(north):
    handoff = await north.waits()
    said = await answers(north, "message", handoff, text="Hello", id="a")
    assert said.json()["state"] == "active"


async def test_the_same_answer_twice_is_said_once(north):
    handoff = await north.waits()
    for _ in range(3):
        said = await answers(north, "message", handoff, text="Hello", id="a")
        assert said.status_code == 200
        assert (await answers(north, "claimed", handoff)).status_code == 200
    assert [words for _, words in await north.reads()].count("Hello") == 1
    for _ in range(2):
        assert (await answers(north, "ended", handoff)).status_code == 200


async def test_a_colleague_may_go_on(north):
    handoff = await north.waits()
    await answers(north, "message", handoff, text="Hello", id="a")
    other = {"name": "Ana", "title": "social worker"}
    body = {"text": "I take over", "id": "b", "agent": other}
    assert (await answers(north, "message", handoff, **body)).status_code == 200
    assert ("Ana, social worker", "I take over") in await north.reads()


async def test_typing_is_shown(north):
    handoff = await north.waits()
    await answers(north, "claimed", handoff)
    with north.hub.listening(handoff.conversation) as heard:
        assert (await answers(north, "typing", handoff, on=True)).status_code == 200
        assert heard.get_nowait().who == "staff"


@pytest.mark.parametrize(
    "how",
    [{"secret": OLDER}, {"key": "nowhere"}],
)
async def test_whoever_does_not_hold_the_secret_is_let_nowhere(north, how):
    handoff = await north.waits()
    said = await answers(north, "message", handoff, text="Hello", id="a", **how)
    assert said.status_code == 401
    unsigned = {"event": "claimed", "handoff": handoff.id, "agent": AGENT}
    plain = await north.edge.post("/api/handoff/north/replies", json=unsigned)
    assert plain.status_code == 401
    assert (await north.desk.get(handoff.id)).state is State.WAITING


async def test_a_clinic_without_a_webhook_takes_no_answers(north):
    handoff = await north.waits()
    north.clinics["north"] = clinic("staff")
    assert (await answers(north, "claimed", handoff)).status_code == 401


async def test_one_clinics_secret_opens_no_other_clinics_hand_off(north):
    handoff = await north.waits()
    north.clinics["south"] = replace(clinic("webhook"), key="south")
    said = await answers(north, "claimed", handoff, key="south")
    assert said.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"event": "dances"},
        {"event": "message"},
        {"event": "message", "text": 5, "id": "a"},
        {"event": "message", "text": "  ", "id": "a"},
        {"event": "message", "text": "x" * 4001, "id": "a"},
        {"event": "claimed", "agent": "Sam"},
        {"event": "claimed", "agent": {"name": "x" * 61}},
        {"event": "ended", "outcome": "cured"},
    ],
)
async def test_a_faulty_answer_is_told_what_is_wrong(north, body):
    handoff = await north.waits()
    await answers(north, "claimed", handoff)
    said = await answers(north, body.pop("event"), handoff, **body)
    assert said.status_code == 422
    assert said.headers["content-type"] == "application/problem+json"


async def test_what_is_no_json_or_too_long_is_refused(north):
    for raw, status in ((b"[1]", 400), (b"{", 400), (b"x" * 70_000, 413)):
        headers = signed([SECRET], "w1", time.time(), raw)
        said = await north.edge.post("/api/handoff/north/replies", content=raw, headers=headers)
        assert said.status_code == status


async def test_after_the_end_an_answer_is_told_that_nobody_is_there(north):
    handoff = await north.waits()
    await north.leaves(handoff)
    said = await answers(north, "message", handoff, text="Hello", id="a")
    assert said.status_code == 409
    assert said.json()["state"] == "withdrawn"
    await north.record.call(north.record.store.erase, handoff.conversation, north.now())
    assert (await answers(north, "claimed", handoff)).status_code == 404


async def test_with_the_database_away_it_is_told_to_come_again(north):
    handoff = await north.waits()

    async def down(*_args, **_kw):
        raise StoreDown("away")

    north.record.call = down
    said = await answers(north, "claimed", handoff)
    assert said.status_code == 503
    assert said.headers["retry-after"] == "2"


def test_the_receiver_of_these_tests_is_not_a_soft_one():
    asked = type("Asked", (), {"body": b"{}", "headers": {}})
    with pytest.raises(Exception, match="Missing required headers"):
        Receiver(SECRET)(asked)
