"""A person looks for a provider: asked one thing at a time, or telling several at once."""

import re

from tests.e2e.words import label, term

NEAR = "78701"  # Austin, Texas: the sample directory has listings there


def searched(heard):
    """Whether results (or an honest none) were said last."""
    return heard.ids[-1].startswith(("find.results.", "find.none"))


def test_the_whole_way_to_cards(person):
    assert person.say("help me find a provider").ids == ["find.ask_role"]
    assert person.say("a therapist").ids == ["find.ask_place"]
    assert person.say(NEAR).ids == ["find.ask_payment"]
    assert person.say("Aetna").ids == ["find.ask_format"]
    assert person.say("in person").ids == ["find.ask_wishes"]
    found = person.say("nothing else")
    assert searched(found)
    assert 1 <= len(found.providers) <= 3


def test_a_card_says_what_is_known_and_that_it_is_made_up(person):
    found = person.say_all(f"find a therapist near {NEAR}", "skip", "skip", "skip")
    card = found.providers[0]
    lines = "\n".join(card["lines"])
    assert "Role:" in lines
    assert "away" in lines
    assert "takes" in lines or "payment" in lines
    assert "Languages:" in lines or "languages" in lines
    assert "Visits" in lines or "online or in person" in lines
    assert "Last checked" in card["note"] or "Last checked" in lines
    assert "Call to confirm" in card["note"] or "Call to confirm" in lines
    assert "made up" in card["note"] or "made up" in lines
    assert card["actions"][0]["href"].startswith("tel:+1")
    assert "55501" in re.sub(r"\D", "", card["actions"][0]["href"])


def test_several_answers_in_one_message_are_not_asked_again(person):
    asked = person.say(f"i need a psychiatrist near {NEAR} who takes medicaid")
    assert asked.ids == ["find.ask_format"]
    found = person.say_all("online", "no")
    assert searched(found)
    assert "psychiatrist" in found.text
    assert "Medicaid" in found.text


def test_everything_in_one_message(person):
    asked = person.say(
        f"find a spanish speaking therapist near {NEAR} who takes aetna, in person, evenings"
    )
    assert searched(asked)
    assert "Spanish" in asked.text or "Spanish" in str(asked.providers)


def test_more_are_shown_on_request_and_none_twice(person):
    found = person.say_all(f"find a therapist near {NEAR}", "skip", "skip", "skip")
    more = person.tap("find.more")
    assert more.ids == ["find.more"] or more.ids == ["find.no_more"]
    first = {(c["title"], *c["lines"]) for c in found.providers}
    second = {(c["title"], *c["lines"]) for c in more.providers}
    assert second
    assert not first & second
    assert person.say("show me more please").ids[0] in ("find.more", "find.no_more")


def test_every_question_can_be_skipped(person):
    asked = person.say_all("find a provider", "skip", NEAR)
    assert asked.ids == ["find.ask_payment"]
    assert person.say("skip").ids == ["find.ask_format"]
    assert person.say("skip").ids == ["find.ask_wishes"]
    assert searched(person.say("skip"))


def test_without_a_place_it_says_why_it_cannot_search_and_takes_one_later(person):
    said = person.say_all("find a provider", "therapist", "skip")
    assert said.ids == ["find.need_place"]
    person.say(NEAR)
    for _ in range(3):
        if not searched(person.last):
            person.say("skip")
    assert searched(person.last)


def test_any_and_i_dont_know_are_answers(person):
    assert person.say_all("find a provider", "any of them is fine").ids == ["find.ask_place"]
    assert person.say(NEAR).ids == ["find.ask_payment"]
    assert person.say("i dont know").ids == ["find.ask_format"]
    assert person.say("doesnt matter").ids == ["find.ask_wishes"]
    assert searched(person.say("no preference"))


def test_not_sure_what_kind_of_help_is_explained_and_choices_are_offered(person):
    unsure = person.say_all("i want to find a provider", "not sure")
    assert unsure.ids == ["find.ask_role_unsure"]
    assert label("pick.help.talk") in unsure.choices
    assert person.tap("pick.help.talk").ids == ["find.ask_place"]


def test_choices_work_as_well_as_typing(person):
    person.last = person.first
    assert person.tap("find.start").ids == ["find.ask_role"]
    assert person.tap("pick.role.psychologist").ids == ["find.ask_place"]
    assert person.say(NEAR).ids == ["find.ask_payment"]
    assert person.tap("pick.payer.medicare").ids == ["find.ask_format"]
    assert person.tap("pick.format.either").ids == ["find.ask_wishes"]
    found = person.tap("pick.wish.none")
    assert searched(found)
    assert term("role.psychologist") in found.text


def test_a_bad_zip_is_explained_and_asked_again(person):
    person.say_all("find a provider", "therapist")
    assert person.say("00000").ids == ["find.bad_zip", "find.ask_place"]
    assert person.say("7870").ids[-1] == "find.ask_place"
    assert person.say(NEAR).ids == ["find.ask_payment"]


def test_two_towns_of_one_name_are_offered_to_choose_from(person):
    which = person.say_all("find a therapist", "Springfield")
    assert which.ids == ["find.ask_which_place"]
    assert len(which.choices) >= 2
    assert any(name.startswith("Springfield, ") for name in which.choices)
    assert person.say("the one in Illinois").ids == ["find.ask_payment"]


def test_a_town_is_chosen_by_tapping(person):
    which = person.say_all("find a therapist", "Springfield")
    name = next(name for name in which.choices if name.startswith("Springfield, "))
    message = person.send(choice=which.choices[name])
    assert person.answer_to(message).ids == ["find.ask_payment"]


def test_city_and_state_are_a_place(person):
    assert person.say_all("find a therapist", "Austin, TX").ids == ["find.ask_payment"]


def test_online_only_asks_for_the_state(person):
    asked = person.say_all("i want to find a therapist", "online please")
    assert asked.ids == ["find.ask_state"]
    assert person.say("Texas").ids == ["find.ask_payment"]
    found = person.say_all("skip", "nothing else")
    assert found.ids[-1] == "find.results.state"


def test_an_earlier_answer_is_changed_in_the_middle(person):
    person.say_all("find a provider", "a psychologist", NEAR, "cigna")
    changed = person.say("actually Aetna")
    assert changed.ids[-1] == "find.ask_format"
    found = person.say_all("either", "nothing else")
    assert "Aetna" in found.text
    assert "Cigna" not in found.text


def test_an_answer_is_changed_after_the_search(person):
    person.say_all(f"find a therapist near {NEAR}", "skip", "skip", "skip")
    changed = person.say("make it 25 miles")
    assert searched(changed)
    assert "25" in changed.text
    changed = person.say("actually Medicare")
    assert searched(changed)
    assert "Medicare" in changed.text


def test_what_to_change_can_be_named_first(person):
    person.say_all(f"find a therapist near {NEAR}", "skip", "skip", "skip")
    assert person.say("change the zip").ids[-1] == "find.ask_place"
    assert searched(person.say("Springfield, IL"))


def test_nobody_near_is_said_and_the_search_is_widened_or_other_places_are_named(person):
    found = person.say_all("find a neuropsychologist near 82240", "tricare", "in person", "skip")
    assert {"find.widened", "find.loosened", "find.none"} & set(found.ids)
    assert found.providers or found.ids[-1] == "find.none"


def test_a_kind_of_help_that_is_not_listed_is_said_so(person):
    assert "find.role_not_listed" in person.say_all("find a provider", "a life coach").ids


def test_the_search_can_be_stopped(person):
    person.say_all("find a provider", "therapist")
    assert person.say("stop, never mind").ids == ["find.cancelled"]
    assert person.say("what is a copay").ids == ["cost.copay"]


def test_showing_more_without_a_search_offers_one(person):
    assert person.say("show me more").ids == ["find.not_started"]


def test_a_wrong_listing_is_told_and_noted(person):
    found = person.say_all(f"find a therapist near {NEAR}", "skip", "skip", "skip")
    assert label("find.report") in found.choices
    assert person.say("the second one's number doesn't work").ids == ["report.noted.number"]
    which = person.say("they are not taking new people")
    assert which.ids == ["report.which_listing"]
    names = [card["title"].split(",")[0] for card in found.providers]
    assert set(names) <= set(which.choices)
    message = person.send(choice=which.choices[names[0]])
    assert person.answer_to(message).ids == ["report.noted.new_patients"]


def test_a_provider_is_found_by_name(person):
    found = person.say('do you have a clinic called "Sample Maple"?')
    assert found.ids == ["find.results.name"]
    assert all("Sample Maple" in card["title"] for card in found.providers)
