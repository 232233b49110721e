"""Invariant 8: a form half filled survives a refusal, a crisis, and the death of any part."""

from tests.e2e.service import wait_until
from tests.e2e.words import term

OWN = "please keep these very words of mine"


def test_across_a_refusal_a_crisis_and_the_death_of_each_part(service, someone):
    searcher, visitor = someone(), someone()
    searcher.say_all("find a provider", "psychologist", "78701")
    visitor.say_all("help me prepare for a visit", "therapist", "first visit", "skip", OWN)

    assert searcher.say("do i have ocd?").ids == ["refusal.diagnosis", "find.ask_payment"]
    heard = searcher.say("i want to kill myself")
    assert heard.ids == ["safety.suicide_self_harm", "resume.after_danger", "find.ask_payment"]

    service.kill("rasa")
    assert searcher.say("medicaid").ids[-1] == "find.ask_format"
    service.kill("actions")
    assert searcher.say("either is fine").ids[-1] == "find.ask_wishes"
    service.kill("edge")
    wait_until(lambda: service.get("/healthz") == 0, 5, "the edge to be gone")
    service.wait_alive(60)

    found = searcher.say("nothing else")
    assert found.ids[-1].startswith(("find.results.zip", "find.none"))
    assert term("role.psychologist") in found.text
    assert "Medicaid" in found.text
    made = visitor.say("none of these")
    assert made.ids == ["visit.sheet"]
    [sheet] = made.messages[-1]["cards"]
    assert [OWN] in [[line["text"] for line in one["lines"]] for one in sheet["sections"]]
