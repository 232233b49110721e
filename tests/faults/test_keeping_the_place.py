"""Invariant 8: a form half filled survives a refusal, a crisis, and the death of any part."""

import pytest

from tests.e2e.service import wait_until
from tests.e2e.words import term


def test_across_a_refusal_a_crisis_and_two_deaths(service, person):
    person.say_all("find a provider", "psychologist", "78701")
    assert person.say("do i have ocd?").ids == ["refusal.diagnosis", "find.ask_payment"]
    heard = person.say("i want to kill myself")
    assert heard.ids == ["safety.suicide_self_harm", "resume.after_danger", "find.ask_payment"]
    service.kill("rasa")
    assert person.say("medicaid").ids[-1] == "find.ask_format"
    service.kill("edge")
    wait_until(lambda: service.get("/healthz") == 0, 5, "the edge to be gone")
    service.wait_alive()
    assert person.say("either is fine").ids[-1] == "find.ask_wishes"
    found = person.say("nothing else")
    assert term("role.psychologist") in found.text
    assert "Medicaid" in found.text
    assert found.ids[-1].startswith(("find.results.zip", "find.none"))


@pytest.mark.parametrize("part", ["rasa", "actions", "edge"])
def test_their_own_words_survive(service, person, part):
    person.say_all("help me prepare for a visit", "therapist", "first visit")
    person.say("please keep these very words of mine")
    service.kill(part)
    service.wait_ready(60)
    made = person.say("none of these")
    assert made.ids[-1] == "visit.list"
    assert "please keep these very words of mine" in made.text
