"""What is not understood: one clarifying question, then what it can do, then a person."""

from tests.e2e.words import label

NOISE = ("blorp zint quaffle mmrk", "zzkrt flemp dwindlefrost", "vomple grist hax nurr")


def test_the_ladder_has_three_steps(person):
    first = person.say(NOISE[0])
    assert first.ids == ["fallback.clarify"]
    assert first.choices
    assert person.say(NOISE[1]).ids == ["fallback.can_do"]
    last = person.say(NOISE[2])
    assert last.ids == ["fallback.human"]
    assert label("human") in last.choices
    assert person.tap("human").ids == ["handoff.ask"]


def test_being_understood_starts_the_ladder_over(person):
    person.say_all(NOISE[0], "what is a copay")
    assert person.last.ids == ["cost.copay"]
    assert person.say(NOISE[1]).ids == ["fallback.clarify"]


def test_in_a_form_the_question_comes_back_with_its_choices(person):
    person.say_all("find a provider", "therapist", "78701", "skip")
    first = person.say(NOISE[0])
    assert first.ids == ["fallback.in_task", "find.ask_format"]
    assert label("pick.format.either") in first.choices
    second = person.say(NOISE[1])
    assert second.ids == ["fallback.in_task_again", "find.ask_format"]


def test_a_plan_it_does_not_know_is_told_so_and_the_search_goes_on(person):
    person.say_all("find a provider", "therapist", "78701")
    assert person.say("vomple mutual").ids == ["find.plan_not_known", "find.ask_format"]


def test_start_over_forgets_the_form(person):
    person.say_all("find a provider", "therapist")
    assert person.say("start over please").ids == ["smalltalk.restart"]
    assert person.say("78701").ids[0].startswith("fallback.")
