"""A person asks who does what, what things mean, and what this is. Each answer has its source."""

import pytest

from tests.e2e.words import catalogue, label, term

ROLES = sorted(name for name in catalogue().terms if name.startswith("role."))


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_explained_with_source_and_review_date(person, role):
    answer = person.say(f"what does a {term(role)} do?")
    assert answer.ids == [role]
    assert answer.messages[0]["kind"] == "answer"
    assert answer.messages[0]["sources"]
    assert answer.messages[0]["reviewed_on"]


def test_two_roles_are_compared(person):
    answer = person.say("whats the difference between a psychologist and a psychiatrist")
    assert answer.ids == ["compare.roles"]
    assert "psychologist" in answer.text
    assert "psychiatrist" in answer.text


def test_two_roles_are_compared_by_tapping(person):
    person.say("compare two kinds of providers for me")
    assert person.tap("compare.psychologist.psychiatrist").ids == ["compare.roles"]


def test_asked_to_compare_without_two_roles_it_asks_which(person):
    assert person.say("compare two kinds of providers for me").ids == ["compare.which"]


def test_a_first_visit_is_told_role_by_role(person):
    asked = "what happens at the first visit with a psychiatrist"
    assert person.say(asked).ids == ["first_visit.psychiatrist"]
    asked = "and what is the first appointment with a therapist like"
    assert person.say(asked).ids == ["first_visit.therapist"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("who should i see for couples counseling?", "who_for.couples"),
        ("who can do adhd testing", "who_for.testing"),
        ("what is a copay", "cost.copay"),
        ("whats a deductible mean", "cost.deductible"),
        ("how does a sliding scale work", "cost.sliding_scale"),
        ("what does out of network mean", "cost.out_of_network"),
        ("how much does therapy cost", "cost.overview"),
        ("is online therapy as good as going in person?", "format.overview"),
        ("what is CBT", "approach.cbt"),
        ("what does evidence-based mean", "approach.evidence_based"),
        ("tell me about EMDR", "approach.emdr"),
        ("can i switch to a different therapist", "rights.switching"),
        ("how do i ask for a copy of my records", "rights.records"),
        ("how do i get a second opinion", "rights.second_opinion"),
        ("what can i do about a long waiting list", "rights.waiting_list"),
        ("where can i read more that i can trust", "sources.overview"),
        ("what can you help me with", "about.can_do"),
        ("thank you so much", "smalltalk.thank"),
        ("ok bye", "smalltalk.goodbye"),
        ("whats the weather tomorrow", "scope.out"),
        ("can you write my history essay", "scope.out"),
        ("how much does it cost", "cost.overview"),
        ("ketamine clinic what should i ask", "approach.ketamine.ask"),
    ],
)
def test_a_question_gets_its_own_answer(person, asked, answered):
    assert person.say(asked).ids == [answered]


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("who do i go to for grief after my dad died", "who_for.grief"),
        ("can i switch to a different therapist if we dont click", "rights.switching"),
        (
            "i got a letter that they wont pay for my program any more, what now",
            "cost.claim_denied",
        ),
    ],
)
def test_a_longer_question_that_may_mean_several_things_is_asked_back(person, asked, offered):
    heard = person.say(asked)
    assert heard.ids == ["doubt.which"]
    assert label(f"see.{offered}") in heard.choices


def test_the_first_message_offers_what_people_come_to_do(person):
    assert label("menu.roles") in person.first.choices
    assert label("find.start") in person.first.choices
    person.last = person.first
    assert person.tap("menu.roles").ids == ["role.overview"]


def test_what_is_kept_is_told_in_whatever_words_it_is_asked(person):
    for asked in ("what do you store about me", "how long do you keep this chat"):
        assert person.say(asked).ids[0] in ("about.storage", "privacy.who")


def test_a_greeting_is_returned(person):
    assert person.say("hi there").ids == ["smalltalk.greet"]


def test_a_wish_for_a_person_is_met_with_who_can_be_reached(person):
    assert person.say("can i talk to a real person please").ids == ["handoff.ask"]
    assert "211" in person.say("no thanks").text


def test_in_spanish_the_frame_is_spanish(someone):
    persona = someone("es")
    assert "no soy una persona" in persona.first.text.lower()
    assert persona.say("¿qué hace un psiquiatra?").ids == ["role.psychiatrist"]


@pytest.mark.parametrize(
    ("asked", "language"),
    [("practice the call with me", "en"), ("podemos ensayar la llamada?", "es")],
)
def test_a_call_can_be_practised(someone, asked, language):
    heard = someone(language).say(asked)
    offered = label("see.practice.start", language) in heard.choices
    assert offered or heard.ids[0].startswith("practice.")


def test_a_question_about_care_is_no_search(person):
    assert "fallback.looking" not in person.say("im undocumented can i go to a clinic").ids
