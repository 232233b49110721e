"""How much of the chat one may use, and that danger is answered all the same."""

import logging
import time

import pytest
import redis as redis_client
import throttled.utils

from bot.channels.rate import AGAIN, ANSWERS, Redis
from bot.limits import STREAMS, STREAMS_ADDRESS, Streams
from tests.bot.edge import FakeEngine
from tests.channels.serving import edge, from_address

DANGER = "i am going to kill myself tonight"
DISTRESS = "i don't want to be here anymore"
EVERYDAY = "what does a psychiatrist do?"
FEW = "4/minute burst 4"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The time that is counted by, where Redis does not count: it stands still."""
    now = [1000.0]
    monkeypatch.setattr(throttled.utils, "now_mono_f", lambda: now[0])
    return now


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return edge(tmp_path_factory.mktemp("state"))


@pytest.fixture
def few(app):
    """A caller of an edge that takes four messages of a chat."""
    with from_address(app, chat_rate=FEW) as client:
        yield client


def begin(client, **asked):
    made = client.post("/api/chat/sessions", json=asked)
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['token']}"}


def say(client, chat, text=EVERYDAY, **said):
    say.count = getattr(say, "count", 0) + 1
    body = {"client_id": f"m{say.count}", **(said or {"text": text})}
    return client.post("/api/chat/messages", json=body, headers=chat)


def statuses(client, chat, count, text=EVERYDAY):
    return [say(client, chat, text).status_code for _ in range(count)]


def heard(client, chat):
    read = client.get("/api/chat/messages", headers=chat)
    assert read.status_code == 200, read.text
    return read.json()["messages"]


# --- by conversation ----------------------------------------------------------------------------


def test_a_chat_that_says_too_much_is_told_when_to_come_back(few, clock):
    chat = begin(few)
    assert statuses(few, chat, 4) == [202] * 4
    refused = say(few, chat)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "15"
    assert refused.json()["lines"][0] == {"label": "Call 911", "href": "tel:911"}
    clock[0] += 15
    assert statuses(few, chat, 2) == [202, 429]


def test_one_chat_does_not_use_up_anothers(few):
    assert statuses(few, begin(few), 5)[-1] == 429
    assert statuses(few, begin(few), 4) == [202] * 4


def test_what_is_refused_leaves_nothing(few):
    chat = begin(few)
    statuses(few, chat, 4)
    before = [message["id"] for message in heard(few, chat) if message["from"] == "person"]
    assert say(few, chat, "one too many").status_code == 429
    after = [message["id"] for message in heard(few, chat) if message["from"] == "person"]
    assert after == before


@pytest.mark.parametrize("text", [DANGER, DISTRESS, "quiero morirme", "k1ll mys3lf"])
def test_danger_and_distress_are_answered_over_the_limit(few, text):
    chat = begin(few)
    statuses(few, chat, 4)
    assert say(few, chat).status_code == 429
    taken = say(few, chat, text)
    assert taken.status_code == 202
    replies = [m for m in heard(few, chat) if m["id"] > taken.json()["id"] and m["from"] == "bot"]
    assert {m["kind"] for m in replies} & {"safety", "question"}


def test_a_yes_to_the_question_about_danger_is_answered_over_the_limit(few):
    chat = begin(few)
    asked = say(few, chat, DISTRESS).json()["id"]
    question = next(m for m in heard(few, chat) if m["id"] > asked)
    statuses(few, chat, 3)
    assert say(few, chat).status_code == 429
    taps = {c["label"]: say(few, chat, choice=c["id"]).status_code for c in question["choices"]}
    assert sorted(taps.values()) == [202, 429], taps


def test_even_danger_has_a_bound_and_then_the_refusal_brings_the_lines(few, clock):
    chat = begin(few)
    answers = [say(few, chat, DANGER) for _ in range(40)]
    assert [a.status_code for a in answers] == [202] * 34 + [429] * 6
    hrefs = {line["href"] for line in answers[-1].json()["lines"]}
    assert {"tel:911", "tel:988"} <= hrefs
    clock[0] += 1
    assert [say(few, chat, DANGER).status_code for _ in range(2)] == [202, 429]


def test_a_message_sent_again_is_still_the_same_message(few):
    chat = begin(few)
    body = {"client_id": "again", "text": EVERYDAY}
    ids = [few.post("/api/chat/messages", json=body, headers=chat).json()["id"] for _ in range(3)]
    assert len(set(ids)) == 1


# --- by address and by clinic -------------------------------------------------------------------


@pytest.mark.parametrize(("name", "taken"), [("chat_rate_address", 8), ("chat_rate_clinic", 5)])
def test_the_chats_of_an_address_and_of_a_clinic_count_together(app, name, taken):
    with from_address(app, **{name: "8/minute burst 8"}) as client:
        chats = [begin(client) for _ in range(3)]
        answers = [say(client, chat).status_code for chat in chats * 3]
        assert answers == [202] * taken + [429] * (9 - taken)
        assert say(client, chats[0], DANGER).status_code == 202


def test_the_network_of_an_ipv6_address_counts_as_one_and_another_is_another(tmp_path):
    app = edge(tmp_path, CARENAV_CHAT_RATE_SESSIONS="2/minute burst 2")
    answers = []
    with from_address(app, "2001:db8:0:1::1") as client:
        for address in (
            "2001:db8:0:1::1",
            "2001:db8:0:1:ffff::2",
            "2001:db8:0:1::3",
            "2001:db8::1",
        ):
            client._transport.client = (address, 1)
            answers.append(client.post("/api/chat/sessions", json={}).status_code)
    assert answers == [201, 201, 429, 201]


def test_an_address_begins_so_many_chats_and_is_then_shown_the_lines(app):
    with from_address(app, chat_rate_sessions="3/hour burst 3") as client:
        for _ in range(3):
            begin(client)
        refused = client.post("/api/chat/sessions", json={"language": "es"})
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1200"
        assert refused.json()["lines"][0] == {"label": "Llamar al 911", "href": "tel:911"}


def test_a_class_of_thirty_that_begins_at_once_is_let_in_by_the_defaults(app):
    with from_address(app) as client:
        chats = [begin(client) for _ in range(30)]
        assert {say(client, chat).status_code for chat in chats for _ in range(2)} == {202}


def test_a_caller_without_an_address_is_not_counted_by_it(app):
    once = {"chat_rate_sessions": "1/hour", "chat_rate_address": "1/hour"}
    with from_address(app, "a unix socket", **once) as client:
        for _ in range(3):
            assert say(client, begin(client)).status_code == 202


# --- Redis --------------------------------------------------------------------------------------


def test_processes_with_one_redis_count_together_and_it_holds_no_identity(tmp_path, redis):
    engine, folders = FakeEngine(), [tmp_path / "a", tmp_path / "b"]
    shared = {
        "CARENAV_REDIS_URL": redis.url,
        "CARENAV_DATABASE_URL": f"sqlite:///{tmp_path}/one.db",
    }
    first, second = (edge(f, engine, CARENAV_CHAT_RATE="4/hour burst 4", **shared) for f in folders)
    with from_address(first) as one, from_address(second) as other:
        chat = begin(one)
        answers = [say(client, chat).status_code for client in (one, other) * 3]
        assert answers == [202] * 4 + [429] * 2
    held = redis_client.Redis.from_url(redis.url)
    kept = {key: (held.get(key), held.ttl(key)) for key in held.scan_iter()}
    assert {key.decode().split(":")[1] for key in kept} >= {"session", "address", "clinic"}
    for key, (value, seconds) in kept.items():
        assert b"203.0.113" not in key + value
        assert b"demo" not in key
        assert 0 < seconds <= 3600, "what is counted is forgotten by itself"


@pytest.mark.parametrize("way", ["kill", "freeze"])
def test_invariant_1_a_redis_that_is_away_refuses_nobody_and_is_used_again(app, redis, way, caplog):
    rates = {"redis_url": redis.url, "chat_rate": "4/hour burst 4"}
    with from_address(app, **rates) as client, caplog.at_level(logging.WARNING):
        chat = begin(client)
        assert say(client, chat).status_code == 202
        getattr(redis, way)()
        began = time.monotonic()
        assert say(client, chat, DANGER).status_code == 202
        assert time.monotonic() - began < ANSWERS + 1.5
        assert statuses(client, chat, 4) == [202, 202, 202, 429], "it counts by itself"
        told = [r.getMessage() for r in caplog.records if "Redis" in r.getMessage()]
        assert len(told) == 1, told
        redis.kill()
        redis.start()
        app.state.limits.rates = None
        client.portal.call(app.state.limits.load)  # nothing of the failure is remembered
        assert statuses(client, chat, 5) == [202] * 4 + [429], "a new Redis begins anew"


def test_a_redis_that_failed_is_left_alone_for_a_while():
    now = [0.0]
    redis = Redis("unix:///nowhere", lambda: now[0])
    redis.failed(OSError())
    assert redis.is_away()
    now[0] += AGAIN
    assert not redis.is_away()


# --- event streams ------------------------------------------------------------------------------


def test_the_oldest_stream_of_a_chat_makes_place_for_the_newest():
    streams, ended = Streams(), []
    places = [
        streams.place("c", "203.0.113.1", lambda n=n: ended.append(n)) for n in range(STREAMS + 1)
    ]
    for place in places[:STREAMS]:
        place.__enter__()
    assert ended == []
    places[STREAMS].__enter__()
    assert ended == [0]
    for place in places:
        place.__exit__(None, None, None)
    assert streams.of("203.0.113.1") == 0
    assert not streams._ends
    assert not streams._addresses


def test_an_address_opens_so_many_streams_and_is_then_refused(app):
    with from_address(app) as client:
        chat = begin(client)
        places = [
            app.state.limits.streams.place(str(n), "203.0.113.1", lambda: None)
            for n in range(STREAMS_ADDRESS)
        ]
        for place in places:
            place.__enter__()
        refused = client.get("/api/chat/events", headers=chat)
        assert refused.status_code == 429
        assert refused.json()["lines"]
        assert refused.headers["retry-after"] == "10"
