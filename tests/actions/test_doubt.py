"""Which message answers a question: one where it stands out, else a choice that holds it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.answer import reply
from actions.content import message_ids
from actions.doubt import guessed, is_near, sure_topic, which
from actions.fallback import _sensible
from actions.heard import Entity, Heard, Topic


def asked(
    intent: str = "ask_care",
    *topics: tuple[str, float],
    text: str = "my plan says one thing and the office another, so what about it?",
    confidence: float = 0.5,
    entities: tuple[Entity, ...] = (),
) -> Heard:
    ranked = tuple(Topic(name, score) for name, score in topics)
    return Heard(intent, text, entities, confidence, topics=ranked)


def answers(heard: Heard) -> str:
    return str(reply(heard, message_ids())["message"])


def offers(heard: Heard) -> list[str]:
    draft: dict[str, Any] = reply(heard, message_ids())
    assert draft["message"] == "doubt.which"
    return [one.removeprefix("see.") for one in draft["choices"]]


@pytest.mark.parametrize(
    ("topics", "sure"),
    [
        ([("cost.copay", 0.3), ("cost.deductible", 0.2)], "cost.copay"),
        ([("cost.copay", 0.3), ("cost.deductible", 0.25)], None),  # too close
        ([("cost.copay", 0.09)], None),  # too far
        ([("role.coach.more", 0.3), ("role.coach", 0.1)], "role.coach.more"),  # no rival
        ([("role.coach.more", 0.3), ("role.coach", 0.28)], None),  # which part of it?
        ([("cost.copay", 0.12), ("cost.deductible", 0.09)], None),  # not near enough for that lead
        ([("cost.copay", 0.12), ("cost.deductible", 0.07)], "cost.copay"),
        ([], None),
    ],
)
def test_one_that_stands_out_answers(topics, sure):
    assert sure_topic(asked("ask_care", *topics)) == sure


def test_where_none_stands_out_the_person_chooses():
    heard = asked("ask_care", ("cost.copay", 0.2), ("cost.deductible", 0.19), ("cost.premium", 0.1))
    assert offers(heard)[:3] == ["cost.copay", "cost.deductible", "cost.premium"]
    assert offers(heard)[-1] == "guess.something_else"


def test_no_more_than_four_are_offered_and_the_answer_by_names_is_one_of_them():
    near = [(f"cost.{one}", 0.2) for one in ("premium", "deductible", "parity", "medicare")]
    named = (Entity("cost_term", "copay", 0, 5),)
    offered = offers(asked("ask_cost", *near, confidence=0.6, entities=named))
    assert len(offered) == 5
    assert "cost.copay" in offered


def test_the_first_answers_though_not_far_ahead_where_the_names_lead_to_it_too():
    named = (Entity("cost_term", "copay", 0, 5),)
    near = (("cost.copay", 0.2), ("cost.deductible", 0.18))
    short = "what is that"
    assert answers(asked("ask_cost", *near, text=short, entities=named)) == "cost.copay"
    assert answers(asked("ask_cost", *near, text=short)) == "doubt.which"
    assert answers(asked("ask_cost", *near, entities=named)) == "doubt.which"
    close = (("cost.copay", 0.2), ("cost.deductible", 0.195))
    assert answers(asked("ask_cost", *close, text=short, entities=named)) == "doubt.which"


def test_a_short_question_is_answered_by_its_plain_intent_and_names_among_the_first_two():
    named = (Entity("cost_term", "copay", 0, 5),)
    near = (("cost.deductible", 0.2), ("cost.copay", 0.195))
    plain = asked("ask_cost", *near, text="and my copay", confidence=0.95, entities=named)
    assert answers(plain) == "cost.copay"
    assert answers(replace(plain, confidence=0.6)) == "doubt.which"
    behind = (Topic("cost.taxes", 0.2), Topic("cost.copay", 0.18))
    assert answers(replace(plain, topics=behind)) == "doubt.which"
    of_it = (Topic("cost.copay.more", 0.2), Topic("cost.copay", 0.16))
    assert answers(replace(plain, topics=of_it)) == "cost.copay"
    assert answers(replace(plain, text="what a long story " * 3)) == "doubt.which"


def test_a_plain_intent_of_another_subject_disputes_the_first():
    near = (("role.therapist.more", 0.3), ("rights.check_license", 0.16))
    assert offers(asked("ask_rights", *near, confidence=0.9))[:2] == [one for one, _ in near]
    assert answers(asked("ask_rights", *near, confidence=0.6)) == "role.therapist.more"
    far = (near[0], ("rights.check_license", 0.1))
    assert answers(asked("ask_rights", *far, confidence=0.9)) == "role.therapist.more"


def test_an_overview_with_something_right_behind_it_is_a_choice():
    close = (("cost.overview", 0.2), ("role.coach", 0.195))
    assert offers(asked("ask_cost", *close))[:2] == ["cost.overview", "role.coach"]
    behind = (("cost.overview", 0.2), ("role.coach", 0.18))
    assert answers(asked("ask_cost", *behind, text="what is it")) == "cost.overview"


def test_what_is_near_nothing_is_no_question_about_care():
    assert guessed(asked("nlu_fallback", ("cost.copay", 0.03))) is None
    assert guessed(asked("nlu_fallback", ("cost.copay", 0.05), text="hm well")) is None
    assert not is_near(asked("inform", ("cost.copay", 0.12), text="my copay"))
    assert is_near(asked("nlu_fallback", ("cost.copay", 0.12)))


def test_a_task_that_may_have_been_meant_is_offered_beside_the_likeliest():
    near = [(f"cost.{one}", 0.1) for one in ("premium", "deductible", "parity", "medicare")]
    heard = replace(asked("nlu_fallback", *near), ranking=(("find_provider", 0.7),))
    said = guessed(heard)
    assert said is not None
    assert said["choices"][2:] == ["see.cost.parity", "guess.find_provider", "guess.something_else"]
    told = replace(heard, ranking=(("share_feelings", 0.7),))
    assert "see.cost.medicare" in (guessed(told) or {})["choices"]


def test_the_only_one_that_is_near_answers_without_a_clear_intent():
    said = guessed(asked("nlu_fallback", ("cost.copay", 0.2), ("cost.premium", 0.1), text="hm"))
    assert said is not None
    assert said["message"] == "cost.copay"


@pytest.mark.parametrize(
    ("roles", "message"),
    [(("therapist", "coach"), "compare.roles"), (("coach",), "compare.which")],
)
def test_a_comparison_without_a_clear_intent_is_of_the_roles_named(roles, message):
    named = tuple(Entity("role", role, 0, 5) for role in roles)
    said = guessed(asked("nlu_fallback", ("compare.roles", 0.2), text="hm", entities=named))
    assert said is not None
    assert said["message"] == message


def test_a_thing_named_alone_is_explained_unless_it_is_more_likely_something_else():
    named = (Entity("approach", "emdr", 0, 4),)
    heard = asked("inform", ("approach.emdr", 0.3), text="EMDR", entities=named)
    assert (_sensible(heard) or {})["message"] == "approach.emdr"
    near = [("cost.copay", 0.3), ("cost.premium", 0.28), ("approach.emdr", 0.1)]
    heard = asked("inform", *near, text="EMDR", entities=named)
    assert (_sensible(heard) or {})["message"] == "doubt.which"


def test_what_has_no_label_is_not_offered():
    assert which(["scope.out"]) is None
    offered = which(["scope.out", "cost.copay"])
    assert offered is not None
    assert offered["choices"] == ["see.cost.copay", "guess.something_else"]


def test_where_somebody_asks_who_to_see_help_to_choose_is_offered_too():
    heard = replace(
        asked("who_for", ("pathway.anger", 0.2), ("who_for.talk", 0.19), confidence=0.6),
        ranking=(("who_for", 0.6),),
    )
    assert offers(heard)[-2:] == ["guess.who_to_see", "guess.something_else"]


@pytest.mark.parametrize(
    ("intent", "reads"), [("affirm", "fallback.affirm"), ("deny", "fallback.deny")]
)
def test_a_yes_or_a_no_that_is_near_an_answer_was_none(intent, reads):
    near = asked(
        intent, ("between.not_a_fit", 0.2), ("rights.switching", 0.1), text="y si no nos entendemos"
    )
    assert (_sensible(near) or guessed(near) or {})["message"] == "between.not_a_fit"
    far = asked(intent, ("between.not_a_fit", 0.08), text="y si, claro")
    assert (_sensible(far) or {})["message"] == reads
