"""Invariant 5: whatever dies in the middle of a turn, each message is answered, and once."""

import time

import httpx
import pytest

from tests.e2e.person import WAITS
from tests.e2e.service import wait_until
from tests.e2e.words import id_of
from tests.faults.breaking import dead

QUESTIONS = {
    "what is a copay": "cost.copay",
    "what does a psychiatrist do?": "role.psychiatrist",
    "what is emdr": "approach.emdr",
    "how does a sliding scale work": "cost.sliding_scale",
    "do i have bipolar disorder?": "refusal.diagnosis",
    "what is a deductible": "cost.deductible",
}


def send_twice(person, client_id, text):
    """As a page does that heard no answer: the same client_id is the same message."""
    first = person.send_like_the_page(client_id, text)
    assert person.send_like_the_page(client_id, text) == first


def answered(person):
    """Ids of the answers so far, in order, without the notices that one is to come."""
    try:
        said = [m["text"] for m in person.history() if m["from"] == "bot"]
    except httpx.TransportError:
        return []
    return [i for i in map(id_of, said[1:]) if i not in WAITS]


@pytest.mark.parametrize("part", ["edge", "rasa", "actions"])
def test_nothing_is_lost_and_nothing_answered_twice(service, someone, part):
    people = [someone() for _ in range(3)]
    for number, text in enumerate(QUESTIONS):
        for person in people:
            if number < 3:
                person.send(f"q{number}", text=text)
    service.kill(part)
    for number, text in enumerate(QUESTIONS):
        for person in people:
            send_twice(person, f"q{number}", text)
    expected = sorted(QUESTIONS.values())  # what needs no Rasa may be answered before the rest
    for person in people:
        wait_until(
            lambda person=person: len(answered(person)) >= len(expected), 60, "all the answers"
        )
    time.sleep(2.5)  # a look of the desk's for what still waits: nothing may
    for person in people:
        assert sorted(answered(person)) == expected
        asked = [m["text"] for m in person.history() if m["from"] == "person"]
        assert asked == list(QUESTIONS)


def test_while_rasa_is_dead_people_are_told_so_once_and_answered_later(service, person):
    person.say("what is a copay")
    with dead(service, "rasa"):
        waiting = person.send(text="what is cbt")
        told = wait_until(lambda: person.history(waiting), 10, "a notice")
        assert [id_of(m["text"]) for m in told] == ["notice.down"]
        time.sleep(5)
        assert len(person.history(waiting)) == 1
    assert person.answer_to(waiting).ids == ["notice.down", "approach.cbt"]


def test_the_same_client_id_ten_times_is_one_message(person):
    sent = {person.post("the-same", text="what is a copay").json()["id"] for _ in range(10)}
    assert len(sent) == 1
    assert person.answer_to(sent.pop()).ids == ["cost.copay"]
    assert len(person.history()) == 3
