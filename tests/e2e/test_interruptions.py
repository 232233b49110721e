"""Whatever comes between, it is answered, and the pending question comes back (invariant 8)."""

import pytest

FORMS = {
    "find.ask_place": ("find a provider", "therapist"),
    "find.ask_payment": ("find a provider", "therapist", "78701"),
    "visit.ask_kind": ("help me prepare for a visit", "therapist"),
    "visit.ask_needs": ("help me prepare for a visit", "therapist", "first visit", "skip", "skip"),
}
INTERRUPTIONS = {
    "a question about roles": ("what is a psychologist?", "role.psychologist"),
    "a question about cost": ("what is a deductible?", "cost.deductible"),
    "a refused diagnosis": ("do i have bipolar disorder?", "refusal.diagnosis"),
    "a refused medicine": ("should i stop taking my lexapro?", "refusal.medication"),
    "are you a person": ("are you a real person?", "identity."),
    "a crisis": ("i want to kill myself", "safety.suicide_self_harm"),
    "thanks": ("thank you", "smalltalk.thank"),
}


@pytest.mark.parametrize("pending", FORMS)
@pytest.mark.parametrize("between", INTERRUPTIONS)
def test_it_is_answered_and_the_question_comes_back(person, pending, between):
    asked = person.say_all(*FORMS[pending])
    assert asked.ids == [pending]
    said, answer = INTERRUPTIONS[between]
    heard = person.say(said)
    assert heard.ids[0].startswith(answer)
    assert heard.ids[-1] == pending
    assert heard.messages[-1]["choices"] != [] or asked.messages[-1]["choices"] == []


def test_a_wish_for_a_person_that_is_taken_back_leads_back(person):
    person.say_all("find a provider", "therapist")
    assert person.say("let me speak to a human").ids == ["handoff.ask"]
    assert person.tap("handoff.no").ids == ["handoff.withdrawn", "human.numbers", "find.ask_place"]


def test_in_their_own_words_a_crisis_is_still_a_crisis(person):
    asked = person.say_all("help me prepare for a visit", "therapist", "first visit", "skip")
    assert asked.ids == ["visit.ask_matters"]
    heard = person.say("what matters is that i want to end my life")
    assert heard.ids == ["safety.suicide_self_harm", "resume.after_danger", "visit.ask_matters"]
    assert person.say("skip").ids == ["visit.ask_needs"]


def test_answers_given_before_are_kept_after_a_crisis(person):
    person.say_all(
        "find a provider", "psychologist", "78701", "i want to die", "medicaid", "either"
    )
    found = person.say("nothing else")
    assert "psychologist" in found.text
    assert "Medicaid" in found.text


def test_after_a_check_in_a_yes_is_danger_and_a_no_goes_on(someone):
    asked = someone().say("i cant do this anymore")
    assert asked.ids[0] == "check_in.ask"
    assert asked.cards
    first, second = someone(), someone()
    first.say("i cant do this anymore")
    assert first.say("yes").ids[0] == "safety.suicide_self_harm"
    second.say("i cant do this anymore")
    assert second.say("no").ids[0] == "check_in.denied"


def test_one_task_gives_way_to_the_other(person):
    assert person.say_all("find a provider", "therapist").ids == ["find.ask_place"]
    heard = person.say("actually help me get ready for my visit first")
    assert heard.ids[-1].startswith("visit.ask_")


def test_a_search_follows_a_list_and_a_list_a_search(person):
    answers = ("therapist", "skip", "skip", "skip", "none")
    made = person.say_all("help me prepare for a visit", *answers)
    assert made.ids == ["visit.sheet"]
    asked = person.tap("find.start")
    assert asked.ids[-1].startswith("find.ask_")
