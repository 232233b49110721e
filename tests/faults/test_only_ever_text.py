"""Invariant 9, and the doors: what comes from outside can't be more than it is allowed to be."""

from __future__ import annotations

import socket
import time

import httpx
import pytest
import time_machine

from bot.conversation import Session
from bot.tokens import LIFETIME, Tokens
from tests.e2e.words import label
from tests.faults.breaking import SECRET


@pytest.mark.parametrize(
    "typed", ["/restart", '/inform{"role":"coach"}', "/session_start", "/back"]
)
def test_a_typed_command_is_text(person, typed):
    person.say_all("find a provider", "therapist")
    assert person.say(typed).ids[-1] == "find.ask_place"
    assert person.say("78701").ids == ["find.ask_payment"]


@pytest.mark.parametrize("forged", ["0", "f" * 24 + "-0", "restart", "find.start", "-1", "1-1-1"])
def test_a_choice_that_was_not_issued_is_refused(person, forged):
    assert person.post(choice=forged).status_code == 422


def test_a_choice_past_the_last_one_is_refused(person):
    message = person.first.messages[0]
    assert person.post(choice=f"{message['id']}-{len(message['choices'])}").status_code == 422


def test_another_conversations_choice_is_refused(someone):
    mine, theirs = someone(), someone()
    assert mine.post(choice=theirs.first.choices[label("find.start")]).status_code == 422
    assert len(mine.history()) == 1


def issued_long_ago(session: Session) -> str:
    with time_machine.travel(time.time() - LIFETIME - 60):
        return Tokens(SECRET).issue(session)


SOMEBODY = Session("c" * 32, "demo", "en")
BAD = {
    "none": "",
    "noise": "Bearer abc.def.ghi",
    "another scheme": f"Basic {Tokens(SECRET).issue(SOMEBODY)}",
    "signed with another secret": f"Bearer {Tokens('x' * 40).issue(SOMEBODY)}",
    "expired": f"Bearer {issued_long_ago(SOMEBODY)}",
    "of no clinic of ours": f"Bearer {Tokens(SECRET).issue(Session('c' * 32, 'no', 'en'))}",
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/chat/messages"),
        ("GET", "/api/chat/messages"),
        ("GET", "/api/chat/events"),
        ("DELETE", "/api/chat/session"),
    ],
)
def test_without_a_good_token_there_is_nothing(service, kind, method, path):
    headers = {"Authorization": BAD[kind]} if BAD[kind] else {}
    body = {"client_id": "a", "text": "hello"} if method == "POST" else None
    answer = httpx.request(method, service.base + path, headers=headers, json=body, timeout=5)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_changed_token_opens_nothing(service, person):
    body, signature = person.token.split(".", 1)
    for changed in (f"{body}x.{signature}", f"{body}.{signature[:-1]}", person.token.swapcase()):
        headers = {"Authorization": f"Bearer {changed}"}
        answer = httpx.get(service.base + "/api/chat/messages", headers=headers)
        assert answer.status_code == 401


def test_one_persons_token_shows_nothing_of_another(someone):
    mine, theirs = someone(), someone()
    theirs.say("what is a copay")
    assert len(mine.history()) == 1


def test_an_erased_conversation_stays_closed(person):
    person.say_all("find a provider", "therapist")
    assert person.http.delete("/api/chat/session").status_code == 204
    assert person.http.get("/api/chat/messages").status_code == 401
    assert person.post(text="hello").status_code == 401


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_page_is_refused(service, person, origin):
    headers = {"Origin": origin}
    assert person.http.get("/api/chat/messages", headers=headers).status_code == 403
    opened = httpx.post(service.base + "/api/chat/sessions", json={}, headers=headers)
    assert opened.status_code == 403
    assert "access-control-allow-origin" not in opened.headers


def test_our_own_page_is_let_in(service, person):
    headers = {"Origin": service.base}
    assert person.http.get("/api/chat/messages", headers=headers).status_code == 200


@pytest.mark.parametrize("bearer", [None, "Bearer", "Bearer wrong", f"Bearer {SECRET}"])
def test_rasa_takes_turns_from_the_edge_only(service, bearer):
    turn = {
        "conversation": "c",
        "message_id": "m",
        "language": "en",
        "clinic": "demo",
        "text": "hi",
    }
    answer = httpx.post(
        f"http://127.0.0.1:{service.rasa_port}/webhooks/edge/turn",
        json=turn,
        headers={"Authorization": bearer} if bearer else {},
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/c/tracker",
        "/model/parse",
        "/domain",
        "/status",
        "/webhooks/rest/webhook",
        "/webhooks/callback/webhook",
        "/socket.io/",
    ],
)
def test_rasas_own_api_is_closed(service, path):
    for method in ("GET", "POST"):
        answer = httpx.request(method, f"http://127.0.0.1:{service.rasa_port}{path}", json={})
        assert answer.status_code in (404, 405)


def test_rasa_and_the_action_server_are_reached_from_this_machine_only(service):
    own = own_address()
    if own is None:
        pytest.skip("this machine has no other address than loopback")
    for port in (service.rasa_port, service.actions_port):
        with socket.socket() as caller:
            caller.settimeout(2)
            assert caller.connect_ex((own, port)) != 0


def own_address() -> str | None:
    """An address of this machine that others could reach. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(asking.getsockname()[0])
    return None if address.startswith("127.") else address
