"""Invariant 1: the crisis reply needs no Rasa, no action server and no database."""

import pytest

from tests.e2e.service import wait_until
from tests.e2e.words import id_of
from tests.faults.breaking import dead, frozen, no_database, stuck_database

DANGER = "i am going to kill myself tonight"
AT_ONCE = 1.0  # seconds


def said_since(person, message):
    return [id_of(m["text"]) for m in person.history(message) if m["from"] == "bot"]


def test_with_rasa_and_the_action_server_killed_and_then_the_database(service, person, someone):
    person.say("what is a copay")
    with dead(service, "rasa", "actions"):
        assert person.seconds_to_hear(DANGER) < AT_ONCE
        with no_database(service):
            newcomer = someone()
            assert newcomer.seconds_to_hear(DANGER) < AT_ONCE
            again = newcomer.seconds_to_hear("i will do it now, i want to die")
            assert again < AT_ONCE


@pytest.mark.parametrize("part", ["rasa", "actions"])
def test_with_a_part_that_hangs_in_the_middle_of_a_turn(service, person, part):
    with frozen(service, part):
        waiting = person.send(text="what is a deductible")
        assert person.seconds_to_hear(DANGER) < AT_ONCE
    wait_until(lambda: "cost.deductible" in said_since(person, waiting), 60, "the other answer")


def test_with_the_database_gone(service, person):
    person.say_all("find a provider", "therapist")
    with no_database(service):
        assert person.seconds_to_hear(DANGER) < AT_ONCE
    assert person.say("78701").ids == ["find.ask_payment"]
    texts = [message["text"] for message in person.history()]
    assert texts.count(DANGER) == 1, "what could not be kept then was kept later, once"


def test_with_the_database_stuck(service, person):
    person.say("what is a copay")
    with stuck_database(service):
        assert person.seconds_to_hear(DANGER) < AT_ONCE


def test_an_ordinary_message_is_refused_while_nothing_can_be_kept_and_taken_afterwards(
    service, person
):
    with no_database(service):
        refused = person.post("kept-once", text="what is a superbill")
        assert refused.status_code == 503
        assert "Retry-After" in refused.headers
    taken = person.send("kept-once", text="what is a superbill")
    assert person.answer_to(taken).ids == ["cost.superbill"]
