"""Looking for a provider, talked through with the real rules and actions."""

import pytest

from tests.actions.conversation import RELEASER, Conversation, ids


async def answered(talk: Conversation) -> Conversation:
    """A finished search: a therapist near 94110, any payment, any format, no wishes."""
    await talk.says("therapist near 94110", "find_provider")
    for _ in ("payment", "format", "wishes"):
        await talk.takes("skip")
    return talk


async def test_the_form_asks_one_thing_at_a_time_and_then_shows_three_cards(
    talk: Conversation,
) -> None:
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]
    assert ids(await talk.takes("inform", {"role": "therapist"})) == ["find.ask_place"]
    assert ids(await talk.says("94110", "inform")) == ["find.ask_payment"]
    assert ids(await talk.says("aetna", "inform")) == ["find.ask_format"]
    assert ids(await talk.takes("inform", {"format": "in_person"})) == ["find.ask_wishes"]
    [results] = await talk.takes("skip")
    assert results["message"] == "find.results.zip"
    assert len(results["cards"]) == 3


async def test_several_answers_in_one_message_are_all_taken(talk: Conversation) -> None:
    said = "therapist near 94110 that takes aetna, evenings"
    assert ids(await talk.says(said, "find_provider")) == ["find.ask_format"]
    [results] = await talk.takes("inform", {"format": "either"})
    asked = results["slots"]["asked"]
    assert asked == ["role.therapist", "payer.aetna", "format.either", "time.evening"]


async def test_every_question_can_be_skipped_but_without_a_place_there_is_no_search(
    talk: Conversation,
) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.takes("skip")) == ["find.ask_place"]
    assert ids(await talk.says("skip", "skip")) == ["find.need_place"]
    assert ids(await talk.says("Texas", "inform")) == ["find.ask_payment"]


async def test_i_do_not_know_is_an_answer(talk: Conversation) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.says("not sure", "dont_know")) == ["find.ask_role_unsure"]
    assert ids(await talk.says("still not sure", "dont_know")) == ["find.ask_place"]
    await talk.says("94110", "inform")
    assert ids(await talk.says("idk", "dont_know")) == ["find.ask_format"]
    assert ids(await talk.says("i dont know", "dont_know")) == ["find.ask_wishes"]
    assert ids(await talk.says("no idea", "dont_know")) == ["find.results.zip"]


async def test_a_bad_zip_is_explained_and_asked_again_and_then_skipping_is_offered(
    talk: Conversation,
) -> None:
    await talk.says("find me a therapist", "find_provider")
    assert ids(await talk.says("00000", "inform")) == ["find.bad_zip", "find.ask_place"]
    assert ids(await talk.says("9411", "nlu_fallback")) == [
        "find.bad_place_again",
        "find.ask_place",
    ]
    assert ids(await talk.says("94110", "inform")) == ["find.ask_payment"]


async def test_an_unknown_town_is_explained_and_asked_again(talk: Conversation) -> None:
    await talk.says("find me a therapist", "find_provider")
    said = await talk.says("xyzzyville", "nlu_fallback")
    assert ids(said) == ["find.bad_place", "find.ask_place"]


async def test_a_city_of_one_name_in_many_states_is_offered_as_choices(talk: Conversation) -> None:
    await talk.says("find me a therapist", "find_provider")
    [question] = await talk.says("Springfield", "inform")
    assert question["message"] == "find.ask_which_place"
    picked = question["choices"][0]
    assert picked["choice"] == "place.pick"
    assert ids(await talk.takes("inform", picked["entities"])) == ["find.ask_payment"]
    assert await talk.slot("place") == picked["entities"]


async def test_the_state_alone_picks_one_of_the_places_offered(talk: Conversation) -> None:
    await talk.says("find me a therapist", "find_provider")
    await talk.says("Springfield", "inform")
    assert ids(await talk.says("the one in Illinois", "inform")) == ["find.ask_payment"]
    assert await talk.slot("place") == {"city": "Springfield", "state": "IL"}


async def test_online_needs_a_state_and_finds_who_may_work_there(talk: Conversation) -> None:
    await talk.says("find me a therapist", "find_provider")
    assert ids(await talk.says("online", "inform")) == ["find.ask_state"]
    assert ids(await talk.says("Texas", "inform")) == ["find.ask_payment"]
    await talk.takes("skip")
    [results] = await talk.takes("skip")
    assert results["message"] == "find.results.state"
    assert [card["name"] for card in results["cards"]] == ["Sample Willow Counseling"]


@pytest.mark.parametrize(
    ("said", "intent", "message"),
    [
        ("what does a psychiatrist do?", "ask_role", "role.psychiatrist"),
        ("how much is a copay", "ask_cost", "cost.copay"),
        ("are you a person?", "ask_bot", "about.what"),
        ("what do you keep", "ask_storage", "about.storage"),
        ("psychologist or psychiatrist?", "compare_roles", "compare.roles"),
        ("can i talk to someone", "ask_human", "human.now"),
        ("whats the weather", "out_of_scope", "scope.out"),
        ("how much is it in Texas with medicaid", "ask_cost", "cost.medicaid"),
    ],
)
@pytest.mark.parametrize("answers", range(5))
async def test_a_question_in_the_form_is_answered_and_answers_nothing_of_the_form(
    talk: Conversation, said: str, intent: str, message: str, answers: int
) -> None:
    [pending] = await talk.takes("find_provider")
    for given in (
        {"role": "therapist"},
        {"zip": "94110"},
        {"payer": "aetna"},
        {"format": "online"},
    )[:answers]:
        [pending] = await talk.takes("inform", given)
    questions = ("help_role", "place", "payment", "format", "wishes")
    before = [await talk.slot(name) for name in questions]
    assert await talk.says(said, intent) != [pending]
    assert ids(await talk.says(said, intent)) == [message, pending["message"]]
    assert [await talk.slot(name) for name in questions] == before


async def test_a_bare_answer_is_taken_whatever_intent_was_guessed(talk: Conversation) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.says("a psychiatrist please", "ask_role")) == ["find.ask_place"]
    await talk.says("94110", "inform")
    assert ids(await talk.says("medicaid", "ask_cost")) == ["find.ask_format"]


async def test_an_answer_can_be_changed_while_the_form_goes_on(talk: Conversation) -> None:
    await talk.says("therapist near 94110 with cigna", "find_provider")
    changed = await talk.says("actually aetna", "change_answer")
    assert ids(changed) == ["find.noted.said", "find.ask_format"]
    assert await talk.slot("payment") == ["aetna"]
    changed = await talk.says("change the zip to 10001", "change_answer")
    assert ids(changed) == ["find.noted.zip", "find.ask_format"]
    assert await talk.slot("place") == {"zip": "10001"}
    assert ids(await talk.says("change the zip", "change_answer")) == ["find.ask_place"]


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("actually Aetna", "payment", ["aetna"]),
        ("make it 25 miles", "radius", 25.0),
        ("change the zip to 94103", "place", {"zip": "94103"}),
        ("try San Francisco instead", "place", {"city": "San Francisco", "state": "CA"}),
        ("evenings please", "wishes", {"times": ["evening"]}),
        ("i use a wheelchair", "wishes", {"access": ["wheelchair"]}),
        ("que tenga rampa", "wishes", {"access": ["wheelchair"]}),
        ("on a bus line", "wishes", {"access": ["public_transport"]}),
        ("im hard of hearing", "wishes", {"access": ["hearing"]}),
        ("asl", "wishes", {"languages": ["asl"]}),
        ("masshealth", "payment", ["medicaid"]),
        ("aetna better health", "payment", ["aetna", "medicaid"]),
        ("actually any kind of provider", "help_role", "any"),
    ],
)
async def test_a_change_after_the_search_runs_it_again(
    talk: Conversation, said: str, slot: str, value: object
) -> None:
    await answered(talk)
    drafts = await talk.says(said, "change_answer")
    assert ids(drafts)[-1] in ("find.results.zip", "find.results.city")
    assert await talk.slot(slot) == value


async def test_online_instead_searches_the_state_of_the_place(talk: Conversation) -> None:
    await talk.says("therapist in Austin, Texas", "find_provider")
    for _ in ("payment", "format", "wishes"):
        await talk.takes("skip")
    [results] = await talk.says("online instead", "change_answer")
    assert results["slots"]["place"] == "Texas"


async def test_a_change_that_names_nothing_asks_what_to_change(talk: Conversation) -> None:
    await answered(talk)
    assert ids(await talk.says("go back", "change_answer")) == ["find.what_to_change"]
    assert ids(await talk.takes("change_answer", {"search_field": "payment"})) == [
        "find.ask_payment"
    ]
    assert ids(await talk.says("cigna", "inform")) == ["find.results.zip"]


async def test_a_bad_zip_after_the_search_is_explained_and_asked_again(talk: Conversation) -> None:
    await answered(talk)
    said = await talk.says("change the zip to 00000", "change_answer")
    assert ids(said) == ["find.bad_zip", "find.ask_place"]
    assert ids(await talk.says("94110", "inform")) == ["find.results.zip"]


async def test_more_shows_the_next_cards_until_there_are_none(talk: Conversation) -> None:
    await answered(talk)
    [more] = await talk.says("more", "more_results")
    assert more["slots"]["shown"] == 5
    assert RELEASER.release(more).text == "Here are more. You have now seen 5 of 5."
    assert len(more["cards"]) == 2
    assert "find.more" not in more["choices"]
    assert ids(await talk.says("more", "more_results")) == ["find.no_more"]


async def test_more_before_any_search_offers_one(talk: Conversation) -> None:
    assert ids(await talk.says("show me more", "more_results")) == ["find.not_started"]


async def test_show_me_in_the_form_skips_what_is_left_but_where(talk: Conversation) -> None:
    await talk.takes("find_provider")
    said = await talk.says("just show me", "more_results")
    assert ids(said) == ["find.place_first", "find.ask_place"]
    assert ids(await talk.says("94110", "inform")) == ["find.results.zip"]


async def test_show_me_in_the_form_searches_once_a_place_is_known(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    assert ids(await talk.says("show me what you have", "more_results")) == ["find.results.zip"]


async def test_nothing_near_widens_and_says_so(talk: Conversation) -> None:
    await talk.says("psychiatrist near 76574", "find_provider")
    for _ in ("payment", "format"):
        await talk.takes("skip")
    widened, results = await talk.takes("skip")
    assert widened == {"message": "find.widened", "slots": {"miles": 50.0}}
    assert results["slots"]["miles"] == 50.0


async def test_a_wish_nobody_says_they_meet_is_let_go_and_named(talk: Conversation) -> None:
    await talk.says("psychiatrist in Austin, Texas", "find_provider")
    await talk.takes("skip")
    await talk.takes("skip")
    drafts = await talk.says("evenings", "inform")
    assert ids(drafts)[-1] == "find.results.city"


async def test_nothing_at_all_points_elsewhere(talk: Conversation) -> None:
    await talk.says("peer specialist near 94110", "find_provider")
    await talk.takes("skip")
    await talk.takes("skip")
    assert ids(await talk.takes("skip")) == ["find.none"]


async def test_a_kind_of_help_that_is_not_listed_is_said_and_others_are_offered(
    talk: Conversation,
) -> None:
    drafts = await talk.says("find me a life coach", "find_provider")
    assert ids(drafts) == ["find.role_not_listed", "find.ask_role_unsure"]


async def test_an_unknown_plan_is_said_and_not_asked_again(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    drafts = await talk.says("wellfleet student plan", "nlu_fallback")
    assert ids(drafts) == ["find.plan_not_known", "find.ask_format"]


async def test_i_have_insurance_asks_which(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    drafts = await talk.says("i have insurance", "inform")
    assert ids(drafts) == ["find.which_plan", "find.ask_payment"]


async def test_a_new_search_keeps_the_place_and_the_plan(talk: Conversation) -> None:
    await talk.says("therapist near 94110 with aetna", "find_provider")
    await talk.takes("skip")
    await talk.takes("skip")
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]
    assert await talk.slot("place") == {"zip": "94110"}
    assert await talk.slot("payment") == ["aetna"]


async def test_to_stop_drops_the_answers_and_says_so(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    assert ids(await talk.says("never mind", "cancel")) == ["find.cancelled"]
    assert await talk.slot("place") is None
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]


async def test_what_is_not_understood_in_the_form_brings_the_question_back(
    talk: Conversation,
) -> None:
    await talk.takes("find_provider")
    first = await talk.says("blorp", "nlu_fallback", 0.2)
    assert ids(first) == ["fallback.in_task", "find.ask_role"]
    assert ids(await talk.says("blorp", "nlu_fallback"))[0] == "fallback.in_task_again"
    assert ids(await talk.says("blorp", "nlu_fallback"))[0] == "fallback.human"
    await talk.takes("inform", {"role": "therapist"})
    assert await talk.slot("misses") == 0


async def test_preparing_a_visit_puts_the_search_aside_and_its_answers_stay(
    talk: Conversation,
) -> None:
    await talk.says("therapist near 94110", "find_provider")
    assert ids(await talk.takes("prepare_visit")) == ["visit.ask_role"]
    assert ids(await talk.takes("find_provider")) == ["find.ask_payment"]


async def test_restart_forgets_every_answer(talk: Conversation) -> None:
    await talk.says("therapist near 94110", "find_provider")
    assert ids(await talk.says("start over", "restart")) == ["smalltalk.restart"]
    assert await talk.slot("place") is None
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]
